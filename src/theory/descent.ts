import { InvalidInputError, requireInput } from './invalid-input.js';
import type { Mode } from './mode.js';
import type { Problem } from './problem.js';

// Gradient descent in place of gradient flow: one step of a mode, schedules of learning rates, and how far from the flow they end.

/**
 * One gradient-descent step of one mode, exactly (T0): for an aligned balanced start, the step of size `rate` on
 * `‖W1W2 - A‖²` maps both factors `D` of the mode to `D - 2·rate·D·(D² - σ)`.
 * It grows without bound where the rate is far above `1/(2σ)`.
 */
export function descendFactor(factor: number, sigma: number, rate: number): number {
  return factor - 2 * rate * factor * (factor * factor - sigma);
}

/**
 * Gradient descent of the factors `D_i` of all modes towards the singular values `σ_i`: one `descendFactor` per mode and rate.
 *
 * @throws RangeError where the numbers of factors and singular values differ
 */
export function descendFactors(
  factors: readonly number[],
  sigmas: readonly number[],
  rates: Iterable<number>,
): number[] {
  if (factors.length !== sigmas.length) throw new RangeError('one singular value is needed per factor');
  const steps = [...rates];
  return factors.map((start, index) =>
    steps.reduce((factor, rate) => descendFactor(factor, sigmas[index] as number, rate), start),
  );
}

export const scheduleNames = ['constant', 'linear', 'cosine', 'warmup-cosine', 'warmup-stable-decay'] as const;

export type ScheduleName = (typeof scheduleNames)[number];

/** A learning-rate schedule, without its length and size. */
export interface Schedule {
  readonly name: ScheduleName;
  /** Share of the steps over which the rate rises linearly from 0 to its peak, in the two warm-up schedules; default 0.1. */
  readonly warmup?: number;
  /** Share of the steps over which the rate falls linearly to 0, in `warmup-stable-decay`; default 0.2. */
  readonly decay?: number;
}

/**
 * Learning rates of a schedule with a given peak: `η_k = peak · f((k + ½)/K)` for steps `k = 0 … K-1`, where `f` rises to 1 and
 * falls to 0 on [0, 1] (`constant`: is 1). Sampling at the middle of each step keeps every rate above 0.
 *
 * @param steps number `K` of steps, an integer from 0
 * @param peak largest value that the schedule approaches; finite, from 0
 * @throws InvalidInputError for an unknown name (`schedule`), shares that are negative or exceed 1 together (`warmup`,
 *   `decay`), or steps or a peak out of their range (`steps`, `learningRate`)
 */
export function scheduleRates(schedule: Schedule, steps: number, peak: number): number[] {
  requireInput(peak >= 0 && peak < Infinity, 'learningRate', peak, 'a finite number from 0');
  requireInput(Number.isSafeInteger(steps) && steps >= 0, 'steps', steps, 'an integer from 0');
  const shape = scheduleShape(schedule);
  return Array.from({ length: steps }, (_, step) => peak * shape((step + 0.5) / steps));
}

/**
 * Learning rates of a schedule scaled so that they add up to a given training time: in the flow limit only this sum
 * matters (T9).
 *
 * @param steps number `K` of steps, an integer from 1
 * @param total `Σ η_k`; finite, from 0
 * @returns rates whose exact sum, rounded to float64, is `total` (see `sumOfRates`)
 * @throws InvalidInputError as `scheduleRates`, with `time` for a total out of its range
 */
export function scheduleRatesOverTime(schedule: Schedule, steps: number, total: number): number[] {
  requireInput(total >= 0 && total < Infinity, 'time', total, 'a finite number from 0');
  requireInput(steps >= 1, 'steps', steps, 'an integer from 1');
  const shape = scheduleRates(schedule, steps, 1);
  const scale = total / sumOfRates(shape);
  const rates = shape.map((value) => value * scale);
  // Scaling rounds each rate. The largest one takes up what that left over, up to its own rounding, which the next one takes up:
  // at most two rates can be so large that half a unit in the last place of the total is below theirs.
  for (const index of threeLargest(rates)) rates[index]! -= sumOfRates(rates, -total);
  return rates;
}

/**
 * Sum of learning rates by compensated summation (Neumaier 1974): the gradient-flow time that a run stands for.
 *
 * @param last one more number, at the end
 */
