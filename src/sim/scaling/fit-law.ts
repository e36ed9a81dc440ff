import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import { uniformSource } from '../backends/random.js';
import type { LogLoss, ScalingLaw, ScalingPoint } from './laws.js';

/** A law with parameters, in the units of the points that it was fitted to. */
export interface FittedLaw {
  readonly law: ScalingLaw;
  /** Logarithms of coefficients, and exponents. */
  readonly parameters: readonly number[];
  /** `ln N₀` and `ln D₀`: means of the points, about which it was fitted. */
  readonly units: readonly [size: number, data: number];
  /** Sum of squares of what is left of `ln L`. */
  readonly remainder: number;
}

/** Exponents beyond this do not occur; coefficients within `e^±60` of the middle of the data stand for 0 and infinity. */
const LARGEST_EXPONENT = 12;
const LARGEST_LOGARITHM = 60;

const EXPLORING_STEPS = 20;
const STEPS = 50;
const MOST_ROUNDS = 12;
/** Starts that are followed to the end. */
const FINALISTS = 3;
/** Share by which a round must lower the remainder for another to follow. */
const WORTH_ANOTHER = 1e-6;
/** Remainder per point at which a fit is exact to rounding. */
const EXACT = 1e-24;

/**
 * Fits a law to points by least squares of `ln L`, by the method of Levenberg and Marquardt from several starts. Where parameters
 * do nothing for the points (a term that is nowhere large) they end where they came to.
 *
 * @param points more of them than the law has parameters
 * @param near a fit to points nearly the same, to start from it alone
 */
export function fitLaw(law: ScalingLaw, points: readonly ScalingPoint[], near?: FittedLaw): FittedLaw {
  const units = near?.units ?? middleOf(points);
  const centred = centredPoints(points, units);
  const level = mean(points.map(({ loss }) => Math.log(loss)));
  const starts = near === undefined ? law.starts(level) : [near.parameters];
  const finalists = starts
    .map((start) => descend(law, centred, start, EXPLORING_STEPS))
    .sort((a, b) => a.remainder - b.remainder)
    .slice(0, FINALISTS);
  const ends = finalists.map((first) => {
    let best = first;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      if (best.remainder <= EXACT * points.length) break;
      const next = descend(law, centred, best.parameters, STEPS);
      const gain = best.remainder - next.remainder;
      if (gain > 0) best = next;
      if (!(gain > WORTH_ANOTHER * best.remainder)) break;
    }
    return best;
  });
  const best = ends.reduce((least, end) => (end.remainder < least.remainder ? end : least));
  return { law, ...best, units };
}

/** A fit to a sample of its points, by a few steps from where it is. */
export function refitLaw({ law, parameters, units }: FittedLaw, sample: readonly ScalingPoint[]): FittedLaw {
  return { law, ...descend(law, centredPoints(sample, units), parameters, EXPLORING_STEPS), units };
}

export function predictedLoss({ law, parameters, units }: FittedLaw, size: number, data: number): number {
  return Math.exp(law.logLoss(parameters, Math.log(size) - units[0], Math.log(data) - units[1]).value);
}

/** Parameters of a fitted law as its formula has them: coefficients and exponents, for N and D as they are. */
export function formulaParameters({ law, parameters, units }: FittedLaw): number[] {
  return law
    .inUnits(parameters, ...units)
    .map((value, index) => (law.parameters[index]!.kind === 'coefficient' ? Math.exp(value) : value));
}

type CentredPoint = readonly [logSize: number, logData: number, logLoss: number];

function descend(
  law: ScalingLaw,
  points: readonly CentredPoint[],
  start: readonly number[],
  steps: number,
): { parameters: readonly number[]; remainder: number } {
  const evaluated = lastEvaluation(law, points);
  const bounds = law.parameters.map(({ kind }) =>
    kind === 'exponent' ? [0, LARGEST_EXPONENT] : [-LARGEST_LOGARITHM, LARGEST_LOGARITHM],
  );
  const options = {
    initialValues: [...start],
    jacobianFunction: (values: number[]) => {
      const losses = evaluated(values);
      return (index: number) => losses[index]!.gradient as number[];
    },
    minValues: bounds.map(([least]) => least!),
    maxValues: bounds.map(([, most]) => most!),
    damping: 1e-2,
    maxIterations: steps,
    errorTolerance: EXACT * points.length,
  };
  const model = (values: number[]) => {
    const losses = evaluated(values);
    return (index: number) => losses[index]!.value;
  };
  const data = { x: points.map((_, index) => index), y: points.map(([, , loss]) => loss) };
  try {
    const { parameterValues, parameterError } = levenbergMarquardt(data, model, options);
    if (Number.isFinite(parameterError)) return { parameters: parameterValues, remainder: parameterError };
  } catch {
    // Where points are so far apart that rounding swallows the damping the library finds its matrix singular.
  }
  const remainder = evaluated(start).reduce((sum, { value }, at) => sum + (value - points[at]![2]) ** 2, 0);
  return { parameters: start, remainder: Number.isFinite(remainder) ? remainder : Infinity };
}

