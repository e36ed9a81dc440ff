import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale';
import { cellWidth } from '../cell-width.js';
import { readableNumber } from '../text-table.js';

export interface PlacedLabel {
  readonly text: string;
  readonly start: number;
  readonly tick: number;
}

const GAP = 2;
const ENOUGH_TICKS = 4;

/** Labels of a horizontal axis, two cells apart, the lowest ranks first, each centred under its tick as far as the edges allow. */
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

interface Tick {
  readonly value: number;
  readonly label: string;
  /** The lower, the rather it is labelled where room is short. */
  readonly rank: number;
}

export interface AxisScale {
  /** Position from the axis' beginning, or null for a value that the axis cannot show. */
  position(value: number | null): number | null;
  /** About `count` ticks within the axis. */
  ticks(count: number): Tick[];
}

const MOST_DIGITS = 17;

/** The scale that shows all values that can be shown, a constant in the middle; null where none can. */
export function axisScale(kind: 'linear' | 'log', values: Iterable<number | null>): AxisScale | null {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!isShown(kind, value)) continue;
    [least, greatest] = [Math.min(least, value), Math.max(greatest, value)];
  }
  if (least > greatest) return null;
  return kind === 'log' ? logScale(least, greatest) : linearScale(least, greatest);
}

function isShown(kind: 'linear' | 'log', value: number | null): value is number {
  return value !== null && Number.isFinite(value) && (kind === 'linear' || value > 0);
}

function linearScale(least: number, greatest: number): AxisScale {
  const [from, to] = least === greatest ? widened(least) : [least, greatest];
  // Halves, so that the span of the greatest float64 numbers does not overflow.
  const span = to / 2 - from / 2;
  return {
    position: (value) => (isShown('linear', value) ? clamp(span === 0 ? 0.5 : (value / 2 - from / 2) / span) : null),
    ticks: (count) => labelled(ticksOf(scaleLinear().domain([from, to]), count), () => 0),
  };
}

function logScale(least: number, greatest: number): AxisScale {
  const [low, high] = [Math.log10(least), Math.log10(greatest)];
  const [from, to] = high - low < 1e-9 ? [low - 1, high + 1] : [low, high];
  const domain = [Math.max(10 ** from, Number.MIN_VALUE), Math.min(10 ** to, Number.MAX_VALUE)] as const;
  return {
    position: (value) => (isShown('log', value) ? clamp((Math.log10(value) - from) / (to - from)) : null),
    ticks: (count) => labelled(ticksOf(scaleLog().domain(domain), count), decadeRank),
  };
}

function widened(value: number): [number, number] {
  const margin = Math.abs(value) / 10 || 1;
  return [Math.max(value - margin, -Number.MAX_VALUE), Math.min(value + margin, Number.MAX_VALUE)];
}

function clamp(position: number): number {
  return Math.min(1, Math.max(0, position));
}

/** Below this, float64 numbers lose digits, and steps between ticks can no longer be told from zero. */
const LEAST_SPAN = 1e-300;

/** More ticks than this have no room on any terminal; over dozens of decades the scale would give hundreds. */
const MOST_TICKS = 150;

function ticksOf(scale: ScaleContinuousNumeric<number, number>, count: number): number[] {
  const [from = 0, to = 0] = scale.domain();
  const isFine = to - from >= LEAST_SPAN && Number.isFinite(to - from);
  const ticks = isFine ? scale.ticks(Math.max(1, count)) : [];
  const inside = ticks.filter((value) => Number.isFinite(value) && value >= from && value <= to);
  const apart = Math.ceil(inside.length / MOST_TICKS);
  return inside.length > 0 ? inside.filter((_, index) => index % apart === 0) : [...new Set([from, to])];
}

/** Powers of ten before twice and five times them before the rest. */
function decadeRank(value: number): number {
  const mantissa = Number(value.toExponential(3).split('e')[0]);
  return mantissa === 1 ? 0 : mantissa === 2 || mantissa === 5 ? 1 : 2;
}

/** The fewest digits that distinguish the ticks. */
function labelled(values: readonly number[], rank: (value: number) => number): Tick[] {
  for (let digits = 4; ; digits++) {
    const labels = values.map((value) => readableNumber(value, digits));
    if (new Set(labels).size === values.length || digits === MOST_DIGITS) {
      return values.map((value, index) => ({ value, label: labels[index]!, rank: rank(value) }));
    }
  }
}