export function sumOfRates(rates: readonly number[], last = 0): number {
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
function scheduleShape({ name, warmup = 0.1, decay = 0.2 }: Schedule): (progress: number) => number {
  requireInput(warmup >= 0 && warmup <= 1, 'warmup', warmup, 'a share of the steps from 0 to 1');
  const most = name === 'warmup-stable-decay' ? 1 - warmup : 1;
  requireInput(decay >= 0 && decay <= most, 'decay', decay, `a share of the steps from 0 to ${most}`);
  switch (name) {
    case 'constant':
      return () => 1;
    case 'linear':
      return (progress) => 1 - progress;
    case 'cosine':
      return halfCosine;
    case 'warmup-cosine':
      return (progress) => (progress < warmup ? progress / warmup : halfCosine((progress - warmup) / (1 - warmup)));
    case 'warmup-stable-decay':
      return (progress) => Math.min(1, progress / warmup, (1 - progress) / decay);
    default:
      throw new InvalidInputError('schedule', name, scheduleNames.join(', '));
  }
}

function halfCosine(progress: number): number {
  return (1 + Math.cos(Math.PI * progress)) / 2;
}

/**
 * Largest learning rate for which `endPointConstant` is proved, `1/(8 max(σ, s_0))`: a quarter of the stability limit
 * `1/(2σ)`. Infinite for a mode that starts at zero, which no rate moves.
 */
export function largestCoveredRate(mode: Mode): number {
  return mode.start === 0 ? Infinity : 1 / (8 * Math.max(mode.sigma, mode.start));
}

/**
 * The constant `C` of T9 for one mode: gradient descent with *any* rates `η_1 … η_K` that add up to `T`, none above
 * `largestCoveredRate`, ends within `C · max η_k` of gradient flow at time `T`, whatever `K` and `T` are:
 *
 *     |s_K - s(T)| ≤ C max η_k,   C = σ² max(8/e, 2/7 (ln⁺(σ/s_0 - 1) + ln 4))   for 0 < s_0 < σ,
 *                                 C = 16/7 (s_0 - σ)(2s_0 - σ)                    for s_0 ≥ σ,
 *                                 C = 0                                           for s_0 = 0.
 *
 * Two schedules with equal sums therefore end within `C (max η_k + max η′_k)` of each other.
 *
 * Proof for `s_0 < σ`. With `u = s/σ` and `ε_k = 2η_kσ ≤ ¼` a step is `u′ = u(1 + ε(1-u))²`, and `1 - u′ = (1-u)(1 - b)` with
 * `b = 2εu + ε²u(1-u)`, `2εu ≤ b ≤ 2ε ≤ ½`. In `x = ln(u/(1-u))` gradient flow advances by exactly `2ε` and the step by
 * `2 ln(1 + ε(1-u)) - ln(1-b)`, which exceeds `2ε` by at least `-ε²` and at most `ε²(u(1-u) + u²(2 + ε(1-u))²) ≤ 4ε²u`.
 * Let `y = 4σT = Σ 2ε_k`, `x(T) = x_0 + y`, `ε` the largest `ε_k` and `x_K = x(T) + Δ`; `s = σ/(1 + e^{-x})` has slope `σu(1-u)`.
 * If `Δ ≥ 0`: `Σ 2ε_k u_k ≤ Σ b_k ≤ -ln(1 - u_K) ≤ Δ - ln(1 - u(T))`, so that `Δ ≤ 2ε(Δ - ln(1 - u(T)))`, `Δ ≤ -4ε ln(1 - u(T))`, and
 * `s` moves by at most `σ(1 - u(T))Δ ≤ 4σε/e = (8/e)σ²η`. If `Δ < 0`: `|Δ| ≤ εy/2 ≤ y/8`, and with `m = ln⁺(σ/s_0 - 1)` the slope beyond
 * `x_0 + 7y/8` is at most `σ min(¼, e^{m - 7y/8})`, so that `s` moves by at most `σ(ε/2)(8/7)(m + ln 4)/4 = 2/7 σ²η(m + ln 4)`.
 *
 * Proof for `s_0 ≥ σ`. Flow and descent both fall toward `σ`, and flow brings two points above `σ` no further apart, so that
 * the errors of single steps add. Each is at most `8η²s(s-σ)(2s-σ)`, a step lowers `s` by at least `7/2 ηs(s-σ)`, and
 * `Σ (s_k - s_{k+1}) ≤ s_0 - σ`.
 *
 * @returns `C`, in units of a singular value per unit of learning rate
 */
export function endPointConstant({ sigma, start }: Mode): number {
  if (start === 0) return 0;
  if (start >= sigma) return (16 / 7) * (start - sigma) * (2 * start - sigma);
  const growth = Math.max(0, Math.log(sigma / start - 1)) + Math.log(4);
  return sigma * sigma * Math.max(8 / Math.E, (2 / 7) * growth);
}

/**
 * How far the loss after gradient descent can be from the loss of gradient flow at the same `Σ η_k` (T9):
 * `2 max η Σ_i C_i |σ_i - s_i(0)|`, as neither leaves the interval between `s_i(0)` and `σ_i`; `peak` is `max η`.
 */
export function lossEndPointBound(problem: Problem, peak: number): number {
  const parts = problem.modes.map((mode) => 2 * peak * endPointConstant(mode) * Math.abs(mode.sigma - mode.start));
  return parts.reduce((sum, part) => sum + part, 0);
}