/** The law at all points; a step asks three times for the same parameters. */
function lastEvaluation(law: ScalingLaw, points: readonly CentredPoint[]) {
  // A sample of the bootstrap has points more than once.
  const distinct = [...new Set(points)];
  const placeOf = new Map(distinct.map((point, place) => [point, place]));
  const places = points.map((point) => placeOf.get(point)!);
  let last: readonly number[] = [];
  let losses: readonly LogLoss[] = [];
  return (parameters: readonly number[]): readonly LogLoss[] => {
    if (last.length === 0 || last.some((value, index) => value !== parameters[index])) {
      last = [...parameters];
      const ofDistinct = distinct.map(([size, data]) => law.logLoss(parameters, size, data));
      losses = places.map((place) => ofDistinct[place]!);
    }
    return losses;
  };
}

function middleOf(points: readonly ScalingPoint[]): readonly [size: number, data: number] {
  return [mean(points.map(({ size }) => Math.log(size))), mean(points.map(({ data }) => Math.log(data)))];
}

/** Points about the middle; one that is there twice stays the same object. */
function centredPoints(points: readonly ScalingPoint[], units: readonly [number, number]): CentredPoint[] {
  const centred = new Map<ScalingPoint, CentredPoint>();
  for (const point of points) {
    if (centred.has(point)) continue;
    const { size, data, loss } = point;
    centred.set(point, [Math.log(size) - units[0], Math.log(data) - units[1], Math.log(loss)]);
  }
  return points.map((point) => centred.get(point)!);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export interface ExplainedPoints {
  readonly fit: FittedLaw;
  readonly points: readonly ScalingPoint[];
}

/**
 * R² of `ln L`: the share of the variance of all points about their common mean that the laws explain, 1 at best and negative
 * where the mean of the points themselves does better; null where there are fewer than two points, or they are all the same.
 *
 * @param groups points with a law of their own each, such as one for each level of noise
 */
export function explainedShare(groups: readonly ExplainedPoints[]): number | null {
  const logs = groups.flatMap(({ points }) => points.map(({ loss }) => Math.log(loss)));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const total = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  if (!(total > 0)) return null;
  const left = groups.reduce(
    (sum, { fit, points }) =>
      points.reduce((part, { size, data, loss }) => part + Math.log(loss / predictedLoss(fit, size, data)) ** 2, sum),
    0,
  );
  return 1 - left / total;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Share of the bootstrap distribution that an interval leaves out on each side: 95 % are inside. */
const TAIL = 0.025;

/**
 * Percentile intervals of the parameters of a fitted law by the bootstrap: points are drawn with replacement and the law is fitted
 * to them anew, from where it was. They hold 95 % of the fits. What the points have in common, such as being off the law all
 * alike, no bootstrap can see.
 *
 * @param fit of the law to the points
 * @param resamples from 2
 * @param seed integer in [0, 2^53)
 * @param turn awaited between fits, for the event loop
 * @returns an interval for each parameter of the formula
 */
export async function bootstrapIntervals(
  fit: FittedLaw,
  points: readonly ScalingPoint[],
  resamples: number,
  seed: number,
  turn: () => Promise<void>,
): Promise<Interval[]> {
  const fits: number[][] = [];
  for (let index = 0; index < resamples; index++) {
    await turn();
    const uniform = uniformSource(seed, 'bootstrap', index);
    const sample = points.map(() => points[Math.floor(uniform() * points.length)]!);
    fits.push(formulaParameters(refitLaw(fit, sample)));
  }
  return fit.parameters.map((_, parameter) => {
    const values = fits.map((values) => values[parameter]!).sort((a, b) => a - b);
    return { low: quantile(values, TAIL), high: quantile(values, 1 - TAIL) };
  });
}

/** A quantile of sorted values, linear between them. */
function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  return low + (position - below) * ((sorted[below + 1] ?? low) - low);
}
