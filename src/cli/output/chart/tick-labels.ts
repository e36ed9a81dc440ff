import { cellWidth } from '../cell-width.js';
import type { AxisScale, Tick } from './axis-scale.js';

/** A label that found its place. */
export interface PlacedLabel {
  readonly text: string;
  /** First cell of the text, or the row it stands in. */
  readonly start: number;
  /** Cell of the tick itself. */
  readonly tick: number;
}

const GAP = 2;
const ENOUGH_TICKS = 4;

/**
 * Chooses which ticks of a horizontal axis are labelled so that no two labels come nearer than two cells: the
 * lowest ranks first, each centred under its tick as far as the edges allow.
 *
 * @param cells length of the axis in cells
 * @param before cells on the left of the axis into which the first label may reach
 */
export function placeHorizontal(scale: AxisScale, cells: number, before: number): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const tick of byRank(scale.ticks(Math.floor(cells / 9)))) {
    const position = scale.position(tick.value);
    const width = cellWidth(tick.label);
    if (position === null || width > cells + before) continue;
    const at = Math.round(position * (cells - 1));
    const start = Math.min(Math.max(at - Math.floor(width / 2), -before), cells - width);
    const isClear = placed.every(
      (other) => start >= other.start + cellWidth(other.text) + GAP || start + width + GAP <= other.start,
    );
    if (isClear) placed.push({ text: tick.label, start, tick: at });
  }
  return placed.sort((a, b) => a.start - b.start);
}

/** Chooses which ticks of a vertical axis are labelled, at most one in two rows; row 0 is the highest. */
export function placeVertical(scale: AxisScale, rows: number): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const tick of byRank(scale.ticks(Math.floor(rows / 3)))) {
    const position = scale.position(tick.value);
    if (position === null) continue;
    const row = Math.round((1 - position) * (rows - 1));
    if (placed.every((other) => Math.abs(other.tick - row) >= 2))
      placed.push({ text: tick.label, start: row, tick: row });
  }
  return placed;
}

/** The round ticks first, and nothing but them where there are enough. */
function byRank(ticks: readonly Tick[]): Tick[] {
  const round = ticks.filter(({ rank }) => rank < 2);
  return [...(round.length >= ENOUGH_TICKS ? round : ticks)].sort((a, b) => a.rank - b.rank);
}
