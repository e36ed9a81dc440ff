import { fractions, type Mode, timeOfGap } from './mode.js';
import { criticalGap } from './perturbed-loss.js';
import type { Problem } from './problem.js';

/** The state of all moving modes at one time. */
export interface LandscapePoint {
  /** Time in the landscape's own unit, see `NoiseLandscape.unit`. */
  readonly time: number;
  readonly values: Float64Array;
  readonly gaps: Float64Array;
  /** Objective `Σ g(g - 2c)`: the perturbed loss up to a constant. */
  readonly objective: number;
  /** Time derivative of the objective, times 2^500/8. */
  readonly slope: number;
  /** Bound for the rounding error of `objective`. */
  readonly uncertainty: number;
  /** Bound for the rounding error of `slope`. */
  readonly slopeUncertainty: number;
}

/** Bounds that hold for every time between two points. */
export type LandscapeEnclosure = ReturnType<NoiseLandscape['enclose']>;

/** The slope is a product of up to three tiny numbers; this keeps it among the normal doubles. */
const SLOPE_SCALE = 2 ** 500;

/** Beyond this, `c - g` is `c` to the last bit, so that a larger `c` changes nothing but the scale. */
const LARGEST_CRITICAL = 2 ** 160;

/** Relative error of a gap: `4σt·2^-53` with `4σt` up to about 1400, and a few roundings. */
const ROUNDING = 2e-13;

interface LandscapeMode extends Mode {
  /** Gaps at which the mode's slope `(σ - g) g (c - g)` is extremal. */
  readonly extremes: readonly [number, number];
}

/**
 * The perturbed loss as a function of time, with bounds over whole intervals (T3).
 *
 * Up to a constant, `P_γ` is `Σ g_i(g_i - 2c)` and its derivative `8 Σ (σ_i - g_i) g_i (c - g_i)`, sums of polynomials of
 * the gaps alone. Each gap is monotone in time, so that between two times every term has an exactly known range; the sums
 * of these ranges enclose the objective, its slope and its curvature.
 *
 * Modes that never move are left out. Everything is divided by a power of two near the largest singular value, which is
 * exact and keeps all products in range.
 */
export class NoiseLandscape {
  readonly modes: readonly LandscapeMode[];
  /** Critical gap `c`, in the landscape's unit. */
  readonly critical: number;
  /** Value of one unit: singular values are multiples of it, times multiples of its inverse. */
  readonly unit: number;
  /** The least `σ`; `Infinity` without modes. */
  readonly slowest: number;
  /** Whether some mode starts above its `σ` (null modes among them): its part of the perturbed loss only ever falls. */
  readonly hasFallingModes: boolean;

  constructor(problem: Problem, gamma: number) {
    const moving = problem.modes.filter(({ sigma, start }) => start > 0 && start !== sigma);
    const largest = moving.reduce((most, { sigma, start }) => Math.max(most, sigma, start), Number.MIN_VALUE);
    this.unit = 2 ** Math.max(-1000, Math.floor(Math.log2(largest)));
    this.hasFallingModes = moving.some(({ sigma, start }) => start > sigma);
    this.critical = Math.min(criticalGap(problem, gamma) / this.unit, LARGEST_CRITICAL);
    this.modes = moving.map(({ sigma, start }) => {
      const scaled = sigma / this.unit;
      return { sigma: scaled, start: start / this.unit, extremes: slopeExtremes(scaled, this.critical) };
    });
    this.slowest = this.modes.reduce((least, { sigma }) => Math.min(least, sigma), Infinity);
  }

  /** State at a time in the landscape's unit; `Infinity` gives the limit. */
  at(time: number): LandscapePoint {
    const { modes, critical } = this;
    const values = new Float64Array(modes.length);
    const gaps = new Float64Array(modes.length);
    let objective = 0;
    let slope = 0;
    let magnitude = 0;
    let slopeMagnitude = 0;
    for (let index = 0; index < modes.length; index += 1) {
      const mode = modes[index] as LandscapeMode;
      const { value, decay } = fractions(mode, time);
      const gap = (mode.sigma - mode.start) * decay;
      values[index] = value;
      gaps[index] = gap;
      objective += gap * (gap - 2 * critical);
      magnitude += Math.abs(gap) * (Math.abs(gap) + 2 * critical);
      slope += value * SLOPE_SCALE * gap * surplus(mode.sigma, critical, value, gap);
      slopeMagnitude += value * SLOPE_SCALE * Math.abs(gap) * surplusSize(mode.sigma, critical, value, gap);
    }
    const uncertainty = ROUNDING * magnitude;
    return { time, values, gaps, objective, slope, uncertainty, slopeUncertainty: ROUNDING * slopeMagnitude };
  }

  /**
   * Time after which every mode below its `σ` has a gap below `c`, so that its part of the perturbed loss rises:
   * `max t_i*` (T3 d), in the landscape's unit; 0 where there is no such mode.
   */
  lastModeOptimum(): number {
    const times = this.modes.map((mode) => (mode.start < mode.sigma ? timeOfGap(mode, this.critical) : 0));
    return times.reduce((last, time) => Math.max(last, time), 0);
  }

