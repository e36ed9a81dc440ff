import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { nearestName } from '../../sim/scenario/nearest-name.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { messageOf, refuseNesting } from '../output/error-line.js';

/** Strings, and the punctuation that shows where in a mapping each is. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/** A key that occurs twice in one mapping of valid JSON, where `JSON.parse` silently takes the last. */
function duplicateKey(text: string): string | undefined {
  // One set of keys for each mapping that is open; none for a list.
  const open: (Set<string> | undefined)[] = [];
  let latest = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const key: string = JSON.parse(latest);
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
    latest = token;
  }
  return undefined;
}

const [MOST_ALIASES, DEEPEST] = [20, 64];

const READERS: Readonly<Record<string, (text: string) => Promise<unknown> | unknown>> = {
  '.json': parseJson,
  '.yaml': parseYaml,
  '.yml': parseYaml,
};

/** Reads a YAML or JSON file, as its extension says; an error is one line that names the option. */
export async function readDataFile(option: string, file: string, mostBytes = 1 << 20): Promise<unknown> {
  const read = READERS[extname(file).toLowerCase()];
  if (read === undefined) throw new InvalidInputError(option, file, 'a file that ends in .yaml, .yml or .json');
  const text = await readText(option, file, mostBytes);
  try {
    refuseNesting(text, DEEPEST);
    return await read(text);
  } catch (error) {
    const [reason] = messageOf(error).split('\n');
    throw new InvalidInputError(option, file, `valid ${read === parseYaml ? 'YAML' : 'JSON'} (${reason})`);
  }
}

async function readText(option: string, file: string, mostBytes: number): Promise<string> {
  try {
    const entry = await stat(file);
    if (!entry.isFile()) throw new InvalidInputError(option, file, 'a regular file');
    if (entry.size > mostBytes)
      throw new InvalidInputError(option, file, `a file of at most ${mostBytes >> 20} MiB, not ${entry.size} bytes`);
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const reason = code === 'ENOENT' ? 'no such file' : code;
    throw new InvalidInputError(option, file, `a readable file (${reason})`);
  }
}

function twice(key: unknown): Error {
  return new Error(`the key ${JSON.stringify(key).slice(0, 40)} occurs twice`);
}

function parseJson(text: string): unknown {
  const content: unknown = JSON.parse(text);
  const key = duplicateKey(text);
  if (key !== undefined) throw twice(key);
  return content;
}

async function parseYaml(text: string): Promise<unknown> {
  const { parseDocument, isScalar, visit } = await import('yaml');
  // The parser's own search for keys that occur twice takes minutes for a hundred thousand keys.
  const document = parseDocument(text, { logLevel: 'error', prettyErrors: true, uniqueKeys: false });
  const [first] = document.errors;
  if (first !== undefined) throw first;
  visit(document, {
    Map(_, { items }) {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        // Keys that are mappings themselves are written out as text, each level twice as long as the one below.
        if (!isScalar(key)) throw new Error('a key is not text');
        if (keys.has(key.value)) throw twice(key.value);
        keys.add(key.value);
      }
    },
  });
  return document.toJS({ maxAliasCount: MOST_ALIASES });
}

/** Keys that say how to run; they may be given next to the parameters. */
export const runKeys = ['scenario', 'seed', 'engine', 'backend'] as const;
const OPTION = '--config';

/** Reads `params: {…}` beside `scenario`, `seed`, `engine` and `backend`, or parameters themselves in the place of `params`. */
export async function readConfig(file: string) {
  const entries = mappingIn(file, await readDataFile(OPTION, file), 'a file that holds a mapping of parameters');
  const run = new Map<string, unknown>();
  for (const key of runKeys) {
    if (entries.has(key)) run.set(key, entries.get(key));
    entries.delete(key);
  }
  if (!entries.has('params')) return { parameters: entries, run };
  const parameters = entries.get('params');
  entries.delete('params');
  const [unknown] = entries.keys();
  if (unknown !== undefined) throw unknownKey(unknown);
  return { parameters: mappingIn(file, parameters, 'a file whose params are a mapping'), run };
}

function mappingIn(file: string, content: unknown, allowed: string): Map<string, unknown> {
  if (typeof content === 'object' && content !== null && !Array.isArray(content))
    return new Map(Object.entries(content));
  throw new InvalidInputError(OPTION, file, allowed);
}

function unknownKey(key: string): InvalidInputError {
  const known = ['params', ...runKeys];
  const nearest = nearestName(key, known);
  const hint = `a key beside params; did you mean ${nearest}?`;
  return new InvalidInputError(OPTION, key, nearest === undefined ? `one of ${known.join(', ')} beside params` : hint);
}
