import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { gap, singularValue } from '../../src/theory/mode.js';
import {
  criticalGap,
  modeOptimum,
  NoisyCheckpoint,
  perturbedLoss,
  perturbedLossVelocity,
  stagedOptimum,
  stagedPerturbedLoss,
} from '../../src/theory/perturbed-loss.js';
import { createProblem, loss, singularValues } from '../../src/theory/problem.js';
import { expectedExcess, sensitivityAt, squaredNorm } from '../../src/theory/sensitivity.js';
import { alignedWeights } from '../support/aligned-weights.js';
import { logUniform, risingProblem } from '../support/problem-arbitraries.js';
import { seededRandom } from '../support/random-matrices.js';

const dimension = fc.integer({ min: 1, max: 5 });
const gammas = logUniform(1e-3, 3);

describe('perturbed loss (T3)', () => {
  test.prop([dimension, dimension, dimension, fc.nat(), gammas, logUniform(1e-3, 1e3)])(
    'is loss plus expected excess of the weights of the flow, for every shape',
    (rows, hidden, cols, seed, gamma, time) => {
      const problem = createProblem({ rows, hidden, cols, spectrum: 'geometric:0.6', tau: 2 });
      const { task, first, second } = alignedWeights(problem, seededRandom(seed), singularValues(problem, time));
      const expected = squaredNorm(Matrix.sub(first.mmul(second), task)) + expectedExcess(first, second, gamma);
      expect(Math.abs(perturbedLoss(problem, gamma, time) - expected)).toBeLessThan(1e-12 * (1 + expected));
    },
  );

  test('is the formula of the square case', () => {
    const problem = createProblem({ dim: 3, spectrum: '3,2,1', tau: 1 });
    const [gamma, time] = [0.2, 0.4];
    const values = problem.modes.map(
      ({ sigma, start }) => sigma / (1 + (sigma / start - 1) * Math.exp(-4 * sigma * time)),
    );
    const expected = values.reduce(
      (sum, value, index) => sum + (3 - index - value) ** 2 + 2 * 0.04 * 3 * value,
      0.2 ** 4 * 27,
    );
    expect(perturbedLoss(problem, gamma, time)).toBeCloseTo(expected, 13);
  });

  test.prop([risingProblem(6, 20), gammas, logUniform(1e-2, 1e3)])(
    'its derivative is its rate of change',
    (problem, gamma, time) => {
      const step = 1e-4 / (problem.spectrum[0] as number);
      const difference = perturbedLoss(problem, gamma, time + step) - perturbedLoss(problem, gamma, time - step);
      const scale = perturbedLoss(problem, gamma, time) + perturbedLoss(problem, gamma, 0);
      // Third derivatives are below (8σ)³ of the values; roundings are divided by the step.
      const tolerance = (2e2 * step ** 2 * (8 * (problem.spectrum[0] as number)) ** 3 + 1e-13 / step) * scale;
      fc.pre(time > step);
      expect(Math.abs(difference / (2 * step) - perturbedLossVelocity(problem, gamma, time))).toBeLessThan(tolerance);
    },
  );

  test.prop([risingProblem(), gammas])(
    'a mode helps until its gap is c, and costs c² afterwards (a, d)',
    (problem, gamma) => {
      const critical = criticalGap(problem, gamma);
      for (const mode of problem.modes) {
        const part = (time: number): number => gap(mode, time) ** 2 + 2 * critical * singularValue(mode, time);
        const best = modeOptimum(problem, gamma, mode);
        const rounding = 1e-11 * (part(0) + part(Infinity));
        if (mode.sigma - mode.start <= critical) {
          expect(best).toBe(0);
          continue;
        }
        for (const factor of [0, 0.3, 0.9, 0.999, 1.001, 1.1, 3]) {
          expect(part(best * factor)).toBeGreaterThanOrEqual(part(best) - rounding);
        }
        expect(Math.abs(part(Infinity) - part(best) - critical ** 2)).toBeLessThanOrEqual(rounding);
        // The closed form of (d), where its logarithm does not overflow.
        const { sigma, start } = mode;
        const formula = Math.log(((sigma / start - 1) * (sigma - critical)) / critical) / (4 * sigma);
        // Where σ - c cancels, both carry its rounding.
        const conditioning = 1 + sigma / (sigma - critical);
        expect(Math.abs(best - formula) * 4 * sigma).toBeLessThan(1e-12 * conditioning * (1 + problem.tau));
      }
    },
  );

  test.prop([risingProblem(), gammas])(
    'stages differ by σ_n(2c - σ_n), least after #{σ > 2c} modes (e)',
    (problem, gamma) => {
      const critical = criticalGap(problem, gamma);
      const stages = Array.from({ length: problem.modes.length + 1 }, (_, learned) =>
        stagedPerturbedLoss(problem, gamma, learned),
      );
      const size = Math.max(...stages);
      problem.modes.forEach(({ sigma }, index) => {
        const change = (stages[index + 1] as number) - (stages[index] as number);
        expect(Math.abs(change - sigma * (2 * critical - sigma))).toBeLessThan(1e-13 * size);
      });
      const optimum = stages[stagedOptimum(problem, gamma)] as number;
      expect(optimum - Math.min(...stages)).toBeLessThan(1e-13 * size);
      // The last stage is the end of training.
      expect(Math.abs((stages.at(-1) as number) - perturbedLoss(problem, gamma, Infinity))).toBeLessThan(1e-13 * size);
    },
  );

  test('modes that never move or only fall have no finite optimum of their own', () => {
    const problem = createProblem({ dim: 4, spectrum: '2,1,0.5', tau: 1, starts: [0, 1, 3, 0.1] });
    expect(problem.modes.map((mode) => modeOptimum(problem, 0.1, mode))).toEqual([0, 0, Infinity, Infinity]);
    expect(modeOptimum(problem, 0, { sigma: 1, start: 0.1 })).toBe(Infinity);
  });

  test.each([-1, 1.5, 4, Number.NaN])('refuses %s learned modes of three', (learned) => {
    const problem = createProblem({ dim: 3, spectrum: 'linear', tau: 1 });
    expect(() => stagedPerturbedLoss(problem, 0.1, learned)).toThrow(InvalidInputError);
  });

  test('refuses a noise scale out of range', () => {
    const problem = createProblem({ dim: 3, spectrum: 'linear', tau: 1 });
    for (const call of [criticalGap, stagedOptimum] as const) {
      expect(() => call(problem, -1)).toThrow('gamma: -1 is not allowed');
    }
  });
});

describe('a checkpoint under noise', () => {
  const problem = createProblem({ rows: 5, hidden: 3, cols: 4, spectrum: '3,1,0.2,0.1', tau: 4 });

  test.each([0, 0.7, 12, Infinity])('has the numbers of the closed forms, bit for bit, at time %d', (time) => {
    const checkpoint = new NoisyCheckpoint(problem, time);
    expect(checkpoint.loss).toBe(loss(problem, time));
    for (const gamma of [0, 1e-3, 0.5]) {
      expect(checkpoint.sensitivity(gamma)).toBe(sensitivityAt(problem, gamma, time));
      expect(checkpoint.perturbedLoss(gamma)).toBe(perturbedLoss(problem, gamma, time));
    }
  });

  test('refuses a noise scale out of its range', () => {
    expect(() => new NoisyCheckpoint(problem, 1).perturbedLoss(-1)).toThrow('gamma');
  });
});
