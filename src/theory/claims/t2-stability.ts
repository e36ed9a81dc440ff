import * as fc from 'fast-check';
import { EigenvalueDecomposition } from 'ml-matrix';
import { sharpness, sharpnessAtMinimum, stabilityLimit } from '../sharpness.js';
import { defineClaim, equal, tightest } from './engine/claim.js';
import { areWithin, decades, isDimension, matrixSeed, singularValues, weighted } from './engine/draws.js';
import { explicitLoss, hessianOf, weightsOf } from './engine/explicit-loss.js';
import { alignedTask, drawnBases, stretchedWeights } from './engine/networks.js';

/** Beyond as many weights the eigenvalues of the dense Hessian would take too long. */
const LARGEST_DENSE = 36;

/** T2 iii: how flat the minimum is that training from a balanced start finds. */
export const stability = defineClaim({
  id: 'T2-stability',
  title: 'Sharpness at the balanced minimum and the largest stable learning rate',
  statement:
    'At a balanced minimum of ‖W1W2 − A‖² the largest eigenvalue of the Hessian is 4σ_1, so that gradient descent is linearly stable there exactly for learning rates up to 1/(2σ_1).',
  origin: 'ours; of deep linear networks in general: Mulayoff and Michaeli 2020',
  domain: fc.record({
    /** Positive singular values of the task, non-increasing. */
    values: weighted([20, singularValues(3)], [1, singularValues(6)]),
    extraRows: fc.nat({ max: 2 }),
    extraCols: fc.nat({ max: 2 }),
    /** Hidden width, which may be too small for the task. */
    hidden: fc.integer({ min: 1, max: 4 }),
    /** Seed of the singular vectors; 0 is the identity. */
    basis: matrixSeed,
    /** `W1` is that many times as large as balanced weights, `W2` as many times smaller. */
    stretch: weighted([10, fc.constant(1)], [1, decades(-1, 1)]),
    /** Share of each of the first `h` singular values that is learned; 1 is the minimum. */
    learned: weighted([10, fc.constant(1)], [1, decades(-2, 0.3)]),
  }),
  wellFormed: ({ values, extraRows, extraCols, hidden, basis, stretch, learned }) =>
    values.length > 0 &&
    values.every((value, index) => areWithin([value], 1e-6, 1e6) && value <= (values[index - 1] ?? value)) &&
    [values.length + extraRows, values.length + extraCols, hidden].every(isDimension) &&
    areWithin([extraRows, extraCols], 0, Infinity) &&
    Number.isInteger(basis) &&
    areWithin([stretch], 1e-3, 1e3) &&
    areWithin([learned], Number.MIN_VALUE, 1e3),
  hypotheses: [
    { name: 'balanced', statement: 'W1ᵀW1 = W2W2ᵀ', holds: ({ stretch }) => stretch === 1 },
    { name: 'minimum', statement: 'W is the best approximation of A of rank h', holds: ({ learned }) => learned === 1 },
  ],
  conclusion({ values, extraRows, extraCols, hidden, basis, stretch, learned }) {
    const bases = drawnBases(values.length + extraRows, hidden, values.length + extraCols, basis);
    const task = alignedTask(bases, values);
    const { first, second } = stretchedWeights(
      bases,
      values.map((value) => ({ value: value * learned, stretch })),
    );
    const predicted = { label: '4σ_1', value: sharpnessAtMinimum(values) };
    const iterated = { label: 'sharpness by Lanczos iteration', value: sharpness(first, second, task) };
    const parts = [equal(iterated, predicted, 1e-8 * predicted.value)];
    const weights = weightsOf([first, second]);
    if (weights.length <= LARGEST_DENSE) {
      const dense = hessianOf(explicitLoss([first, second], task), weights, Math.sqrt(values[0]!));
      const largest = Math.max(...new EigenvalueDecomposition(dense, { assumeSymmetric: true }).realEigenvalues);
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
