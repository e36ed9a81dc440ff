import type { Problem } from '../../theory/problem.js';
import type { NetworkShape } from '../backends/backend.js';

/**
 * How long the roundings of one stored number go the same way.
 *
 * A stored number is on the grid of its precision, so that rounding `w − c` to the grid depends on nothing but where the change c
 * lies between two points of it: the same change makes the same error again. Two roundings are independent only once the change has
 * drifted by a spacing of the grid, after `spacing / |Δc|` steps; and where it drifts by about a whole number of spacings with every
 * step, which again makes the same error, only once that drift itself has moved by one, after `√(spacing / |Δ²c|)` steps (van der
 * Corput's two tests for sums over a phase). The longer of the two is the memory L of the roundings, 1 at least. A correlation
 * of `1 − 1/L` from each step to the next sums up to `2L − 1` equal roundings, at the scale of L and at any number of steps.
 */
export class RoundingMemory {
  private readonly latest: Float64Array;
  private readonly drift: Float64Array;
  /** Changes seen so far, in an array so that it is kept and restored with the others. */
  private readonly seen = new Float64Array(1);

  /** @param count numbers whose changes are followed */
  constructor(count: number) {
    this.latest = new Float64Array(count);
    this.drift = new Float64Array(count);
  }

  /** Everything that a step changes. */
  get state(): readonly Float64Array[] {
    return [this.latest, this.drift, this.seen];
  }

  /**
   * Takes in the changes of a step and returns the correlation of its roundings with those of the step before, from 0 to 1.
   *
   * @param changes of orthogonal directions of the stored numbers, so that their Euclidean norm is that of the numbers
   * @param spacing of the grid, as a norm over all stored numbers
   */
  correlation(changes: Float64Array, spacing: number): number {
    const { latest, drift, seen } = this;
    let squaredDrift = 0;
    let squaredBend = 0;
    for (let index = 0; index < changes.length; index++) {
      const moved = changes[index]! - latest[index]!;
      squaredDrift += moved * moved;
      squaredBend += (moved - drift[index]!) ** 2;
      drift[index] = moved;
      latest[index] = changes[index]!;
    }
    // The first change has none before it, the second no drift: what is not known is taken not to move.
    seen[0]!++;
    if (seen[0]! < 3) return 1;
    const [moved, bent] = [Math.sqrt(squaredDrift), Math.sqrt(squaredBend)];
    const steps = Math.max(spacing / moved, Math.sqrt(spacing / bent));
    return steps > 1 ? 1 - 1 / steps : 0;
  }
}

/** Rounding of engine `modes`, as it enters the factors of the modes: relative errors; see `RoundingModel`. */
export class ScalarRounding {
  private readonly worst: Float64Array;

  /** @param unit unit roundoff of the arithmetic */
  constructor(
    count: number,
    private readonly unit: number,
  ) {
    this.worst = new Float64Array(count).fill(unit);
  }

  /** Everything that a step changes. */
  get state(): readonly Float64Array[] {
    return [this.worst];
  }

  /** Takes the errors through the step that the factors are about to make, and adds those of the step itself. */
  step({ factors, sigmas }: ModeFactors, rate: number): void {
    for (let mode = 0; mode < factors.length; mode++) {
      const sigma = sigmas[mode]!;
      const value = factors[mode]! ** 2;
      const growth = 1 + 2 * rate * (sigma - value);
      const propagation = Math.abs(1 - (4 * rate * value) / growth);
      const added = this.unit * (1 + 2 * rate * (5 * Math.abs(sigma - value) + value + 2 * sigma));
      this.worst[mode] = this.worst[mode]! * propagation + added;
    }
  }

  /** Bound on the relative error of the factor of a mode, to first order. */
  relativeBound(mode: number): number {
    return this.worst[mode]!;
  }
}

/** Standard deviations at which roundings that are not all equal are bounded. */
const DEVIATIONS = 6;

/** Factors D of the modes of a network and the σ that they approach. */
export interface ModeFactors {
  readonly factors: Float64Array;
  readonly sigmas: Float64Array;
  /** 1 for each mode whose trajectory rounding has changed beyond first order. */
  readonly lost: Float64Array;
}

