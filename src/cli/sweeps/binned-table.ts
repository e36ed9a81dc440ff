import type { Cell, Column, Row, Table } from '../../sim/scenario/table.js';
import { type Moments, momentsOf, NO_MOMENTS, pooled, standardError } from '../sweep-figures/moments.js';
import type { SweepAxis, SweepSummary } from '../sweep-figures/sweep-summary.js';
import { AxisRange, MOST_PLACES } from './axis-range.js';

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
    this.alive = indices.flatMap((_, one) =>
      indices.slice(0, one).map((_, other): [number, number] => [one, other]),
    );
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
