import { z } from 'zod';
import { backendChoices } from '../../sim/backends/backend-list.js';
import { nearestName } from '../../sim/scenario/nearest-name.js';
import { resolveParameters, settingNames } from '../../sim/scenario/resolve.js';
import { engineChoices, type Scenario } from '../../sim/scenario/scenario.js';
import { scenarioAmong } from '../../sim/scenarios/scenario-files.js';
import type { AxisForm } from '../../sim/sweeps/axis.js';
import { Sweep, type SweepDefinition } from '../../sim/sweeps/sweep.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { oneLine } from '../output/cell-width.js';
import { readDataFile } from '../settings/data-file.js';
import { DEFAULT_SEED } from '../settings/run-request.js';
import { readChoice } from '../settings/setting.js';
import { askedFor } from './sweep-folder.js';

/** A sweep, checked, and where its results go if the file says so. */
export interface SweepRequest {
  readonly file: string;
  readonly sweep: Sweep;
  readonly scenario: Scenario;
  /** Folder of the results; undefined where neither the file nor the command line names one. */
  readonly folder: string | undefined;
}

const MOST_BYTES = 64 << 20;
/** Values of an axis that are tried before anything is computed; of more, so many that are evenly spread. */
const MOST_TRIED = 500;

const name = z.string().min(1);
const seed = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const axisForm = z.union([
  z.strictObject({ parameter: name, grid: z.string() }),
  z.strictObject({ parameter: name, list: z.array(z.unknown()) }),
  z.strictObject({ zip: z.record(name, z.array(z.unknown())) }),
  z.strictObject({
    random: z.strictObject({
      count: z.number().int().min(0),
      seed: seed.default(1),
      parameters: z.record(name, z.string()),
    }),
  }),
]);

const sweepFile = z.strictObject({
  scenario: z.string(),
  params: z.record(name, z.unknown()).nullish(),
  axes: z.array(axisForm).min(1),
  replicates: z.number().int().min(1).max(1e7).default(1),
  seed: seed.default(DEFAULT_SEED),
  randomNumbers: z.enum(['common', 'independent']).default('common'),
  engine: z.string().default('auto'),
  backend: z.string().default('auto'),
  output: z.strictObject({ folder: name.optional(), table: name.optional() }).nullish(),
});

const EXPECTED: Readonly<Record<string, string>> = {
  scenario: 'the id of a scenario',
  params: 'a mapping of parameters that are the same at every point',
  axes: 'a list of axes, each "parameter" with "grid" or "list", or "zip", or "random"; see overtrain sweep --init',
  replicates: 'an integer from 1 to 1e7',
  seed: 'an integer from 0 to 2^53 - 1',
  randomNumbers: 'common or independent',
  engine: engineChoices.join(', '),
  backend: backendChoices.join(', '),
  output: 'a mapping of folder and table',
};

/**
 * Reads and checks a sweep file, or the `sweep.json` of a folder: everything that can be known to be wrong is refused here, before
 * anything is computed.
 *
 * @param out folder that goes before the file's own
 * @throws InvalidInputError in one line for anything that is not allowed
 */
export async function readSweepFile(
  file: string | undefined,
  out: string | undefined,
  scenarios: readonly Scenario[],
): Promise<SweepRequest> {
  if (file === undefined)
    throw new InvalidInputError('file', file, 'a sweep file; "overtrain sweep --init" prints one');
  const content = askedFor(await readDataFile('file', file, MOST_BYTES));
  const parsed = sweepFile.safeParse(content);
  if (!parsed.success) throw refusal(file, content, parsed.error.issues[0]!);
  const { params, output, ...rest } = parsed.data;
  const scenario = scenarioAmong(rest.scenario, scenarios);
  const engines = engineChoices.filter(
    (choice) => choice === 'auto' || (scenario.engines as readonly string[]).includes(choice),
  );
  const tables = Object.keys(scenario.tables);
  const definition: SweepDefinition = {
    ...rest,
    params: Object.assign(Object.create(null), params ?? {}),
    axes: rest.axes as readonly AxisForm[],
    engine: readChoice('engine', rest.engine, engines),
    backend: readChoice('backend', rest.backend, backendChoices),
    table: readChoice('output.table', output?.table ?? defaultTable(tables), tables),
  };
  refuseUnknown(scenario, definition);
  const sweep = new Sweep(definition);
  tryValues(sweep, scenario);
  return { file, sweep, scenario, folder: out ?? output?.folder };
}

/** What a reader of a sweep looks at first: where the curves turn, if the scenario reports that. */
function defaultTable(tables: readonly string[]): string {
  return tables.find((table) => table === 'inflection') ?? tables[0]!;
}

function refusal(file: string, content: unknown, issue: z.core.$ZodIssue): InvalidInputError {
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return new InvalidInputError('file', file, 'a file that holds a mapping; see overtrain sweep --init');
  const place = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys as [string];
    const nearest = nearestName(key, Object.keys(sweepFile.shape));
    const hint = nearest === undefined ? Object.keys(sweepFile.shape).join(', ') : `${nearest}?`;
    return new InvalidInputError(
      place === '' ? 'key' : place,
      key,
      nearest === undefined ? hint : `a key; did you mean ${hint}`,
    );
  }
  const value = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    content,
  );
  return new InvalidInputError(place, value, EXPECTED[String(issue.path[0])] ?? oneLine(issue.message, 100));
}

function refuseUnknown(scenario: Scenario, { params, axes }: SweepDefinition): void {
  const known = settingNames(scenario);
  const refuse = (option: string, parameter: string) => {
    if (known.includes(parameter)) return;
    const nearest = nearestName(parameter, known);
    const hint = nearest === undefined ? `: ${known.join(', ')}` : `; did you mean ${nearest}?`;
    throw new InvalidInputError(option, parameter, `parameters of ${scenario.id}${hint}`);
  };
  for (const parameter of Object.keys(params)) refuse('params', parameter);
  for (const axis of axes) {
    const names =
      'zip' in axis ? Object.keys(axis.zip) : 'random' in axis ? Object.keys(axis.random.parameters) : [axis.parameter];
    for (const parameter of names) refuse('axes', parameter);
  }
}

/** Every value of an axis beside the first of the others: what is refused alone is a slip; only what contradicts others is a failed point. */
function tryValues(sweep: Sweep, scenario: Scenario): void {
  const first = sweep.at(0).values;
  let from = 0;
  for (const { names, rows } of sweep.axes) {
    const stride = Math.max(1, Math.floor(rows.length / MOST_TRIED));
    let refused: unknown;
    let tried = 0;
    let failed = 0;
    for (let place = 0; place < rows.length; place += stride) {
      tried++;
      try {
        resolveParameters(scenario, sweep.settingsAt(first.toSpliced(from, names.length, ...rows[place]!)));
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
        failed++;
        // Whatever the other axes say, this value is not allowed.
        if (names.includes(error.option)) throw error;
        refused ??= error;
      }
    }
    if (failed === tried && sweep.settings === rows.length) throw refused;
    from += names.length;
  }
}
