import { nearestName } from '../../sim/scenario/nearest-name.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { readDataFile } from './data-file.js';

/** What a `--config` file says: parameters, and how to run where it says so. */
export interface Config {
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly run: ReadonlyMap<RunKey, unknown>;
}

/** Keys that say how to run; they may stand beside the parameters. */
export const runKeys = ['scenario', 'seed', 'engine', 'backend'] as const;
type RunKey = (typeof runKeys)[number];

const OPTION = '--config';

/**
 * Reads a YAML or JSON file (told apart by its extension). It holds either `params: {…}` beside `scenario`, `seed`,
 * `engine` and `backend`, or the parameters themselves in the place of `params`.
 *
 * @throws InvalidInputError in one line when the file cannot be read, is too large, not YAML or JSON, or not a mapping
 */
export async function readConfig(file: string): Promise<Config> {
  return readContent(file, await readDataFile(OPTION, file));
}

function readContent(file: string, content: unknown): Config {
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new InvalidInputError(OPTION, file, 'a file that holds a mapping of parameters');
  const entries = new Map<string, unknown>(Object.entries(content));
  const run = new Map<RunKey, unknown>();
  for (const key of runKeys) {
    if (entries.has(key)) run.set(key, entries.get(key));
    entries.delete(key);
  }
  if (!entries.has('params')) return { parameters: entries, run };
  const parameters = entries.get('params');
  entries.delete('params');
  const [unknown] = entries.keys();
  if (unknown !== undefined) throw unknownKey(unknown);
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters))
    throw new InvalidInputError(OPTION, file, 'a file whose params are a mapping');
  return { parameters: new Map(Object.entries(parameters)), run };
}

function unknownKey(key: string): InvalidInputError {
  const known = ['params', ...runKeys];
  const nearest = nearestName(key, known);
  const hint = nearest === undefined ? `one of ${known.join(', ')}` : `${nearest}?`;
  return new InvalidInputError(
    OPTION,
    key,
    nearest === undefined ? `${hint} beside params` : `a key beside params; did you mean ${hint}`,
  );
}