/** Errors of a mode, or of what stands for one, if every rounding of a layer fell on it. */
export interface LayerErrors {
  /** If all go one way. */
  readonly aligned: number;
  /** Where steps contract and can stall. */
  readonly systematic: number;
  /** Standard deviation of the others. */
  readonly deviation: number;
}

/**
 * What the error of a mode is likely to be. A bound has to let all roundings of a layer fall on one mode; of n independent entries
 * the part of it is `1/√n` in the root mean square, and twice that for those that go one way, which the change of the mode
 * itself may decide.
 */
export function likelyError({ rows, hidden, cols }: NetworkShape, errors: LayerErrors): number {
  const { aligned, systematic, deviation } = errors;
  const share = 1 / Math.sqrt(hidden * Math.min(rows, cols));
  const oneWay = Math.min(1, 2 * share);
  return Math.min(oneWay * aligned, oneWay * systematic + share * deviation);
}

/**
 * Rounding of engine `matrix`, as it enters the factors of the modes; see `RoundingModel`. Errors are followed twice: once with
 * every rounding going the same way, and once as correlated over the memory of the roundings. The smaller bound counts.
 */
export class MatrixRounding {
  /** Errors that certainly, or possibly for good, go one way. */
  private readonly systematic: Float64Array;
  /** The same where the roundings within one sum have random signs, as is likely. */
  private readonly likelySystematic: Float64Array;
  /** Errors if all of them went one way. */
  private readonly aligned: Float64Array;
  private readonly variance: Float64Array;
  /** Covariance of the error with the latest rounding. */
  private readonly covariance: Float64Array;
  /** The same for the difference of the squares of the two factors, which nothing makes smaller again. */
  private readonly imbalance: Float64Array;
  private readonly alignedImbalance: Float64Array;
  private readonly imbalanceCovariance: Float64Array;
  private readonly changes: Float64Array;
  private readonly memory: RoundingMemory;
  /** Standard deviation of the rounding of the latest step, and of what it adds to the imbalance of each mode. */
  private readonly deviation = new Float64Array(1);
  private readonly imbalanceDeviation: Float64Array;
  private readonly targetNorm: number;

  /** @param unit unit roundoff of the arithmetic */
  constructor(
    private readonly problem: Problem,
    private readonly unit: number,
  ) {
    const perMode = () => new Float64Array(problem.modes.length);
    this.systematic = perMode();
    this.likelySystematic = perMode();
    this.aligned = perMode();
    this.variance = perMode();
    this.covariance = perMode();
    this.imbalance = perMode();
    this.alignedImbalance = perMode();
    this.imbalanceCovariance = perMode();
    this.imbalanceDeviation = perMode();
    this.changes = perMode();
    this.memory = new RoundingMemory(problem.modes.length);
    this.targetNorm = Math.sqrt(problem.spectrum.reduce((sum, sigma) => sum + sigma * sigma, 0));
  }

  /** Everything that a step changes. */
  get state(): readonly Float64Array[] {
    return [
      this.systematic,
      this.likelySystematic,
      this.aligned,
      this.variance,
      this.covariance,
      this.imbalance,
      this.alignedImbalance,
      this.imbalanceCovariance,
      this.imbalanceDeviation,
      this.deviation,
      ...this.memory.state,
    ];
  }

