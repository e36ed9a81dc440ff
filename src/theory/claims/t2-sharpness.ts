import * as fc from 'fast-check';
import { EigenvalueDecomposition, type Matrix } from 'ml-matrix';
import type { Weights } from '../balance.js';
import { createProblem } from '../problem.js';
import { alignedSharpness, sharpness, sharpnessAtMinimum, stabilityLimit } from '../sharpness.js';
import { defineClaim, equal, tightest } from './engine/claim.js';
import { areWithin, decades, isDimension, matrixSeed, pluck, singularValues, weighted } from './engine/draws.js';
import { explicitLoss, hessianOf, weightsOf } from './engine/explicit-loss.js';
import { alignedTask, drawnBases, stretchedWeights } from './engine/networks.js';

/** Beyond as many weights the eigenvalues of the dense Hessian would take too long. */
const LARGEST_DENSE = 36;

const fields = {
  extraRows: fc.nat({ max: 2 }),
  extraCols: fc.nat({ max: 2 }),
  /** Hidden width, which may be too small or too large for the task. */
  hidden: fc.integer({ min: 1, max: 4 }),
  /** Seed of the singular vectors; 0 is the identity. */
  basis: matrixSeed,
};

/** Positive singular values of the task, non-increasing. */
const taskValues = weighted([20, singularValues(3)], [1, singularValues(6)]);

/** `W1` is that many times as large as balanced weights, `W2` as many times smaller. */
const stretching = (often: number) => weighted([often, fc.constant(1)], [1, decades(-1, 1)]);

type Stretched = Record<'extraRows' | 'extraCols' | 'hidden' | 'basis' | 'stretch', number>;

function isWellFormed(sigmas: readonly number[], instance: Stretched): boolean {
  const { extraRows, extraCols, hidden, basis, stretch } = instance;
  return (
    sigmas.length > 0 &&
    sigmas.every((sigma, index) => areWithin([sigma], 1e-6, 1e6) && sigma <= (sigmas[index - 1] ?? sigma)) &&
    [sigmas.length + extraRows, sigmas.length + extraCols, hidden].every(isDimension) &&
    areWithin([extraRows, extraCols], 0, Infinity) &&
    Number.isInteger(basis) &&
    areWithin([stretch], 1e-3, 1e3)
  );
}

const balanced = {
  name: 'balanced',
  statement: 'W1ᵀW1 = W2W2ᵀ',
  holds: ({ stretch }: { readonly stretch: number }) => stretch === 1,
};

/** Largest eigenvalue of the Hessian by second differences of the loss; none where there are too many weights. */
function denseSharpness({ first, second }: Weights, task: Matrix, size: number): number | undefined {
  const weights = weightsOf([first, second]);
  if (weights.length > LARGEST_DENSE) return undefined;
  const dense = hessianOf(explicitLoss([first, second], task), weights, Math.sqrt(size));
  return Math.max(...new EigenvalueDecomposition(dense, { assumeSymmetric: true }).realEigenvalues);
}

/** T2 iii: how flat the minimum is that training from a balanced start finds. */
export const stability = defineClaim({
  id: 'T2-stability',
  title: 'Sharpness at the balanced minimum and the largest stable learning rate',
  statement:
    'At a balanced minimum of ‖W1W2 − A‖² the largest eigenvalue of the Hessian is 4σ_1, so that gradient descent is linearly stable there exactly for learning rates up to 1/(2σ_1).',
  origin: 'ours; of deep linear networks in general: Mulayoff and Michaeli 2020',
  domain: fc.record({
    values: taskValues,
    ...fields,
    stretch: stretching(10),
    /** Share of each of the first `h` singular values that is learned; 1 is the minimum. */
    learned: weighted([10, fc.constant(1)], [1, decades(-2, 0.3)]),
  }),
  wellFormed: (instance) =>
    isWellFormed(instance.values, instance) && areWithin([instance.learned], Number.MIN_VALUE, 1e3),
  hypotheses: [
    balanced,
    { name: 'minimum', statement: 'W is the best approximation of A of rank h', holds: ({ learned }) => learned === 1 },
  ],
  conclusion({ values, extraRows, extraCols, hidden, basis, stretch, learned }) {
    const bases = drawnBases(values.length + extraRows, hidden, values.length + extraCols, basis);
    const task = alignedTask(bases, values);
    const modes = values.map((value) => ({ value: value * learned, stretch }));
    const weights = stretchedWeights(bases, modes);
    const predicted = { label: '4σ_1', value: sharpnessAtMinimum(values) };
    const iterated = sharpness(weights.first, weights.second, task);
    const parts = [equal(['sharpness by Lanczos iteration', iterated], predicted, 1e-8 * predicted.value)];
    const largest = denseSharpness(weights, task, values[0]!);
    if (largest !== undefined) {
      parts.push(
        equal(predicted, ['largest eigenvalue of the dense Hessian', largest], 1e-10 * predicted.value),
        equal(
          ['multiplier of the sharpest direction at the largest rate', 1 - stabilityLimit(values) * largest],
          ['edge of stability', -1],
          1e-10,
        ),
      );
    }
    return tightest(parts);
  },
  toleranceReason:
    'Lanczos iteration stops at a residual of 1e-10 of the sharpness and may rest between eigenvalues nearer than 1e-8; second differences round to a few hundred units of σ_1',
});

