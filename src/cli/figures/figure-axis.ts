import { scaleLinear } from 'd3-scale';
import type { Column } from '../../sim/scenario/table.js';
import { readableNumber } from '../output/text-table.js';

export type AxisKind = 'linear' | 'log';

/** What an axis shows: its ends and the values that are labelled. */
export interface AxisRange {
  readonly kind: AxisKind;
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

const MOST_LABELS = 6;

/** Beyond these, a power of ten is easier to read than its zeros. */
const [LEAST_PLAIN, GREATEST_PLAIN] = [1e-3, 1e4];

/** Whether an axis can show a value: a logarithm has neither zero nor negative numbers. */
export function isOnAxis(kind: AxisKind, value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && (kind === 'linear' || value > 0);
}

/**
 * The ends and ticks of an axis that shows all values that it can. Nothing to show gives an axis from 0 to 1, or 0.1 to 1.
 *
 * @param isTight whether the axis ends with the values, as the edges of a map do
 */
export function axisRange(kind: AxisKind, values: Iterable<unknown>, isTight = false): AxisRange {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!isOnAxis(kind, value)) continue;
    from = Math.min(from, value);
    to = Math.max(to, value);
  }
  if (from > to) [from, to] = kind === 'log' ? [0.1, 1] : [0, 1];
  return kind === 'log' ? logRange(from, to, isTight) : linearRange(from, to, isTight);
}

function linearRange(least: number, greatest: number, isTight: boolean): AxisRange {
  let [from, to] = [least, greatest];
  if (from === to) [from, to] = [from - (Math.abs(from) / 10 || 1), to + (Math.abs(to) / 10 || 1)];
  if (!isTight) {
    const margin = (to - from) * 0.04;
    // An axis that nearly reaches zero had better reach it.
    from = from >= 0 && from < 0.35 * to ? 0 : from - margin;
    to += margin;
  }
  from = Math.max(from, -Number.MAX_VALUE);
  to = Math.min(to, Number.MAX_VALUE);
  return { kind: 'linear', from, to, ticks: labelled(evenTicks(from, to, 5)) };
}

function logRange(least: number, greatest: number, isTight: boolean): AxisRange {
  const decades = Math.log10(greatest) - Math.log10(least);
  const margin = isTight ? 0 : decades === 0 ? 0.3 : decades * 0.03;
  const from = Math.max(Number.MIN_VALUE, 10 ** (Math.log10(least) - margin));
  const to = Math.min(Number.MAX_VALUE, 10 ** (Math.log10(greatest) + margin));
  return { kind: 'log', from, to, ticks: labelled(logTicks(from, to)) };
}

/** Powers of ten where there are enough of them, with their doubles and halves where there are not. */
function logTicks(from: number, to: number): number[] {
  const [low, high] = [Math.ceil(Math.log10(from) - 1e-9), Math.floor(Math.log10(to) + 1e-9)];
  const powers = Math.max(0, high - low + 1);
  if (powers >= 3) {
    const apart = Math.ceil(powers / MOST_LABELS);
    return Array.from({ length: Math.ceil(powers / apart) }, (_, i) => powerOfTen(low + i * apart)).filter(
      (value) => value >= from && value <= to,
    );
  }
  const round = Array.from({ length: powers + 1 }, (_, index) => low - 1 + index)
    .flatMap((exponent) => [1, 2, 5].map((times) => times * powerOfTen(exponent)))
    .filter((value) => value >= from && value <= to);
  if (round.length >= 3) return round.slice(0, 2 * MOST_LABELS);
  return evenTicks(from, to, 4);
}

/** Below this, float64 numbers lose digits, and steps between ticks can no longer be told from zero. */
const LEAST_SPAN = 1e-300;

function evenTicks(from: number, to: number, count: number): number[] {
  const isFine = to - from >= LEAST_SPAN && Number.isFinite(to - from);
  const ticks = isFine ? scaleLinear().domain([from, to]).ticks(count) : [];
  return ticks.length > 0 ? ticks : [from, to];
}

function powerOfTen(exponent: number): number {
  return Number(`1e${exponent}`);
}

/** The fewest digits that distinguish the ticks. */
function labelled(values: readonly number[]): { value: number; label: string }[] {
  for (let digits = 3; ; digits++) {
    const labels = values.map((value) => tickLabel(value, digits));
    if (new Set(labels).size === values.length || digits === 17)
      return values.map((value, index) => ({ value, label: labels[index]! }));
  }
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function tickLabel(value: number, digits: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= LEAST_PLAIN && size <= GREATEST_PLAIN))
    return readableNumber(value, digits).replace('-', '−');
  const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
  const power = [...exponent.replace('+', '')]
    .map((sign) => (sign === '-' ? '⁻' : SUPERSCRIPTS[Number(sign)]))
    .join('');
  // As text: the mantissas of two neighbouring float64 numbers may be one float64 number.
  const factor = mantissa.replace(/\.?0+$/, '').replace('-', '−');
  return factor === '1' ? `10${power}` : `${factor}·10${power}`;
}

/** The label of an axis with the unit of its column, where the label does not say it already. */
export function axisTitle(label: string, column: Column | undefined): string {
  const unit = column?.unit.replace('^2', '²') ?? '1';
  const said = symbolText(label);
  return unit === '1' || said.includes(unit) ? said : `${said} (${unit})`;
}

const SYMBOLS: Readonly<Record<string, string>> = { gamma: 'γ', lambda: 'λ', sigma: 'σ', tau: 'τ' };

/** The name of a column as a reader of a paper knows it: `learning_rate` is learning rate, `gamma` is γ. */
export function symbolText(text: string): string {
  return text
    .replace(/\b(gamma|lambda|sigma|tau)(?![a-z])/g, (name) => SYMBOLS[name]!)
    .replace(/_set\b/g, '')
    .replaceAll('_', ' ');
}