  /** Takes the errors through the step that the factors are about to make, and adds those of the step itself. */
  step({ factors, sigmas, lost }: ModeFactors, rate: number): void {
    const { hidden, cols } = this.problem;
    let sum = 0;
    let largest = 0;
    let residual = 0;
    for (let mode = 0; mode < factors.length; mode++) {
      const value = factors[mode]! ** 2;
      const missing = sigmas[mode]! - value;
      sum += value;
      largest = Math.max(largest, value);
      residual += missing * missing;
      this.changes[mode] = 2 * rate * factors[mode]! * missing;
    }
    const norm = Math.sqrt(sum);
    const products =
      (hidden + 2) * (sum + this.targetNorm) * Math.sqrt(largest) + (cols + 2) * Math.sqrt(residual) * norm;
    const worst = this.unit * (norm + 2 * rate * products);
    // Random signs make a sum of n roundings √n as large as one, not n times.
    const likely = this.unit * (norm + (2 * rate * products) / Math.sqrt(Math.max(hidden, cols)));
    const random = likely / Math.sqrt(3);
    // The spacing of the grid is at most 2u times the number.
    const correlation = this.memory.correlation(this.changes, 2 * this.unit * norm);
    const carried = this.deviation[0]! > 0 ? (correlation * random) / this.deviation[0]! : 0;
    this.deviation[0] = random;
    for (let mode = 0; mode < factors.length; mode++) {
      const factor = Math.abs(factors[mode]!);
      const missing = Math.abs(sigmas[mode]! - factor * factor);
      const linear = Math.abs(1 + 2 * rate * (sigmas[mode]! - 3 * factor * factor));
      const propagation = lost[mode] === 1 || sigmas[mode] === 0 ? 1 : linear;
      // The task and the rate are stored once, and make the same error in every step.
      const stored = 2 * rate * this.unit * (this.targetNorm + 3 * missing) * factor;
      this.systematic[mode] = this.systematic[mode]! * propagation + (linear < 1 ? worst : stored);
      this.likelySystematic[mode] = this.likelySystematic[mode]! * propagation + (linear < 1 ? likely : stored);
      this.aligned[mode] = this.aligned[mode]! * propagation + worst;
      // What is added up as in the worst case is not counted again as random.
      this.correlate(mode, propagation, linear < 1 ? 0 : random, carried);
      this.unbalance(mode, factor, random, worst, correlation);
    }
  }

  /** Bound on the error of the factor of a mode, to first order. */
  linearBound(mode: number): number {
    const statistical = this.systematic[mode]! + DEVIATIONS * Math.sqrt(this.variance[mode]!);
    return Math.min(this.aligned[mode]!, statistical);
  }

  /** What the error of a factor is likely to be where the bound allows more. */
  likely(mode: number, factor: number): number {
    return likelyError(this.problem, {
      aligned: this.aligned[mode]! + this.unbalanced(mode, factor),
      systematic: this.likelySystematic[mode]! + this.unbalanced(mode, factor),
      deviation: Math.sqrt(this.variance[mode]!),
    });
  }

  /** Bound on the error of a factor, with what imbalance adds. */
  bound(mode: number, factor: number): number {
    return this.linearBound(mode) + this.unbalanced(mode, factor);
  }

  private unbalanced(mode: number, factor: number): number {
    const size = Math.abs(factor);
    const squared = Math.min(this.alignedImbalance[mode]! ** 2, DEVIATIONS ** 2 * this.imbalance[mode]!);
    // Never more than the factor itself: beyond, the first-order bound of both factors says more.
    return squared === 0 ? 0 : Math.min(size, squared / (8 * size ** 3));
  }

  /**
   * The variance of `e′ = a e + n`, where the roundings n are correlated from step to step.
   *
   * @param carried correlation with the latest rounding, times the ratio of the new deviation to the old
   */
  private correlate(mode: number, propagation: number, random: number, carried: number): void {
    const { variance, covariance } = this;
    const shared = carried * covariance[mode]!;
    variance[mode] = variance[mode]! * propagation ** 2 + 2 * propagation * shared + random ** 2;
    covariance[mode] = propagation * shared + random ** 2;
  }

  private unbalance(mode: number, factor: number, random: number, worst: number, correlation: number): void {
    const { imbalance, imbalanceCovariance, imbalanceDeviation, alignedImbalance } = this;
    const added = Math.sqrt(8) * factor * random;
    const before = imbalanceDeviation[mode]!;
    const shared = before > 0 ? correlation * (added / before) * imbalanceCovariance[mode]! : 0;
    imbalance[mode] = imbalance[mode]! + 2 * shared + added ** 2;
    imbalanceCovariance[mode] = shared + added ** 2;
    imbalanceDeviation[mode] = added;
    alignedImbalance[mode] = alignedImbalance[mode]! + 4 * factor * worst;
  }
}