const share = weighted([4, decades(-3, 0.5)], [1, fc.constantFrom(0, 1)]);

/** T2: how sharp the loss is at every network on the way, not only at the minimum. */
export const sharpnessOnTheWay = defineClaim({
  id: 'T2-sharpness',
  title: 'Sharpness of every aligned balanced network',
  statement:
    'At an aligned balanced network with singular values s_i and residuals r_i = s_i − σ_i, i ≤ k = min(p, h, q), the largest eigenvalue of the Hessian of ‖W1W2 − A‖² is the largest of: 2(3s_i − σ_i) and 2(σ_i − s_i); s_i + s_j ± (r_i + r_j) + √((s_i − s_j ∓ (r_i − r_j))² + 4s_i s_j) for i ≠ j; 2(s_i + σ_{k+1}), where max(p, q) > k and σ_{k+1} = 0 if there is none; and 2|r_i|, where h > min(p, q).',
  origin: 'ours',
  domain: fc
    .record({
      sigmas: taskValues,
      /** How much of each the network has. */
      shares: fc.array(share, { minLength: 6, maxLength: 6 }),
      ...fields,
      /** Seed of other left singular vectors for the network. */
      otherBasis: weighted([12, fc.constant(null)], [1, matrixSeed]),
      stretch: stretching(12),
    })
    .map(({ sigmas, shares, otherBasis, ...rest }) => ({
      modes: sigmas.map((sigma, index) => ({ sigma, share: shares[index]! })),
      networkBasis: otherBasis ?? rest.basis,
      ...rest,
    })),
  wellFormed: (instance) =>
    isWellFormed(pluck(instance.modes, 'sigma'), instance) &&
    areWithin(pluck(instance.modes, 'share'), 0, 1e3) &&
    Number.isInteger(instance.networkBasis),
  hypotheses: [
    {
      name: 'aligned',
      statement: 'W1W2 has the singular vectors of A, in the order of the σ_i',
      holds: ({ basis, networkBasis }) => basis === networkBasis,
    },
    balanced,
  ],
  conclusion({ modes, extraRows, extraCols, hidden, basis, networkBasis, stretch }) {
    const [rows, cols] = [modes.length + extraRows, modes.length + extraCols];
    const sigmas = pluck(modes, 'sigma');
    const values = modes.map(({ sigma, share }) => sigma * share);
    const bases = drawnBases(rows, hidden, cols, basis);
    const task = alignedTask(bases, sigmas);
    const turned = { ...bases, left: drawnBases(rows, hidden, cols, networkBasis).left };
    const stretched = values.map((value) => ({ value, stretch }));
    const weights = stretchedWeights(turned, stretched);
    const problem = createProblem({ rows, hidden, cols, spectrum: sigmas, tau: 1 });
    // Modes without a singular value of the task stay at zero.
    const inModes = problem.modes.map((_, index) => values[index] ?? 0);
    const predicted = { label: 'the largest of the list', value: alignedSharpness(problem, inModes) };
    const size = sigmas[0]! + Math.max(...values);
    const iterated = sharpness(weights.first, weights.second, task);
    const parts = [equal(predicted, ['sharpness by Lanczos iteration', iterated], 1e-7 * size)];
    const largest = denseSharpness(weights, task, size);
    if (largest !== undefined) {
      parts.push(equal(predicted, ['largest eigenvalue of the dense Hessian', largest], 1e-9 * size));
    }
    return tightest(parts);
  },
  toleranceReason:
    'Lanczos iteration stops at a residual of 1e-10 of the sharpness and may rest between eigenvalues nearer than 1e-8; second differences round to a few thousand units of σ_1 + s_1',
});
