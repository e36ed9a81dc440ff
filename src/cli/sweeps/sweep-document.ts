import { randomBytes } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { backendRecord } from '../../sim/backends/backend-list.js';
import type { Figure } from '../../sim/scenario/figure.js';
import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Compute, Scenario } from '../../sim/scenario/scenario.js';
import type { Cell, Column, Row, Table } from '../../sim/scenario/table.js';
import type { AxisForm } from '../../sim/sweeps/axis.js';
import { type PointResult, pointColumns, sweptColumns } from '../../sim/sweeps/run-points.js';
import type { Sweep } from '../../sim/sweeps/sweep.js';
import type { DrawSweep } from '../output/io.js';
import { checksumOf, codeOf, notWritable } from '../results/files.js';
import { MOST_FILE_TEXT } from '../results/read-result.js';
import { type FileSeal, FOLDER_VERSION, RUN_FILE, runJson, seal } from '../results/run-files.js';
import {
  type Moments,
  momentsOf,
  NO_MOMENTS,
  pooled,
  type SweepAxis,
  type SweepResult,
  type SweepSummary,
  standardError,
} from '../sweep-figures/sweep-rows.js';
import { MERGED, type Merged, type RowGroup, rowGroups } from './merged-files.js';
import { AxisRange, MOST_PLACES } from './sweep-file.js';
import { commandOf, type SweepIdentity, sweepFileOf } from './sweep-folder.js';

/** Separates the axes of a sweep from its results: what the sweep sets and what the figures of its scenario draw along are axes. */
export function summaryOf(sweep: Sweep, scenario: Scenario, rows: number): SweepSummary {
  const { definition } = sweep;
  const own = scenario.tables[definition.table]!.map(({ name }) => name);
  const figures = scenario.figures.filter((figure) => figure.table === definition.table);
  const along = new Set([
    ...figures.flatMap(placesOf),
    ...(scenario.rowOrder?.[definition.table] ?? []),
    ...scenario.figures.flatMap(({ series }) => (series === undefined ? [] : [series])),
  ]);
  const columns = sweptColumns(sweep, scenario);
  const forms = definition.axes.flatMap(formsOf);
  const swept = columns.map((column, index): SweepAxis => ({ column, ...forms[index]! }));
  const rowAxes = own
    .filter((name) => along.has(name) && !/_(theory|sim|stderr)$/.test(name))
    .map((column): SweepAxis => ({ column, form: 'row', scale: scaleIn(figures, column) }));
  const taken = new Set(rowAxes.map(({ column }) => column));
  const results = resultsAmong(
    own.filter((name) => !taken.has(name)),
    scenario.figures,
  );
  return { points: sweep.points, rows, table: 'points', axes: [...swept, ...rowAxes], results };
}

function placesOf(figure: Figure): string[] {
  const up = figure.kind === 'map' ? [figure.y.column] : [];
  return [figure.x.column, ...up, figure.series, figure.slice].filter((name) => name !== undefined);
}

function scaleIn(figures: readonly Figure[], column: string): SweepAxis['scale'] {
  const drawn = figures.find(({ x }) => x.column === column);
  if (drawn !== undefined) return drawn.x.scale;
  return figures.find(({ kind, y }) => kind === 'map' && y.column === column)?.y.scale ?? null;
}

function formsOf(axis: AxisForm): Pick<SweepAxis, 'form' | 'scale'>[] {
  if ('grid' in axis) return [{ form: 'grid', scale: axis.grid.trim().startsWith('log:') ? 'log' : 'linear' }];
  if ('list' in axis) return [{ form: 'list', scale: null }];
  if ('zip' in axis) return Object.keys(axis.zip).map(() => ({ form: 'zip', scale: null }));
  return Object.values(axis.random.parameters).map((text) => ({
    form: 'random',
    scale: text.trim().startsWith('log-uniform') ? 'log' : 'linear',
  }));
}

