import * as fc from 'fast-check';
import type { Matrix } from 'ml-matrix';
import type { Weights } from '../balance.js';
import {
  innerLoopTerms,
  plusTimes,
  type Source,
  sourceGradient,
  sumOfWeights,
  timesWeights,
  weightNorm,
  weightProduct,
} from '../sources.js';
import { atMost, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import { areWhole, areWithin, decades, drawnMatrix, matrixSeed, weighted } from './engine/draws.js';

const size = fc.integer({ min: 1, max: 5 });

/** A network and sources, each with inputs and a task of its own. */
const domain = fc.record({
  rows: size,
  hidden: size,
  cols: size,
  sources: fc.integer({ min: 2, max: 4 }),
  /** Input directions that a source shows, at most cols. */
  rank: size,
  seed: matrixSeed,
  /** Factor of the weights; at 0 all gradients vanish. */
  scale: weighted([12, decades(-1, 0.5)], [1, fc.constant(0)]),
  together: fc.constantFrom('same task', 'other tasks'),
});

type Instance = Drawn<typeof domain>;

/** T0-nexus: what an inner loop along normalised gradients does to second order. */
export const nexusLoop = defineClaim({
  id: 'T0-nexus',
  title: 'What an inner loop over the sources does to second order',
  statement:
    'One inner loop of steps of length γ along the normalised gradients ĝ_k = g_k/|g_k| of K losses, averaged over an order and its reverse, moves the weights by −γ Σ ĝ_k + (γ²/2) Σ_{j≠k} J_kĝ_j + O(γ³) with J_k = (I − ĝ_kĝ_kᵀ)H_k/|g_k|, and the second sum is the gradient of the similarity Σ_{j<k} ĝ_j·ĝ_k plus Σ_{j≠k} ((ĝ_j·ĝ_k)H_kĝ_k − (ĝ_kᵀH_kĝ_j)ĝ_k)/|g_k|; along the gradients themselves the second sum is Σ_{j≠k} H_kg_j, which is exactly the gradient of Σ_{j<k} g_j·g_k.',
  origin: 'ours; for plain gradients known from Reptile (Nichol et al. 2018), the question is that of arXiv 2604.09258',
  domain,
  wellFormed: ({ rows, hidden, cols, sources, rank, seed, scale, together }) =>
    areWhole([rows, hidden, cols, rank], 1, 8) &&
    areWhole([sources], 2, 6) &&
    areWhole([seed], 0, Infinity) &&
    areWithin([scale], 0, 100) &&
    ['same task', 'other tasks'].includes(together),
  hypotheses: [
    {
      name: 'gradients',
      statement: 'no source has a vanishing gradient',
      holds: (instance) => {
        const { weights, sources } = problemOf(instance);
        return sources.every((source) => weightNorm(sourceGradient(weights, source)) > 0);
      },
    },
  ],
  conclusion(instance) {
    const { weights, sources, direction } = problemOf(instance);
    const terms = innerLoopTerms(weights, sources);
    const backwards = [...sources].reverse();
    const average = (along: (gradient: WeightSeries) => WeightSeries) => {
      const [one, other] = [loopSeries(weights, sources, along), loopSeries(weights, backwards, along)];
      const mean = (order: 0 | 1) => timesWeights(1 / 2, plusTimes(one[order], 1, other[order]));
      return { first: mean(0), second: mean(1) };
    };
    const normalized = average(normalizedSeries);
    const plain = average((gradient) => gradient);
    const gradients = sources.map((source) => sourceGradient(weights, source));
    const { turning, strength } = sizes(weights, sources, gradients);
    const along = sources.map((source) => gradientSeries([weights, direction], source));
    const step = weightNorm(direction);
    const full = plusTimes(terms.ascent, 1, terms.missing);
    return tightest([
      same('terms of first order', timesWeights(-1, terms.gradients), normalized.first, 1e-13 * turning.gain),
      same('terms of second order', timesWeights(1 / 2, terms.secondOrder), normalized.second, 1e-13 * turning.size),
      same('gradient of the similarity with what it lacks', full, terms.secondOrder, 1e-13 * turning.size),
      equal(
        ['slope of the similarity by its gradient', weightProduct(terms.ascent, direction)],
        ['slope along a line', slope(along.map(normalizedSeries))],
        1e-13 * turning.size * step,
      ),
      equal(['similarity', terms.similarity], ['sum of cosines', pairs(gradients)], 1e-13 * turning.gain),
      equal(
        ['slope of Σ g_j·g_k by the loop along plain gradients', 2 * weightProduct(plain.second, direction)],
        ['slope along a line', slope(along)],
        1e-13 * strength * step,
      ),
    ]);
  },
  toleranceReason:
    'a few hundred roundings of products of matrices of at most 8 rows, of terms whose sizes are added up; a gradient much smaller than the products that it is made of has so many roundings more',
});

function problemOf(instance: Instance) {
  const { rows, hidden, cols, rank, seed, scale } = instance;
  const drawn = (height: number, width: number, which: number) => drawnMatrix(height, width, 32 * seed + which);
  const shared = drawn(rows, cols, 0);
  return {
    weights: { first: drawn(rows, hidden, 1).mul(scale), second: drawn(hidden, cols, 2).mul(scale) },
    direction: { first: drawn(rows, hidden, 3), second: drawn(hidden, cols, 4) },
    sources: Array.from(
      { length: instance.sources },
      (_, at): Source => ({
        task: instance.together === 'same task' ? shared : drawn(rows, cols, 8 + at),
        inputs: drawn(cols, Math.min(rank, cols), 16 + at),
      }),
    ),
  };
}

/** How large the terms are of which both sides are made, and how much more they round than their sizes tell. */
function sizes(weights: Weights, sources: readonly Source[], gradients: readonly Weights[]) {
  const norms = gradients.map(weightNorm);
  const total = norms.reduce((sum, norm) => sum + norm, 0);
  const product = weights.first.norm() * weights.second.norm();
  const made = sources.map(
    ({ task, inputs }) => 4 * (product + task.norm()) * inputs.norm() ** 2 * (weightNorm(weights) + 1),
  );
  const gain = made.reduce((worst, value, at) => Math.max(worst, value / norms[at]!), 1);
  const curvatures = sources.map(
    ({ task, inputs }) => 4 * (weightNorm(weights) ** 2 + product + task.norm()) * inputs.norm() ** 2,
  );
  const size = curvatures.reduce((sum, value, at) => sum + (value * sources.length) / norms[at]!, 1);
  const strength = curvatures.reduce((sum, value) => sum + value * (total + made.reduce((a, b) => a + b)), 1);
  return { turning: { gain, size: size * gain }, strength };
}

function same(label: string, left: Weights, right: Weights, tolerance: number): Conclusion {
  const distance = weightNorm(plusTimes(left, -1, right));
  return atMost([`distance of the ${label}`, distance], ['none', 0], tolerance);
}

/** Sum over pairs of the cosines. */
function pairs(gradients: readonly Weights[]): number {
  const cosine = (one: Weights, other: Weights) => weightProduct(one, other) / (weightNorm(one) * weightNorm(other));
  return gradients.reduce((sum, gradient, at) => {
    return sum + gradients.slice(at + 1).reduce((part, other) => part + cosine(gradient, other), 0);
  }, 0);
}

/** Derivative of the sum over pairs of the inner products of curves. */
function slope(curves: readonly WeightSeries[]): number {
  const total = sumOfWeights(curves.map(([constant]) => constant));
  return curves.reduce((sum, [constant, linear]) => sum + weightProduct(linear, plusTimes(total, -1, constant)), 0);
}

/*
 * An inner loop over sources from its definition alone, as power series in the length γ of its steps. No derivative is taken by hand:
 * gradients of series are products of series. A step multiplies by γ, so that directions are needed to first order only.
 */

/** Coefficients of 1 and γ. */
type Series<Value> = readonly [Value, Value];

/** Weights along a curve. */
type WeightSeries = Series<Weights>;

/** Gradient of `tr (W1W2 − A)C(W1W2 − A)ᵀ`, with `C = FFᵀ`, along the curve. */
function gradientSeries(weights: WeightSeries, { task, inputs }: Source): WeightSeries {
  const first = each(weights, (one) => one.first);
  const second = each(weights, (one) => one.second);
  const covariance = inputs.mmul(inputs.transpose());
  const [constant, linear] = product(first, second);
  const seen = each([constant.sub(task), linear], (matrix) => matrix.mmul(covariance).mul(2));
  const [firstTransposed, secondTransposed] = [first, second].map((curve) => each(curve, (one) => one.transpose()));
  const left = product(seen, secondTransposed!);
  const right = product(firstTransposed!, seen);
  return [
    { first: left[0], second: right[0] },
    { first: left[1], second: right[1] },
  ];
}

/** A curve of vectors over its norm. */
function normalizedSeries([constant, linear]: WeightSeries): WeightSeries {
  // |g|² = a + bγ, and 1/√ of it = (1 − bγ/2a)/√a.
  const a = weightProduct(constant, constant);
  const b = 2 * weightProduct(constant, linear);
  const root = 1 / Math.sqrt(a);
  return [timesWeights(root, constant), plusTimes(timesWeights(root, linear), (-root * b) / (2 * a), constant)];
}

/** How one step of length γ along each direction in turn changes weights: what is of order γ, and of order γ². */
function loopSeries(
  start: Weights,
  sources: readonly Source[],
  direction: (gradient: WeightSeries) => WeightSeries,
): WeightSeries {
  let change: WeightSeries = [timesWeights(0, start), timesWeights(0, start)];
  for (const source of sources) {
    const [constant, linear] = direction(gradientSeries([start, change[0]], source));
    change = [plusTimes(change[0], -1, constant), plusTimes(change[1], -1, linear)];
  }
  return change;
}

const product = (left: Series<Matrix>, right: Series<Matrix>): Series<Matrix> => [
  left[0].mmul(right[0]),
  left[0].mmul(right[1]).add(left[1].mmul(right[0])),
];

const each = <From, To>([constant, linear]: Series<From>, change: (value: From) => To): Series<To> => [
  change(constant),
  change(linear),
];
