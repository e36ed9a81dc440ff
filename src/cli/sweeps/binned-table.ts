import type { Cell, Column, Row, Table } from '../../sim/scenario/table.js';
import { binEdges, binOf, middleOf } from '../sweep-figures/levels.js';
import {
  type Moments,
  momentsOf,
  NO_MOMENTS,
  pooled,
  type SweepAxis,
  type SweepSummary,
  standardError,
} from '../sweep-figures/sweep-rows.js';

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
): Promise<{ readonly summary: SweepSummary; readonly table: Table }> {
  const place = new Map(columns.map(({ name }, index) => [name, index]));
  const at = (name: string) => place.get(name) ?? -1;
  const [error, checks, lost] = [at('error'), at('failed_checks'), at('diverged')];
  const ranges = summary.axes.map((axis) => new AxisRange(axis, place.get(axis.column)!));
  // An axis that repeats one before it is no axis: a column of the scenario that is the parameter itself.
  let alike = ranges.flatMap((one, position) => ranges.slice(0, position).map((other) => [one, other] as const));
  for await (const part of rows())
    for (const row of part) {
      for (const range of ranges) range.see(row[range.index] ?? null);
      // A run without numbers has no values of its own to compare.
      if (row[error] === null)
        alike = alike.filter(([one, other]) => String(row[one.index]) === String(row[other.index]));
    }
  const kept = ranges.filter((range) => range.distinct > 1 && !alike.some(([one]) => one === range));
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

class Bin {
  private readonly counts = { rows: 0, errors: 0, doubts: 0 };
  private readonly values: { moments: Moments; diverged: number }[];

  constructor(values: number) {
    this.values = Array.from({ length: values }, () => ({ moments: NO_MOMENTS, diverged: 0 }));
  }

  add(row: Row, indices: readonly number[], at: { error: number; checks: number; lost: number }): void {
    this.counts.rows++;
    if (row[at.error] != null) this.counts.errors++;
    if (row[at.checks] != null) this.counts.doubts++;
    indices.forEach((index, position) => {
      const [one, value] = [this.values[position]!, row[index]];
      if (typeof value === 'number' && Number.isFinite(value)) one.moments = pooled(one.moments, momentsOf(value));
      else if (row[at.lost] != null) one.diverged++;
    });
  }

  cells(): Cell[] {
    const values = this.values.flatMap(({ moments, diverged }) => [
      moments.count === 0 ? null : moments.mean,
      ...[standardError(moments), moments.count, diverged],
    ]);
    return [...Object.values(this.counts), ...values];
  }
}

/** Places that an axis has at most: so many values, or bins. */
const MOST_PLACES = 40;
const OTHERS = '(others)';

class AxisRange {
  /** Into how many places the axis is cut; settled with the first value that is placed. */
  places = 1;
  private readonly seen = new Set<Cell>();
  private least = Number.POSITIVE_INFINITY;
  private greatest = Number.NEGATIVE_INFINITY;
  private isText = false;
  private edges: number[] | undefined;
  private levels: Map<Cell, number> | undefined;

  constructor(
    readonly axis: SweepAxis,
    readonly index: number,
  ) {}

  /** Distinct values, counted up to one more than an axis has places. */
  get distinct(): number {
    return this.seen.size;
  }

  see(value: Cell): void {
    if (value === null) return;
    if (this.seen.size <= MOST_PLACES) this.seen.add(value);
    if (typeof value !== 'number') this.isText = true;
    else {
      if (value < this.least) this.least = value;
      if (value > this.greatest) this.greatest = value;
    }
  }

  /** The place of a value; a run without numbers, which lacks a value of its own, is counted at the first. */
  placeOf(value: Cell): number {
    if (value === null) return 0;
    if (this.edges === undefined && this.levels === undefined) this.settle();
    if (this.levels !== undefined) return this.levels.get(value) ?? this.places - 1;
    return typeof value === 'number' ? binOf(value, this.edges!, this.kind) : 0;
  }

  valueAt(place: number): Cell {
    if (this.edges !== undefined) return middleOf(this.edges[place]!, this.edges[place + 1]!, this.kind);
    const values = [...this.levels!.keys()];
    const isRest = place === this.places - 1 && values.length < this.seen.size;
    return isRest ? OTHERS : (values[place] ?? null);
  }

  private get kind(): 'linear' | 'log' {
    return this.axis.scale === 'log' && this.least > 0 ? 'log' : 'linear';
  }

  private settle(): void {
    const values = [...this.seen];
    if (!this.isText && values.length > this.places)
      this.edges = binEdges(this.least, this.greatest, this.kind, this.places);
    else {
      if (!this.isText) values.sort((a, b) => Number(a) - Number(b));
      const named = values.length > this.places ? values.slice(0, this.places - 1) : values;
      this.levels = new Map(named.map((value, index) => [value, index]));
    }
  }
}
