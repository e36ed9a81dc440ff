import type { Cell } from '../../sim/scenario/table.js';
import { readableNumber } from '../output/text-table.js';
import type { AxisValues } from './sweep-rows.js';

export interface Level {
  readonly label: string;
  /** The value, or the middle of the bin on the scale of its axis. */
  readonly value: Cell;
  /** Edges of its cell, half-way to its neighbours; those of the bin; null for texts. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface Levels {
  readonly column: string;
  readonly levels: readonly Level[];
  readonly isBinned: boolean;
  /** Texts that have no place because there are too many of them. */
  readonly leftOut: number;
  /** The place of each row; -1 for none. */
  readonly places: Int32Array;
}

/**
 * The places of an axis: its values where there are at most `most` of them, otherwise that many bins, equally wide on its scale.
 * Of texts that are too many, the first have places.
 */
export function levelsOf(axis: AxisValues, most: number): Levels {
  const { column, distinct, values, kind } = axis;
  if (kind === 'text' || distinct.length <= most) {
    const kept = distinct.slice(0, most);
    const indices = new Map(kept.map((value, index) => [value, index]));
    return {
      column,
      levels: kind === 'text' ? kept.map(textLevel) : numberLevels(kept as number[], kind),
      isBinned: false,
      leftOut: distinct.length - kept.length,
      places: Int32Array.from(values, (value) => indices.get(value) ?? -1),
    };
  }
  const edges = binEdges(distinct[0] as number, distinct.at(-1) as number, kind, most);
  const levels = edges.slice(1).map((high, index): Level => {
    const low = edges[index]!;
    const value = middleOf(low, high, kind);
    return { label: `${readableNumber(low, 3)}–${readableNumber(high, 3)}`, value, low, high };
  });
  const places = Int32Array.from(values, (value) =>
    typeof value === 'number' && Number.isFinite(value) ? binOf(value, edges, kind) : -1,
  );
  return { column, levels, isBinned: true, leftOut: 0, places };
}

/** What a reader has to know of some axes: which are in bins, and of which not all texts have a place. */
export function placeNotes(axes: readonly Levels[]): string[] {
  const binned = axes.filter(({ isBinned }) => isBinned);
  const cut = axes.filter(({ leftOut }) => leftOut > 0);
  return [
    ...binned.map(({ column, levels }) => `${column} in ${levels.length} bins`),
    ...cut.map(
      ({ column, levels: { length }, leftOut }) => `the first ${length} of ${length + leftOut} values of ${column}`,
    ),
  ];
}

/** The edges of `count` bins that are equally wide on a scale, from the least to the greatest value. */
export function binEdges(least: number, greatest: number, kind: 'linear' | 'log', count: number): number[] {
  const [from, to] = [onScale(least, kind), onScale(greatest, kind)];
  return Array.from({ length: count + 1 }, (_, index) => {
    if (index === 0) return least;
    if (index === count) return greatest;
    const place = from + ((to - from) * index) / count;
    return kind === 'log' ? Math.exp(place) : place;
  });
}

/** The bin of a value; the last one has its upper edge, too. */
export function binOf(value: number, edges: readonly number[], kind: 'linear' | 'log'): number {
  const [from, to] = [onScale(edges[0]!, kind), onScale(edges.at(-1)!, kind)];
  const bins = edges.length - 1;
  const guess = Math.floor(((onScale(value, kind) - from) / (to - from)) * bins);
  const bin = Math.max(0, Math.min(bins - 1, guess));
  // Rounding puts a value that lies on an edge to either side.
  if (bin > 0 && value < edges[bin]!) return bin - 1;
  return bin < bins - 1 && value >= edges[bin + 1]! ? bin + 1 : bin;
}

export function middleOf(low: number, high: number, kind: 'linear' | 'log'): number {
  return kind === 'log' ? Math.sqrt(low) * Math.sqrt(high) : low + (high - low) / 2;
}

function onScale(value: number, kind: 'linear' | 'log'): number {
  return kind === 'log' ? Math.log(value) : value;
}

function textLevel(value: Cell): Level {
  return { label: typeof value === 'number' ? readableNumber(value) : String(value), value, low: null, high: null };
}

function numberLevels(sorted: readonly number[], kind: 'linear' | 'log'): Level[] {
  const place = sorted.map((value) => onScale(value, kind));
  const back = (at: number) => (kind === 'log' ? Math.exp(at) : at);
  return sorted.map((value, index) => {
    const alone = kind === 'log' ? 0.5 : Math.abs(value) / 2 || 0.5;
    const before = index > 0 ? (place[index]! - place[index - 1]!) / 2 : undefined;
    const after = index < sorted.length - 1 ? (place[index + 1]! - place[index]!) / 2 : undefined;
    return {
      label: readableNumber(value),
      value,
      low: back(place[index]! - (before ?? after ?? alone)),
      high: back(place[index]! + (after ?? before ?? alone)),
    };
  });
}