/** Columns that differ only in `_theory`, `_sim` and `_stderr` are one result. */
function resultsAmong(names: readonly string[], figures: readonly Figure[]): SweepResult[] {
  const there = (name: string) => (names.includes(name) ? name : null);
  const bases = new Set(names.map((name) => name.replace(/_(theory|sim|stderr)$/, '')));
  return [...bases].flatMap((base): SweepResult[] => {
    const theory = there(`${base}_theory`);
    const simulation = there(`${base}_sim`) ?? there(base);
    const drawn = figures.find(({ y }) => y.simulation !== undefined && y.simulation === simulation);
    const error = there(drawn?.y.error ?? '') ?? there(`${base}_stderr`);
    if (theory === null && simulation === null) return [];
    return [{ name: base, theory, simulation, error }];
  });
}

/** A table of bins, and what it is the table of. */
export interface BinnedTable {
  readonly summary: SweepSummary;
  readonly table: Table;
}

/**
 * Sums the long table of a sweep up over bins of its axes, so that figures of any number of rows can be drawn: for every bin that has
 * rows, their number, and of each result how many numbers there are, their mean, its standard error, and how many are missing because
 * training diverged. Axes have bins that are equally wide on their scale, or their values where these are few; the more axes, the
 * fewer bins. Memory grows with the bins, not with the rows.
 *
 * @param columns of the long table
 * @param rows gives all rows in order, each time it is called
 * @param most bins at most
 */
export async function binnedTable(
  summary: SweepSummary,
  columns: readonly Column[],
  rows: () => AsyncIterable<readonly Row[]>,
  most: number,
): Promise<BinnedTable> {
  const place = new Map(columns.map(({ name }, index) => [name, index]));
  const at = (name: string) => place.get(name) ?? -1;
  const [error, checks, lost] = [at('error'), at('failed_checks'), at('diverged')];
  const ranges = summary.axes.map((axis) => new AxisRange(axis, place.get(axis.column)!));
  const doubles = new Doubles(ranges.map(({ index }) => index));
  for await (const part of rows())
    for (const row of part) {
      for (const range of ranges) range.see(row[range.index] ?? null);
      // A run without numbers has no values of its own to compare.
      if (row[error] === null) doubles.see(row);
    }
  const kept = ranges.filter((range, position) => range.distinct > 1 && !doubles.isDouble(position));
  share(kept, most);
  const values = summary.results.flatMap(({ theory, simulation }) =>
    [theory, simulation].filter((name) => name !== null),
  );
  const bins = new Map<number, Bin>();
  const indices = values.map(at);
  for await (const part of rows())
    for (const row of part) {
      let key = 0;
      for (const range of kept) key = key * range.places + range.placeOf(row[range.index] ?? null);
      let bin = bins.get(key);
      if (bin === undefined) {
        bin = new Bin(values.length);
        bins.set(key, bin);
      }
      bin.add(row, indices, { error, checks, lost });
    }
  const keys = [...bins.keys()].sort((a, b) => a - b);
  return {
    summary: { ...summary, table: 'cells', axes: kept.map(({ axis }) => axis) },
    table: {
      columns: [...kept.map(({ axis }) => axisColumn(axis)), ...COUNTS, ...values.flatMap(valueColumns)],
      rows: keys.map((key) => [...middlesOf(key, kept), ...bins.get(key)!.cells()]),
    },
  };
}

function axisColumn({ column }: SweepAxis): Column {
  return { name: column, unit: '1', description: `${column}: the value, or the middle of the bin` };
}

const COUNTS: readonly Column[] = [
  { name: 'rows', unit: '1', description: 'rows of the long table in this bin' },
  { name: 'errors', unit: '1', description: 'rows of runs without numbers' },
  { name: 'failed_checks', unit: '1', description: 'rows of runs of which a check failed' },
];

function valueColumns(name: string): Column[] {
  const column = (what: string, description: string) => ({ name: `${name}_${what}`, unit: '1', description });
  return [
    column('mean', `mean of ${name}; null for no numbers`),
    column('stderr', `standard error of that mean; null for fewer than two numbers`),
    column('count', `numbers of ${name}`),
    column('diverged', `numbers of ${name} that are missing in runs that diverged`),
  ];
}

