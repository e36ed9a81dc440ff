/** A point of a quantity that may follow a power of another. */
export interface PowerLawPoint {
  readonly x: number;
  readonly y: number;
}

/** The straight line through points on logarithmic axes, `y = prefactor · x^exponent`. */
export interface PowerLawFit {
  readonly exponent: number;
  /**
   * Standard error of the exponent from the scatter of `ln y` about the line, on `points − 2` degrees of freedom. Where the
   * points bend instead of scattering, it is large because a power law is not what they follow.
   */
  readonly exponentError: number;
  readonly prefactor: number;
  /** How many points the line goes through. */
  readonly points: number;
}

/** A line goes through any two points, so that nothing would be left to tell its error by. */
const FEWEST_POINTS = 3;

/**
 * Fits a power law by ordinary least squares of `ln y` against `ln x`, every point with the same weight.
 *
 * @param points any number of them; those without a logarithm (a coordinate that is not positive and finite) are left out
 * @returns the fit, or null where fewer than three points are left or all have the same `x`
 */
export function fitPowerLaw(points: readonly PowerLawPoint[]): PowerLawFit | null {
  const line = centred(points.filter(hasLogarithms));
  if (line === null) return null;
  const { meanX, meanY, offsets, spread } = line;
  const exponent = offsets.reduce((sum, { x, y }) => sum + x * y, 0) / spread;
  const scatter = offsets.reduce((sum, { x, y }) => sum + (y - exponent * x) ** 2, 0);
  return {
    exponent,
    exponentError: Math.sqrt(scatter / (offsets.length - 2) / spread),
    prefactor: Math.exp(meanY - exponent * meanX),
    points: offsets.length,
  };
}

/** A point whose `y` is known to within a factor: it lies between `y/factor` and `y·factor`. */
export interface UncertainPoint extends PowerLawPoint {
  readonly factor: number;
}

/**
 * The most that the exponent of {@link fitPowerLaw} can be off because every `y` may be off by its factor, all in the worst
 * way at once: `Σ |ln x − mean| ln factor / Σ (ln x − mean)²`. It is a bound, not a standard error.
 *
 * @param points as for the fit; `factor` is from 1
 * @returns the bound, or null where there is no fit
 */
export function exponentUncertainty(points: readonly UncertainPoint[]): number | null {
  const used = points.filter(hasLogarithms);
  const line = centred(used);
  if (line === null) return null;
  const worst = line.offsets.reduce((sum, { x }, index) => {
    return sum + Math.abs(x) * Math.log(used[index]!.factor);
  }, 0);
  return worst / line.spread;
}

function hasLogarithms({ x, y }: PowerLawPoint): boolean {
  return x > 0 && x < Infinity && y > 0 && y < Infinity;
}

/** Logarithms about their means, which keeps the sums of squares free of cancellation. */
function centred(points: readonly PowerLawPoint[]) {
  if (points.length < FEWEST_POINTS) return null;
  const meanX = mean(points.map(({ x }) => Math.log(x)));
  const meanY = mean(points.map(({ y }) => Math.log(y)));
  const offsets = points.map(({ x, y }) => ({ x: Math.log(x) - meanX, y: Math.log(y) - meanY }));
  const isVertical = points.every(({ x }) => x === points[0]!.x);
  return isVertical ? null : { meanX, meanY, offsets, spread: offsets.reduce((sum, { x }) => sum + x * x, 0) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
