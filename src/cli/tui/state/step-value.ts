import type { ParameterMeta } from '../../../sim/scenario/parameter.js';
import { readDecimal } from '../../../theory/decimal.js';

/** Rungs of a decade, about a tenth apart, with the round numbers and powers of two among them, so that a step
 * back undoes a step. */
const RUNGS = [
  1, 1.1, 1.2, 1.3, 1.45, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3, 3.2, 3.6, 4, 4.5, 5, 5.5, 6, 6.4, 7, 7.5, 8, 9,
] as const;

const GRID = /^(log|linear):([^:]+):([^:]+):([^:]+)$/;

/**
 * Texts to which an arrow may step a value, the finest step first; the first that is allowed is to be taken, so that
 * integers, which refuse fractions, take whole steps. All numbers of a list step together; of a grid `log:FROM:TO:COUNT`
 * its end steps, of a form such as `power:1` its last number, of a choice the next word.
 *
 * @param direction 1 for right or up, −1 for left or down
 */
export function steppedTexts(value: string, meta: ParameterMeta, direction: 1 | -1): readonly string[] {
  if (meta.choices !== undefined) return [nextChoice(value, meta.choices, direction)];
  const grid = GRID.exec(value.trim());
  if (grid !== null) {
    const [, form, from, to, count] = grid;
    const scale = form === 'log' ? 'log' : 'linear';
    return candidates(to!, scale, direction).map((end) => `${form}:${from}:${end}:${count}`);
  }
  const form = /^([a-z]+(?::[^:]*)*:)([^:]+)$/.exec(value.trim());
  if (form !== null) return candidates(form[2]!, 'linear', direction).map((last) => form[1] + last);
  const scale = meta.scale ?? 'linear';
  const lists = value.split(',').map((part) => candidates(part, scale, direction));
  const most = Math.max(...lists.map((list) => list.length));
  if (lists.some((list) => list.length === 0)) return [];
  return Array.from({ length: most }, (_, i) =>
    lists.map((list) => list[Math.min(i, list.length - 1)]).join(','),
  );
}

function nextChoice(value: string, choices: readonly string[], direction: 1 | -1): string {
  const index = choices.indexOf(value);
  return choices[(index + direction + choices.length) % choices.length] ?? value;
}

/** Fractional and whole steps of one number; none for what is no number. */
function candidates(text: string, scale: 'linear' | 'log', direction: 1 | -1): string[] {
  const value = readDecimal(text);
  if (!Number.isFinite(value)) return [];
  if (scale === 'linear') return [linearStep(value, direction), Math.round(value) + direction].map(shortText);
  // Zero has no place on a log scale: it stays where it is.
  if (value <= 0) return [text.trim()];
  const rung = nextRung(value, direction);
  const whole =
    direction > 0
      ? Math.max(Math.round(value) + 1, Math.ceil(rung))
      : Math.min(Math.round(value) - 1, Math.floor(rung));
  return [rung, whole].map(shortText);
}

/** A twentieth of the size of the number, rounded to 1, 2 or 5 times a power of ten; 0.1 from zero. */
function linearStep(value: number, direction: 1 | -1): number {
  const size = Math.abs(value);
  if (size < 1e-9) return 0.1 * direction;
  // Measured where the smaller of both ends is, so that a step back is as long as the step.
  const inner = direction * value > 0 ? size * 1.0001 : size * 0.9999;
  const step = roundStep(inner / 20);
  const next = Math.round(value / step) * step;
  return Math.abs(next - value) > step * 1e-6 && direction * (next - value) > 0
    ? next
    : next + direction * step;
}

function roundStep(size: number): number {
  const decade = 10 ** Math.floor(Math.log10(size));
  const share = size / decade;
  return decade * (share >= 5 ? 5 : share >= 2 ? 2 : 1);
}

function nextRung(value: number, direction: 1 | -1): number {
  const decade = Math.floor(Math.log10(value) + 1e-12);
  const rungs = [decade - 1, decade, decade + 1].flatMap((power) =>
    RUNGS.map((rung) => Number(`${rung}e${power}`)),
  );
  const isBeyond = (rung: number) => direction * (rung - value) > value * 1e-9;
  return (direction > 0 ? rungs.find(isBeyond) : rungs.findLast(isBeyond)) ?? value;
}

/** Without the dust of binary fractions. */
function shortText(value: number): string {
  return String(Number(value.toPrecision(12)));
}