function middlesOf(key: number, ranges: readonly AxisRange[]): Cell[] {
  const cells: Cell[] = [];
  let rest = key;
  for (const range of [...ranges].reverse()) {
    cells.unshift(range.valueAt(rest % range.places));
    rest = Math.floor(rest / range.places);
  }
  return cells;
}

/** Gives every axis as many places as leave the bins within a limit. */
function share(ranges: readonly AxisRange[], most: number): void {
  const bins = () => ranges.reduce((product, { places }) => product * places, 1);
  for (let places = 2; places <= MOST_PLACES; places++)
    for (const range of ranges) {
      const before = range.places;
      range.places = Math.min(places, range.distinct);
      if (bins() > most) range.places = before;
    }
}

/** Finds axes that repeat another one: a column of the scenario that is the parameter itself. */
class Doubles {
  private readonly alive: [number, number][];

  constructor(private readonly indices: readonly number[]) {
    this.alive = indices.flatMap((_, one) => indices.slice(0, one).map((_, other): [number, number] => [one, other]));
  }

  see(row: Row): void {
    for (let pair = this.alive.length - 1; pair >= 0; pair--) {
      const [one, other] = this.alive[pair]!;
      if (String(row[this.indices[one]!]) !== String(row[this.indices[other]!])) this.alive.splice(pair, 1);
    }
  }

  isDouble(position: number): boolean {
    return this.alive.some(([one]) => one === position);
  }
}

/** What the rows of a bin come to. */
class Bin {
  private rows = 0;
  private errors = 0;
  private doubts = 0;
  private readonly moments: Moments[];
  private readonly diverged: number[];

  constructor(values: number) {
    this.moments = Array.from({ length: values }, () => NO_MOMENTS);
    this.diverged = Array.from({ length: values }, () => 0);
  }

  add(
    row: Row,
    values: readonly number[],
    { error, checks, lost }: { error: number; checks: number; lost: number },
  ): void {
    this.rows++;
    if (row[error] != null) this.errors++;
    if (row[checks] != null) this.doubts++;
    values.forEach((index, position) => {
      const value = row[index];
      if (typeof value === 'number' && Number.isFinite(value))
        this.moments[position] = pooled(this.moments[position]!, momentsOf(value));
      else if (row[lost] != null) this.diverged[position]!++;
    });
  }

  cells(): Cell[] {
    const values = this.moments.flatMap((moments, position) => [
      moments.count === 0 ? null : moments.mean,
      standardError(moments),
      moments.count,
      this.diverged[position]!,
    ]);
    return [this.rows, this.errors, this.doubts, ...values];
  }
}

/**
 * More rows than this stay out of `run.json`, which is read whole, checked and put into pages; it has sums over as many bins then, and
 * the merged files have every row.
 */
export const MOST_DOCUMENT_ROWS = 20_000;

/** The long table of a sweep, or of several that belong together. */
export interface LongTable {
  readonly summary: SweepSummary;
  readonly columns: readonly Column[];
  /** Gives all rows in order, each time it is called. */
  groups(): AsyncGenerator<RowGroup, void, undefined>;
  /** Files of the folder that have more of it, which `run.json` seals. */
  readonly files: readonly string[];
  /** The command line that gives it again. */
  readonly command: string;
  /** Tables besides. */
  readonly others?: Readonly<Record<string, Table>>;
}

/** The long table of one sweep. */
export function longTable(
  folder: string,
  sweep: Sweep,
  scenario: Scenario,
  rows: number,
  results: () => AsyncGenerator<PointResult, void, undefined>,
): LongTable {
  return {
    summary: summaryOf(sweep, scenario, rows),
    columns: pointColumns(sweep, scenario),
    groups: () => rowGroups(sweep, scenario, results()),
    files: [MERGED.csv, MERGED.parquet],
    command: commandOf(folder),
  };
}

