import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { expectTraining, noRounding } from '../../../src/sim/training/recurrence.js';
import { adaptivePlan, biasAt, constantPlan } from '../../../src/sim/training/training-plan.js';
import { halfTime, singularValue } from '../../../src/theory/mode.js';
import { createProblem, loss, type Problem } from '../../../src/theory/problem.js';
import { samples } from '../../support/sample-size.js';
import { train } from '../../support/training.js';

/** Slope of the least-squares line through points. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return covariance / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

/** Error of the first singular value at a time for step counts that double. */
async function errorsAt(problem: Problem, time: number, counts: readonly number[], engine: 'modes' | 'matrix') {
  const errors: [eta: number, error: number][] = [];
  for (const count of counts) {
    const [point] = await train(problem, constantPlan([time], time / count), engine);
    errors.push([time / count, point!.singularValues[0]! - singularValue(problem.modes[0]!, time)]);
  }
  return errors;
}

const modeOfAnySize = fc.record({
  sigma: fc.double({ min: 0.2, max: 5, noNaN: true }),
  tau: fc.double({ min: 2, max: 6, noNaN: true }),
  share: fc.double({ min: 0.4, max: 1, noNaN: true }),
});

describe('gradient descent converges to the closed form at first order', () => {
  test.prop([modeOfAnySize], { numRuns: samples(14) })(
    'with slope 1 in the learning rate',
    async ({ sigma, tau, share }) => {
      const problem = createProblem({ dim: 1, spectrum: [sigma], tau });
      const errors = await errorsAt(problem, share * halfTime(problem.modes[0]!), [2000, 4000, 8000], 'modes');
      const order = slope(errors.map(([eta, error]) => [Math.log(eta), Math.log(Math.abs(error))]));
      // The next order is smaller by about 2ησ · τ/2 ≤ (τ/2)²/2000 < 0.005, and differs by half of that between rates.
      expect(Math.abs(order - 1)).toBeLessThan(0.01);
    },
  );

  test.prop([modeOfAnySize], { numRuns: samples(14) })(
    'with the coefficient of the modified equation, −½ f(D(T)) ln(f(D(T))/f(D(0)))',
    async ({ sigma, tau, share }) => {
      const problem = createProblem({ dim: 1, spectrum: [sigma], tau });
      const [mode] = problem.modes;
      const time = share * halfTime(mode!);
      const [[eta, error]] = (await errorsAt(problem, time, [8000], 'modes')) as [[number, number]];
      const velocityOf = (value: number) => 2 * Math.sqrt(value) * (sigma - value);
      const [start, end] = [mode!.start, singularValue(mode!, time)];
      const factorError = -0.5 * velocityOf(end) * Math.log(velocityOf(end) / velocityOf(start));
      // Δs = 2 D ΔD; where the logarithm is small the leading term is too, so the error is measured on the scale of f.
      const predicted = 2 * Math.sqrt(end) * factorError * eta;
      const scale = Math.sqrt(end) * velocityOf(end) * (1 + tau) * eta;
      expect(Math.abs(error - predicted)).toBeLessThan(0.01 * scale);
    },
  );

  test('on the full matrices too', async () => {
    const problem = createProblem({ rows: 3, hidden: 2, cols: 4, spectrum: '2,1', tau: 3 });
    const errors = await errorsAt(problem, 0.8 * halfTime(problem.modes[0]!), [100, 200, 400], 'matrix');
    const order = slope(errors.map(([eta, error]) => [Math.log(eta), Math.log(Math.abs(error))]));
    // 2ησ τ/2 is 0.02 at 100 steps.
    expect(Math.abs(order - 1)).toBeLessThan(0.04);
  });

  test('and so does the adaptive plan in its fineness', () => {
    const problem = createProblem({ dim: 3, spectrum: '2,1,0.5', tau: 5 });
    const time = 1.2;
    const points = [0.02, 0.01, 0.005].map((fineness) => {
      const plan = adaptivePlan(problem, [time], fineness);
      const [checkpoint] = expectTraining(problem, plan, noRounding).checkpoints;
      return [Math.log(fineness), Math.log(Math.abs(biasAt(problem, checkpoint!, time).loss))] as const;
    });
    // Steps come in whole numbers per segment, which moves a rate by up to one part in its count.
    expect(Math.abs(slope(points) - 1)).toBeLessThan(0.15);
  });
});

describe('bias', () => {
  test.prop([fc.constantFrom('modes', 'matrix' as const), fc.double({ min: 0, max: 6, noNaN: true })], { numRuns: 20 })(
    'accounts for the whole difference between simulated and theoretical loss, %s',
    async (engine, time) => {
      const problem = createProblem({ rows: 3, hidden: 2, cols: 4, spectrum: '2,1,0.3', tau: 2 });
      const plan = adaptivePlan(problem, [time], 0.1);
      const [point] = await train(problem, plan, engine);
      const { checkpoints } = expectTraining(problem, plan, { kind: 'none', unitRoundoff: 0 });
      const bias = biasAt(problem, checkpoints[0]!, time);
      // float64 throughout: a few hundred steps of rounding, amplified by at most e^τ as above.
      const rounding = 1e-12;
      expect(Math.abs(point!.loss - loss(problem, time) - bias.loss)).toBeLessThan(rounding);
      const sum = point!.singularValues.reduce((total, value) => total + value, 0);
      const exact = problem.modes.reduce((total, mode) => total + singularValue(mode, time), 0);
      expect(Math.abs(sum - exact - bias.sum)).toBeLessThan(rounding);
    },
  );
});