  /** Bounds for all times from one point to a later one, rounding included. */
  enclose(from: LandscapePoint, to: LandscapePoint) {
    const { modes, critical } = this;
    let objectiveLow = 0;
    let slopeLow = 0;
    let slopeHigh = 0;
    let curvatureLow = 0;
    let curvatureHigh = 0;
    let slopeMagnitude = 0;
    let curvatureMagnitude = 0;
    for (let index = 0; index < modes.length; index += 1) {
      const { sigma, extremes } = modes[index] as LandscapeMode;
      const [firstGap, lastGap] = [from.gaps[index] as number, to.gaps[index] as number];
      const [firstValue, lastValue] = [from.values[index] as number, to.values[index] as number];
      const firstGrowth = firstValue * SLOPE_SCALE * firstGap;
      const lastGrowth = lastValue * SLOPE_SCALE * lastGap;
      const least = Math.min(firstGap, lastGap);
      const most = Math.max(firstGap, lastGap);

      const nearest = Math.min(Math.max(critical, least), most);
      objectiveLow += nearest * (nearest - 2 * critical);

      const firstSlope = firstGrowth * surplus(sigma, critical, firstValue, firstGap);
      const lastSlope = lastGrowth * surplus(sigma, critical, lastValue, lastGap);
      let low = Math.min(firstSlope, lastSlope);
      let high = Math.max(firstSlope, lastSlope);
      for (const extreme of extremes) {
        if (extreme > least && extreme < most) {
          const slope = (sigma - extreme) * SLOPE_SCALE * extreme * (critical - extreme);
          low = Math.min(low, slope);
          high = Math.max(high, slope);
        }
      }
      slopeLow += low;
      slopeHigh += high;
      slopeMagnitude +=
        Math.max(Math.abs(low), Math.abs(high)) +
        Math.abs(firstGrowth) * surplusSize(sigma, critical, firstValue, firstGap) +
        Math.abs(lastGrowth) * surplusSize(sigma, critical, lastValue, lastGap);

      // The curvature of a term is 4 s g h(g) with h(g) = -3g² + 2(σ + c)g - σc; both s g and h are concave in g.
      const growthLow = Math.min(firstGrowth, lastGrowth);
      let growthHigh = Math.max(firstGrowth, lastGrowth);
      if (least < sigma / 2 && sigma / 2 < most) growthHigh = (sigma / 2) ** 2 * SLOPE_SCALE;
      const firstBend = bend(firstGap, sigma, critical);
      const lastBend = bend(lastGap, sigma, critical);
      const bendLow = Math.min(firstBend, lastBend);
      const top = (sigma + critical) / 3;
      const bendHigh = least < top && top < most ? bend(top, sigma, critical) : Math.max(firstBend, lastBend);
      const [a, b] = [growthLow * bendLow, growthLow * bendHigh];
      const [c, d] = [growthHigh * bendLow, growthHigh * bendHigh];
      curvatureLow += Math.min(a, b, c, d);
      curvatureHigh += Math.max(a, b, c, d);
      const size = Math.max(Math.abs(least), Math.abs(most));
      curvatureMagnitude +=
        Math.max(Math.abs(growthLow), Math.abs(growthHigh)) *
        (sigma * critical + (2 * (sigma + critical) + 3 * size) * size);
    }
    const slopeSlack = ROUNDING * slopeMagnitude;
    const curvatureSlack = ROUNDING * curvatureMagnitude;
    return {
      objectiveLow: objectiveLow - Math.max(from.uncertainty, to.uncertainty),
      slopeLow: slopeLow - slopeSlack,
      slopeHigh: slopeHigh + slopeSlack,
      curvatureLow: 4 * (curvatureLow - curvatureSlack),
      curvatureHigh: 4 * (curvatureHigh + curvatureSlack),
    };
  }
}

/** `c - g`, without cancellation where the mode is unlearned (`g ≈ σ`) and `c ≈ σ`. */
function surplus(sigma: number, critical: number, value: number, gap: number): number {
  return value < gap ? critical - sigma + value : critical - gap;
}

/** What the relative error of the numbers in `surplus` applies to. */
function surplusSize(sigma: number, critical: number, value: number, gap: number): number {
  return value < gap ? Math.abs(critical - sigma) + value : critical + Math.abs(gap);
}

function bend(gap: number, sigma: number, critical: number): number {
  return (2 * (sigma + critical) - 3 * gap) * gap - sigma * critical;
}

/** Roots of `3g² - 2(σ + c)g + σc`, the derivative of `(σ - g) g (c - g)`; the small one without cancellation. */
function slopeExtremes(sigma: number, critical: number): readonly [number, number] {
  const large = (sigma + critical + Math.sqrt((sigma - critical) ** 2 + sigma * critical)) / 3;
  return [large === 0 ? 0 : (sigma * critical) / (3 * large), large];
}