/**
 * Writes `run.json` beside the merged files, so that the folder of a sweep is a result folder: its table is `points`, the long
 * table, or `cells`, sums over bins of it, where that has more than {@link MOST_DOCUMENT_ROWS} rows.
 *
 * @param draw makes the files with figures, by name
 * @throws InvalidInputError where it cannot be written
 */
export async function writeSweepDocument(
  folder: string,
  identity: SweepIdentity,
  long: LongTable,
  { rows: count, failed, checksFailed, points }: Merged,
  draw: DrawSweep,
): Promise<void> {
  const path = join(folder, RUN_FILE);
  const { summary, table, computed } = await tableOf(long, count);
  const { definition, versions, git_commit } = identity;
  const warnings = [
    ...(failed === 0 ? [] : [`${failed} of ${points} points have no results; the column error says why`]),
    ...(checksFailed === 0
      ? []
      : [`checks failed at ${checksFailed} of ${points} points; see the column failed_checks`]),
  ];
  if (summary.table === 'cells')
    warnings.unshift(
      `${count} rows are too many for one page: the table cells has sums over ${table.rows.length} bins; ${long.files.join(' and ') || 'the folders of its levels'} have every row`,
    );
  const file = JSON.stringify(sweepFileOf(definition), null, 2);
  const document: RunDocument & { readonly sweep: SweepSummary } = {
    ...{ schema: 1, scenario: definition.scenario, params: definition.params, seed: definition.seed },
    compute: computeOf(computed, definition.backend),
    ...{ tables: { [summary.table]: table, ...long.others } },
    sweep: { ...summary, ...(file.length <= MOST_FILE_TEXT && { file }) },
    ...{ checks: [], warnings, diverged: [], versions, network_steps: 0, elapsed_ms: 0 },
  };
  try {
    const files: [string, FileSeal][] = [];
    for (const name of long.files) files.push([name, await sealOf(join(folder, name))]);
    for (const [name, contents] of await draw(summary, table)) {
      await writeWhole(join(folder, name), contents);
      files.push([name, seal(contents)]);
    }
    const record = {
      folder: FOLDER_VERSION,
      command: long.command,
      git_commit,
      finished: new Date().toISOString(),
      files: Object.fromEntries(files),
    } as const;
    await writeWhole(path, runJson(document, record));
  } catch (error) {
    throw codeOf(error) === undefined ? error : notWritable(folder, error, 'the merged files are complete');
  }
}

interface DocumentTable {
  readonly summary: SweepSummary;
  readonly table: Table;
  /** What ran for the first point that has numbers. */
  readonly computed: string | null;
}

async function tableOf({ summary, columns, groups }: LongTable, count: number): Promise<DocumentTable> {
  let computed: string | null = null;
  async function* parts() {
    for await (const { rows, group } of groups()) {
      computed ??= group.find(({ compute }) => compute !== null)?.compute ?? null;
      yield rows;
    }
  }
  if (count > MOST_DOCUMENT_ROWS) {
    const binned = await binnedTable(summary, columns, parts, MOST_DOCUMENT_ROWS);
    return { ...binned, computed };
  }
  const rows: Row[] = [];
  for await (const part of parts()) for (const row of part) rows.push(row);
  return { summary, table: { columns, rows }, computed };
}

/** Size and checksum of a file, which may be too large for memory. */
async function sealOf(path: string): Promise<FileSeal> {
  const { size } = await stat(path);
  return { bytes: size, sha256: (await checksumOf(path, size)) ?? '' };
}

/** A file that is there whole, or what was there before stays. */
async function writeWhole(path: string, contents: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(temporary, contents, { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** Of the first point that has numbers; the column `compute` has that of each. */
function computeOf(computed: string | null, requested: string): Compute {
  const [engine = 'exact', backend = 'host'] = (computed ?? '').split('/');
  return {
    engine: (engine === '' ? 'exact' : engine) as Compute['engine'],
    ...{ backend, requested, device: 'several points side by side' },
    // Closed forms, on the host, are computed in float64.
    precision: backendRecord(backend)?.precision ?? 'f64',
    reason: 'a sweep: the column compute says what ran for each point',
  };
}
