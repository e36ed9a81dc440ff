import { describe, expect, test } from 'vitest';
import { SimdBackend } from '../../../../src/sim/backends/simd-backend.js';
import {
  type Apprentice,
  coveredLoss,
  quarticThrough,
  trainToGoals,
} from '../../../../src/sim/scenarios/nexus/goal-training.js';
import { drawSources } from '../../../../src/sim/scenarios/nexus/nexus-runs.js';
import { adam } from '../../../../src/sim/training/optimizers.js';
import { gaussianMatrix, seededRandom } from '../../../support/random-matrices.js';

const dim = 4;
const random = seededRandom(11);
const draw = (scale: number) =>
  Float64Array.from(gaussianMatrix(dim, dim, random).to1DArray(), (value) => scale * value);
const task = draw(1);
const zero = { first: new Float64Array(dim * dim), second: new Float64Array(dim * dim) };

/** Networks that have more and less to learn, so that they end one after the other. */
const apprentices: Apprentice[] = [0.5, 0.9, 0.2].map((last, training) => {
  const data = drawSources({ dim, sources: 3, rank: 2, overlap: 1 }, 5, training);
  const norm = coveredLoss(zero, task, data.sum, dim);
  return { layers: { first: draw(0.1), second: draw(0.1) }, data, goals: [0.95 * norm, last * norm] };
});

describe('training to summed losses', () => {
  test.each([null, 0.05])(
    'inner step %s: every network ends at its goals, the same alone and beside others that leave before it',
    async (innerStep) => {
      const backend = await SimdBackend.open('f64', 1);
      const training = { dim, task, optimizer: adam, rate: 0.01, innerStep, patience: 2000 };
      const together = await trainToGoals(backend, apprentices, training);
      const ends = together.map(({ reached }) => reached[1]!.steps);
      expect(new Set(ends.map((steps) => Math.ceil(steps / 4))).size).toBe(3);
      for (const [at, apprentice] of apprentices.entries()) {
        const [alone] = await trainToGoals(backend, [apprentice], training);
        expect(together[at]).toEqual(alone);
        alone!.reached.forEach((network, goal) => {
          const loss = coveredLoss(network!.layers, task, apprentice.data.sum, dim);
          // Four products for each entry of a matrix are rounded in a loss, and a goal is found from five of them.
          expect(Math.abs(loss / apprentice.goals[goal]! - 1)).toBeLessThan(5 * 4 * dim ** 2 * Number.EPSILON);
        });
      }
      await backend.dispose();
    },
  );

  test('a polynomial of fourth degree is found from five values', () => {
    const polynomial = (x: number) => 3 - 2 * x + 5 * x ** 2 - 7 * x ** 3 + 4 * x ** 4;
    const found = quarticThrough([0, 0.25, 0.5, 0.75, 1].map(polynomial));
    for (const x of [0, 0.1, 0.25, 0.6, 0.99, 1]) {
      // Values of up to 3 with binomial coefficients that sum to 16.
      expect(Math.abs(found(x) - polynomial(x))).toBeLessThan(3 * 16 * Number.EPSILON);
    }
  });
});
