import type { Matrix } from 'ml-matrix';
import type { Weights } from '../../balance.js';
import type { Source } from '../../source-gradients.js';
import { plusTimes, timesWeights, weightProduct } from '../../weight-space.js';

/*
 * An inner loop over sources from its definition alone, as power series in the length γ of its steps that are cut off after γ². No
 * derivative is taken by hand: gradients of series are products of series.
 */

/** Coefficients of 1, γ and γ². */
type Series<Value> = readonly [Value, Value, Value];

/** Weights along a curve. */
export type WeightSeries = Series<Weights>;

const product = (left: Series<Matrix>, right: Series<Matrix>): Series<Matrix> => [
  left[0].mmul(right[0]),
  left[0].mmul(right[1]).add(left[1].mmul(right[0])),
  left[0].mmul(right[2]).add(left[1].mmul(right[1])).add(left[2].mmul(right[0])),
];
const each = <From, To>([a, b, c]: Series<From>, change: (value: From) => To): Series<To> => [
  change(a),
  change(b),
  change(c),
];

/** Gradient of `tr (W1W2 − A)C(W1W2 − A)ᵀ`, with `C = FFᵀ`, along the curve. */
export function gradientSeries(weights: WeightSeries, { task, inputs }: Source): WeightSeries {
  const first = each(weights, (one) => one.first);
  const second = each(weights, (one) => one.second);
  const covariance = inputs.mmul(inputs.transpose());
  const [constant, linear, square] = product(first, second);
  const residual = [constant.sub(task), linear, square] as const;
  const seen = each(residual, (matrix) => matrix.mmul(covariance).mul(2));
  const left = product(
    seen,
    each(second, (matrix) => matrix.transpose()),
  );
  const right = product(
    each(first, (matrix) => matrix.transpose()),
    seen,
  );
  return [0, 1, 2].map((order) => ({
    first: left[order]!,
    second: right[order]!,
  })) as unknown as WeightSeries;
}

/** A curve of vectors over its norm. */
export function normalizedSeries([constant, linear, square]: WeightSeries): WeightSeries {
  // |g|² = a + bγ + cγ², and 1/√ of it = (1 − bγ/2a + (3b²/8a² − c/2a)γ²)/√a.
  const a = weightProduct(constant, constant);
  const b = 2 * weightProduct(constant, linear);
  const c = 2 * weightProduct(constant, square) + weightProduct(linear, linear);
  const root = 1 / Math.sqrt(a);
  const [p, q, r] = [root, (-root * b) / (2 * a), root * ((3 * b * b) / (8 * a * a) - c / (2 * a))];
  return [
    timesWeights(p, constant),
    plusTimes(timesWeights(p, linear), q, constant),
    plusTimes(plusTimes(timesWeights(p, square), q, linear), r, constant),
  ];
}

/** Weights after one step of length γ along each direction in turn. */
export function loopSeries(
  start: Weights,
  sources: readonly Source[],
  direction: (gradient: WeightSeries) => WeightSeries,
): WeightSeries {
  const nothing = timesWeights(0, start);
  let weights: WeightSeries = [start, nothing, nothing];
  for (const source of sources) {
    const [constant, linear] = direction(gradientSeries(weights, source));
    // A step multiplies by γ: what was of order one is of order two.
    weights = [weights[0], plusTimes(weights[1], -1, constant), plusTimes(weights[2], -1, linear)];
  }
  return weights;
}
