import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import type { Weights } from '../balance.js';
import { descendFactors } from '../descent.js';
import { descendWeights } from '../rotated-finetuning.js';
import { type Conclusion, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { diagonalInBases, matrixDistance } from './engine/networks.js';

const factor = draws.weighted(
  [4, draws.quotients(1, 12, 8)],
  [3, fc.integer({ min: -20, max: -1 }).map((exponent) => Number(`1e${exponent}`))],
  [1, fc.integer({ min: -12, max: -1 }).map((n) => n / 8)],
  [1, fc.constant(0)],
);

/** T0-descent: gradient descent is as many scalar recurrences as there are modes. */
export const descentOfModes = defineClaim({
  id: 'T0-descent',
  title: 'Gradient descent is one scalar recurrence per mode',
  statement:
    'K steps of gradient descent of the full matrices from an aligned balanced start W1 = U D Rᵀ, W2 = R D Vᵀ, at any learning rates η_1 … η_K, keep this form and act on each mode alone, exactly: D_i ← D_i − 2ηD_i(D_i² − σ_i).',
  origin: 'ours; the continuous-time fact is Saxe, McClelland and Ganguli 2014',
  /** Factors of modes, the dimensions beyond them, three bases, a kind of start and blocks of steps. */
  domain: fc.record({
    /** Singular value of the task and factor `D` of the network, of any sign. */
    modes: draws.listOf(8, fc.record({ sigma: draws.weighted([8, draws.singularValue], [1, fc.constant(0)]), factor })),
    extraRows: fc.nat({ max: 3 }),
    extraHidden: fc.nat({ max: 4 }),
    extraCols: fc.nat({ max: 3 }),
    leftSeed: draws.matrixSeed,
    rightSeed: draws.matrixSeed,
    hiddenSeed: draws.matrixSeed,
    /** `identity`: both factors start at a multiple of the identity, with the factor of the first mode for all. */
    start: draws.weighted([12, fc.constant<'aligned'>('aligned')], [1, fc.constant<'identity'>('identity')]),
    /** `W1` starts this many times, `W2` this part of what a balanced start has. */
    ratio: draws.weighted([12, fc.constant(1)], [1, fc.constantFrom(2, 0.5, 1.01)]),
    /** Steps of one rate, the rate in units of `1/(2 max(σ, D²))`. */
    blocks: draws.listOf(
      4,
      fc.record({
        steps: fc.integer({ min: 0, max: 8 }),
        relativeRate: draws.weighted([4, draws.quotients(1, 12, 16)], [1, fc.constantFrom(1, 1.25, 0.01, 0)]),
      }),
    ),
  }),
  wellFormed: ({ modes, extraRows, extraHidden, extraCols, ratio, blocks }) =>
    modes.some(({ sigma }) => sigma > 0) &&
    modes.every(({ sigma, factor }) => draws.areWithin([sigma], 0, 1e6) && Math.abs(factor) <= 1e3) &&
    draws.areWhole([extraRows, extraHidden, extraCols], 0, 12) &&
    ratio > 0 &&
    blocks.length <= 8 &&
    blocks.every(
      ({ steps, relativeRate }) => draws.areWhole([steps], 0, 12) && draws.areWithin([relativeRate], 0, 1.25),
    ),
  hypotheses: [
    {
      name: 'aligned',
      statement:
        'the factors start as W1 = U D Rᵀ and W2 = R D′ Vᵀ with one orthogonal R and the singular vectors U, V of the task (multiples of the identity do so only where U = V)',
      holds: ({ start, leftSeed, rightSeed }) => start === 'aligned' || leftSeed === rightSeed,
    },
    {
      name: 'balanced',
      statement: 'the two factors of each mode start equal: D = D′',
      holds: ({ ratio, modes }) => ratio === 1 || modes.every((mode) => mode.factor === 0),
    },
  ],
  conclusion({ start, ratio, blocks, ...instance }) {
    const identity = start === 'identity';
    const sigmas = draws.pluck(instance.modes, 'sigma');
    const factors = instance.modes.map((mode) => (identity ? instance.modes[0]!.factor : mode.factor));
    const size = (extra: number) => sigmas.length + (identity ? 0 : extra);
    const left = draws.drawnOrthogonal(size(instance.extraRows), instance.leftSeed);
    const right = draws.drawnOrthogonal(size(instance.extraCols), instance.rightSeed);
    // In multiples of the identity the hidden units are the rows of the task.
    const inner = identity ? left : draws.drawnOrthogonal(size(instance.extraHidden), instance.hiddenSeed);
    const aligned = (values: readonly number[]): Weights => ({
      first: diagonalInBases(left, values, inner),
      second: diagonalInBases(inner, values, right),
    });
    const task = diagonalInBases(left, sigmas, right);
    const begin = identity ? { first: Matrix.diag(factors), second: Matrix.diag(factors) } : aligned(factors);

    const unit = sigmas.reduce((most, sigma, index) => Math.max(most, sigma, factors[index]! ** 2), 0);
    const from: Weights = { first: begin.first.mul(ratio), second: begin.second.mul(1 / ratio) };
    let weights = from;
    const rates: number[] = [];
    for (const { steps, relativeRate } of blocks) {
      const rate = unit > 0 ? relativeRate / (2 * unit) : relativeRate;
      weights = descendWeights(weights.first, weights.second, task, rate, steps);
      rates.push(...new Array<number>(steps).fill(rate));
    }
    const ends = descendFactors(factors, sigmas, rates);
    const change = aligned(ends.map((end, index) => end - factors[index]!));
    const tolerance = roundingOfDescent(left.rows + right.rows + inner.rows, factors, sigmas, rates);
    return tightest([
      matches('W1', Matrix.sub(weights.first, from.first), change.first, tolerance),
      matches('W2', Matrix.sub(weights.second, from.second), change.second, tolerance),
    ]);
  },
  toleranceReason:
    'rounding of one unit in the last place per row of the matrices and step, carried forward by the Lipschitz constant of each step',
});

/** Bound on the rounding errors of the weights, by the Lipschitz constant of each step. */
function roundingOfDescent(
  dims: number,
  start: readonly number[],
  sigmas: readonly number[],
  rates: readonly number[],
): number {
  const task = Math.hypot(...sigmas);
  let factors = start;
  let error = dims * Number.EPSILON * Math.hypot(...factors);
  for (const rate of rates) {
    const size = Math.hypot(...factors);
    const stretch = 1 + 2 * rate * (3 * size * size + task);
    error = stretch * (error + 2 * dims * Number.EPSILON * size);
    factors = descendFactors(factors, sigmas, [rate]);
  }
  return error;
}

function matches(label: string, actual: Matrix, expected: Matrix, tolerance: number): Conclusion {
  return equal(
    [`distance of the change of ${label} from that of its modes`, matrixDistance(actual, expected)],
    ['none', 0],
    tolerance + Number.MIN_VALUE,
  );
}
