import * as fc from 'fast-check';

/*
 * Building blocks for the domains of claims. All shrink to small, round instances and are plain JSON values.
 */

/** Numbers over some decades, `10^from` to `10^to`, of three significant digits; shrinks towards 1. */
export function decades(from: number, to: number): fc.Arbitrary<number> {
  return fc.integer({ min: Math.round(from * 100), max: Math.round(to * 100) }).map(roundedPower);
}

const ROUNDED_POWERS = new Map<number, number>();

/** `10^(hundredth/100)` to three digits; looked up where possible, since reading digits back costs more than drawing. */
function roundedPower(hundredth: number): number {
  const known = ROUNDED_POWERS.get(hundredth);
  if (known !== undefined) return known;
  const rounded = Number((10 ** (hundredth / 100)).toPrecision(3));
  ROUNDED_POWERS.set(hundredth, rounded);
  return rounded;
}

/** Small fractions that collide often: quarters from 1/4 to 3. */
const quarters = fc.integer({ min: 1, max: 12 }).map((n) => n / 4);

/** One positive singular value: mostly ordinary, sometimes over six decades. */
export const singularValue: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: quarters },
  { weight: 2, arbitrary: decades(-3, 3) },
);

/**
 * Positive singular values, non-increasing, with repeated values, clusters as tight as 1e-9 and ratios up to 1e6.
 *
 * @param most largest number of values, up to 12
 */
export function singularValues(most = 12): fc.Arbitrary<number[]> {
  const cluster = fc.record({
    value: singularValue,
    copies: fc.oneof(
      { weight: 4, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: 3 }) },
    ),
    spread: fc.constantFrom(0, 1e-9, 1e-3),
  });
  return fc.array(cluster, { minLength: 1, maxLength: most }).map((clusters) =>
    clusters
      .flatMap(({ value, copies, spread }) =>
        Array.from({ length: copies }, (_, copy) => value * (1 - spread * copy)),
      )
      .slice(0, most)
      .sort((a, b) => b - a),
  );
}

/** A mode with a start of its own: usually below its σ, sometimes equal, above or zero; σ = 0 now and then. */
export const mode = fc.record({
  sigma: fc.oneof({ weight: 9, arbitrary: singularValue }, { weight: 1, arbitrary: fc.constant(0) }),
  start: fc.oneof(
    { weight: 6, arbitrary: decades(-12, -1) },
    { weight: 2, arbitrary: decades(-1, 2) },
    { weight: 1, arbitrary: fc.constant(0) },
  ),
});

/** A mode that starts strictly below its positive σ and above zero, by up to twelve decades. */
export const risingMode = fc
  .record({ sigma: singularValue, share: decades(-12, -0.05) })
  .map(({ sigma, share }) => ({ sigma, start: sigma * share }));

/** Dimension of a matrix, 1 to 12. */
export const dimension: fc.Arbitrary<number> = fc.integer({ min: 1, max: 12 });

/** Shape of a two-layer network, dimensions 1 to 12. */
export const shape = fc.record({ rows: dimension, hidden: dimension, cols: dimension });

/** Seed of a drawn matrix; 0 is the identity where the matrix is orthogonal. */
export const matrixSeed: fc.Arbitrary<number> = fc.nat({ max: 9999 });

/** Noise scale γ over five decades, 0 now and then. */
export const noiseScale: fc.Arbitrary<number> = fc.oneof(
  { weight: 12, arbitrary: decades(-4, 1) },
  { weight: 1, arbitrary: fc.constant(0) },
);

/** Gradient-flow time over eight decades, 0 now and then. */
export const flowTime: fc.Arbitrary<number> = fc.oneof(
  { weight: 12, arbitrary: decades(-4, 4) },
  { weight: 1, arbitrary: fc.constant(0) },
);

/** The building blocks under one name, for claims of other people. */
export const arbitraries = {
  decades,
  singularValue,
  singularValues,
  mode,
  risingMode,
  dimension,
  shape,
  matrixSeed,
  noiseScale,
  flowTime,
} as const;
