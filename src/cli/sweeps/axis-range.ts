import type { Cell } from '../../sim/scenario/table.js';
import { binEdges, binOf, middleOf } from '../sweep-figures/levels.js';
import type { SweepAxis } from '../sweep-figures/sweep-summary.js';

/** Places that an axis has at most: so many values, or bins. */
export const MOST_PLACES = 40;
const OTHERS = '(others)';

/** The values of an axis: how many, between which ends. */
export class AxisRange {
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

  /** Takes a value into account. */
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

  /** The value at a place, or the middle of its bin. */
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
