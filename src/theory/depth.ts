import { requireInput } from './invalid-input.js';
import { logRatio, type Mode } from './mode.js';
import { bisect } from './search.js';

const LARGEST_DEPTH = 1e6;

/** Speed of a mode of a balanced network of depth `L`: `ds/dt = 2L s^{2-2/L}(σ - s)`, s the singular value of the product (T0″). */
export function deepVelocity(sigma: number, value: number, depth: number): number {
  return 2 * requireDepth(depth) * value ** (2 - 2 / depth) * (sigma - value);
}

/**
 * A mode of a balanced network of depth `L` at a time of gradient flow of `‖W1⋯WL - A‖²` (T0″).
 *
 * With `s = σe^{-r}` the flow is separable: the time from `r0` to `r`, times `2Lσ^{2-2/L}`, is
 * `∫_r^{r0} e^{βx}/(1 - e^{-x}) dx` with `β = 1 - 2/L`. The integral is known in closed form up to two fast series, and is
 * inverted by bisection in a variable in which it is well conditioned.
 *
 * Accuracy: the result is exact for a time that differs from the given one by about 1e-14 of it, and to about 1e-13
 * relative otherwise. From tiny starts and `L > 2` the rise is late (`~ s0^{-(1-2/L)}`) and steep, so that this error of
 * the time, which the rounding of the arguments makes as large anyway, is what one sees.
 *
 * @param depth number of layers `L`, an integer from 2 to 1e6
 * @returns singular value `s` of the product of all layers, and its gap `σ - s` with full relative accuracy
 * @throws InvalidInputError where `depth` is out of its range
 */
export function deepMode(mode: Mode, depth: number, time: number): { readonly value: number; readonly gap: number } {
  requireDepth(depth);
  const { sigma, start } = mode;
  if (start === 0 || start === sigma || time === 0) return { value: start, gap: sigma - start };
  if (time === Infinity) return { value: sigma, gap: 0 };
  if (sigma === 0) {
    const power = 2 - 2 / depth;
    const value = start * (1 + 4 * (depth - 1) * time * start ** power) ** (-1 / power);
    return { value, gap: -value };
  }
  return new Approach(mode, depth).after(time);
}

/** The way of a mode towards `σ`, in the distance `r = |ln(σ/s)|` that is left. */
class Approach {
  private readonly beta: number;
  private readonly below: boolean;
  private readonly distance: number;
  /** Exponent `b` of `∫ e^{-bx}/(e^x - 1) dx`. */
  private readonly exponent: number;
  /** `B_n(-b)/n!`, of the series of `nearIntegral`. */
  private readonly coefficients: readonly number[];
  /** `e^{-βr0}` below `σ`, else 1: until the knee, times are multiplied by it, so that none overflows. */
  private readonly scale: number;

  constructor(
    private readonly mode: Mode,
    private readonly depth: number,
  ) {
    const { sigma, start } = mode;
    this.beta = 1 - 2 / depth;
    this.below = start < sigma;
    this.distance = this.below ? logRatio(sigma, start) : logRatio(start, sigma);
    this.exponent = this.below ? -this.beta : this.beta;
    this.coefficients = bernoulliCoefficients(-this.exponent);
    this.scale = this.below ? Math.exp(-this.beta * this.distance) : 1;
  }

  after(time: number) {
    const { distance, scale } = this;
    const { sigma, start } = this.mode;
    const scaledTime = 2 * this.depth * sigma * time * (this.below ? start : sigma) ** this.beta;
    if (distance <= 1) return this.near(distance, scaledTime / scale);
    const reach = distance - 1;
    const toKnee = this.scaledFarTime(reach);
    if (scaledTime > toKnee) return this.near(1, (scaledTime - toKnee) / scale);
    const covered = bisect(0, reach, (way) => this.scaledFarTime(way) - scaledTime);
    const value = start * Math.exp(this.below ? covered : -covered);
    return { value, gap: sigma - value };
  }

  /** Scaled time for the way from the start to a distance that is at least 1. */
  private scaledFarTime(way: number): number {
    return this.powerIntegral(way) + this.scale * farIntegral(this.distance, way, this.exponent);
  }

  /** State a time after a distance of at most 1; its unknown is the logarithm by which the distance shrinks. */
  private near(from: number, time: number) {
    const { sigma } = this.mode;
    const elapsed = (shrinkage: number): number =>
      Math.exp(this.beta * from) * this.powerIntegral(-from * Math.expm1(-shrinkage)) +
      nearIntegral(from, shrinkage, this.coefficients);
    // The integrand is at least 0.21/x for x ≤ 1, so that the time is at least 0.21 times the shrinkage.
    const shrinkage = time < Infinity ? bisect(0, 5 * time, (trial) => elapsed(trial) - time) : Infinity;
    const left = from * Math.exp(-shrinkage) * (this.below ? -1 : 1);
    return { value: sigma * Math.exp(left), gap: -sigma * Math.expm1(left) };
  }

  /** `∫ e^{βx} dx` over an interval of the given length, divided by `e^{βx}` at its upper end; only there below `σ`. */
  private powerIntegral(way: number): number {
    if (!this.below) return 0;
    return this.beta === 0 ? way : -Math.expm1(-this.beta * way) / this.beta;
  }
}

function requireDepth(depth: number): number {
  const valid = Number.isInteger(depth) && depth >= 2 && depth <= LARGEST_DEPTH;
  requireInput(valid, 'depth', depth, `an integer from 2 to ${LARGEST_DEPTH}`);
  return depth;
}

/** Terms of the power series are below `(2π)^-n`. */
const SERIES_TERMS = 26;

const NEGLIGIBLE = 2 ** -60;

/** `∫ e^{-bx}/(e^x - 1) dx` from `end - way ≥ 1` to `end`, by the geometric series `Σ_m e^{-(m+b)x}`; `-1 < b < 1`. */
function farIntegral(end: number, way: number, exponent: number): number {
  const begin = end - way;
  let sum = 0;
  for (let rate = 1 + exponent; ; rate += 1) {
    const term = (Math.exp(-rate * begin) * -Math.expm1(-rate * way)) / rate;
    sum += term;
    if (term <= NEGLIGIBLE * sum) return sum;
  }
}

/**
 * `∫ e^{-bx}/(e^x - 1) dx` from `end · e^{-shrinkage}` to `end ≤ 1`, by the series `x e^{-bx}/(e^x - 1) = Σ_n B_n(-b) x^n/n!`
 * with the Bernoulli polynomials, which converges within 2π; the coefficients are `B_n(-b)/n!`.
 */
function nearIntegral(end: number, shrinkage: number, coefficients: readonly number[]): number {
  let sum = shrinkage;
  for (let n = 1; n < SERIES_TERMS; n += 1) {
    sum += ((coefficients[n] as number) * end ** n * -Math.expm1(-n * shrinkage)) / n;
  }
  return sum;
}

/** `B_n(x)/n!` for `n < SERIES_TERMS`, from `Σ_{k≤n} (B_k(x)/k!)/(n+1-k)! = x^n/n!`. */
function bernoulliCoefficients(x: number): number[] {
  const coefficients: number[] = [];
  let power = 1;
  for (let n = 0; n < SERIES_TERMS; n += 1) {
    let value = power;
    let inverseFactorial = 1;
    for (let k = n - 1; k >= 0; k -= 1) {
      inverseFactorial /= n + 1 - k;
      value -= (coefficients[k] as number) * inverseFactorial;
    }
    coefficients.push(value);
    power *= x / (n + 1);
  }
  return coefficients;
}
