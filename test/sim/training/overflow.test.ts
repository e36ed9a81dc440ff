import { describe, expect, test } from 'vitest';
import { openBackend } from '../../../src/sim/backends/open-backend.js';
import { hasDiverged } from '../../../src/sim/training/record-training.js';
import { constantPlan } from '../../../src/sim/training/training-plan.js';
import { createProblem } from '../../../src/theory/problem.js';
import { backendsHere } from '../../support/devices.js';
import { record } from '../../support/training.js';

/** Largest finite float32. */
const LARGEST = 3.4028234663852886e38;

describe('overflow of the arithmetic', () => {
  test.each(backendsHere)('on %s is found at the very step, by replay', async (name) => {
    // A single mode of σ = 10²⁶ learns stably, but the product of residual and weight leaves float32 while D grows.
    const sigma = 1e26;
    const rate = 0.05 / sigma;
    const problem = createProblem({ dim: 1, spectrum: [sigma], tau: 1 });
    const times = [0, 200, 400, 2000].map((steps) => steps * rate);
    let factor = Math.exp(-1);
    let overflow = 1;
    while (Math.abs(factor * (factor * factor - sigma)) < LARGEST) {
      factor -= 2 * rate * factor * (factor * factor - sigma);
      overflow++;
    }
    expect(overflow).toBeGreaterThan(200);
    const { backend } = await openBackend(name);
    const points = await record(problem, constantPlan(times, rate), 'matrix', { backend });
    await backend.dispose();
    expect(points.map(({ time }) => time)).toEqual(times);
    const diverged = points.map((point) => (hasDiverged(point) ? point.divergedAt : undefined));
    // float64 knows no such limit, and the cpu mode computes in float64 and only stores float32.
    const seen = ['reference', 'simd64', 'cpu'].includes(name) ? undefined : overflow;
    expect(diverged).toEqual([undefined, undefined, seen, seen]);
  });

  test('of the loss counts, though every weight is finite', async () => {
    // s = 10¹⁶⁰ squares to more than the largest double.
    const problem = createProblem({ dim: 1, spectrum: [1e150], tau: 0 });
    const points = await record(problem, constantPlan([1], 1), 'modes');
    expect(points).toEqual([{ time: 1, divergedAt: 1 }]);
  });
});
