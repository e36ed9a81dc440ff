import { InvalidInputError } from './invalid-input.js';

/** Names of the learning-rate schedules. */
export const scheduleNames = [
  'constant',
  'linear',
  'cosine',
  'warmup-cosine',
  'warmup-stable-decay',
] as const;

/** Name of a learning-rate schedule. */
export type ScheduleName = (typeof scheduleNames)[number];

/** A learning-rate schedule, without its length and size. */
export interface Schedule {
  readonly name: ScheduleName;
  /** Share of the steps over which the rate rises linearly from 0 to its peak, in the two warm-up schedules; default 0.1. */
  readonly warmup?: number;
  /** Share of the steps over which the rate falls linearly to 0, in `warmup-stable-decay`; default 0.2. */
  readonly decay?: number;
}

const DEFAULT_WARMUP = 0.1;
const DEFAULT_DECAY = 0.2;

/**
 * Learning rates of a schedule with a given peak: `η_k = peak · f((k + ½)/K)` for steps `k = 0 … K-1`, where `f` rises to 1 and
 * falls to 0 on [0, 1] (`constant`: is 1). Sampling at the middle of each step keeps every rate above 0.
 *
 * @param schedule name and shares
 * @param steps number `K` of steps, an integer from 0
 * @param peak largest value that the schedule approaches; finite, from 0
 * @throws InvalidInputError for an unknown name (`schedule`), shares that are negative or exceed 1 together (`warmup`,
 *   `decay`), or steps or a peak out of their range (`steps`, `learningRate`)
 */
export function scheduleRates(schedule: Schedule, steps: number, peak: number): number[] {
  if (!(peak >= 0 && peak < Infinity)) {
    throw new InvalidInputError('learningRate', peak, 'a finite number from 0');
  }
  if (!(Number.isSafeInteger(steps) && steps >= 0)) {
    throw new InvalidInputError('steps', steps, 'an integer from 0');
  }
  const shape = scheduleShape(schedule);
  const rates = new Array<number>(steps);
  for (let step = 0; step < steps; step += 1) rates[step] = peak * shape((step + 0.5) / steps);
  return rates;
}

/**
 * Learning rates of a schedule scaled so that they add up to a given training time: in the flow limit only this sum
 * matters (T9).
 *
 * @param schedule name and shares
 * @param steps number `K` of steps, an integer from 1
 * @param total `Σ η_k`; finite, from 0
 * @returns rates whose exact sum, rounded to float64, is `total` (see `sumOfRates`)
 * @throws InvalidInputError as `scheduleRates`, with `time` for a total out of its range
 */
export function scheduleRatesOverTime(schedule: Schedule, steps: number, total: number): number[] {
  if (!(total >= 0 && total < Infinity)) throw new InvalidInputError('time', total, 'a finite number from 0');
  if (!(steps >= 1)) throw new InvalidInputError('steps', steps, 'an integer from 1');
  const shape = scheduleRates(schedule, steps, 1);
  const scale = total / sumOfRates(shape);
  const rates = shape.map((value) => value * scale);
  // Scaling rounds each rate. The largest one takes up what that left over, up to its own rounding, which the next one takes up:
  // at most two rates can be so large that half a unit in the last place of the total is below theirs.
  for (const index of threeLargest(rates)) rates[index]! -= sumWith(rates, -total);
  return rates;
}

/**
 * Sum of learning rates by compensated summation (Neumaier 1974): the gradient-flow time that a run stands for.
 *
 * @param rates the learning rates
 */
export function sumOfRates(rates: readonly number[]): number {
  return sumWith(rates, 0);
}

/** The same with one more number at the end. */
function sumWith(rates: readonly number[], last: number): number {
  let sum = 0;
  let lost = 0;
  for (let index = 0; index <= rates.length; index += 1) {
    const rate = rates[index] ?? last;
    const next = sum + rate;
    lost += Math.abs(sum) >= Math.abs(rate) ? sum - next + rate : rate - next + sum;
    sum = next;
  }
  return sum + lost;
}

/** Positions of the three largest rates, the largest first; of equal ones the earliest. */
function threeLargest(rates: readonly number[]): number[] {
  const found: number[] = [];
  rates.forEach((rate, index) => {
    const at = found.findIndex((position) => rate > rates[position]!);
    if (at >= 0) found.splice(at, 0, index);
    else if (found.length < 3) found.push(index);
    if (found.length > 3) found.pop();
  });
  return found;
}

/** The shape `f` on [0, 1] of a schedule. */
function scheduleShape(schedule: Schedule): (progress: number) => number {
  const { warmup, decay } = requireShares(schedule);
  switch (schedule.name) {
    case 'constant':
      return () => 1;
    case 'linear':
      return (progress) => 1 - progress;
    case 'cosine':
      return halfCosine;
    case 'warmup-cosine':
      return (progress) =>
        progress < warmup ? progress / warmup : halfCosine((progress - warmup) / (1 - warmup));
    case 'warmup-stable-decay':
      return (progress) => Math.min(1, progress / warmup, (1 - progress) / decay);
    default:
      throw new InvalidInputError('schedule', schedule.name, scheduleNames.join(', '));
  }
}

function halfCosine(progress: number): number {
  return (1 + Math.cos(Math.PI * progress)) / 2;
}

function requireShares({ name, warmup = DEFAULT_WARMUP, decay = DEFAULT_DECAY }: Schedule) {
  if (!(warmup >= 0 && warmup <= 1)) {
    throw new InvalidInputError('warmup', warmup, 'a share of the steps from 0 to 1');
  }
  const most = name === 'warmup-stable-decay' ? 1 - warmup : 1;
  if (!(decay >= 0 && decay <= most)) {
    throw new InvalidInputError('decay', decay, `a share of the steps from 0 to ${most}`);
  }
  return { warmup, decay };
}
