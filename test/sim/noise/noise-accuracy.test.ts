import { describe, expect, test } from 'vitest';
import { predictedStandardError } from '../../../src/sim/noise/means.js';
import { noiseAccuracy } from '../../../src/sim/noise/noise-curves.js';
import type { ExpectedCheckpoint } from '../../../src/sim/training/recurrence.js';
import { singularValue } from '../../../src/theory/mode.js';
import { createProblem } from '../../../src/theory/problem.js';

const pretraining = {
  dim: 3,
  rows: 3,
  hidden: 3,
  cols: 3,
  spectrum: [2, 1, 0.5],
  tau: 3,
  times: [1],
  learningRate: 'auto' as const,
};
const problem = createProblem(pretraining);

/** A plan that gives the flow at time 1, except that one singular value is off. */
function offBy(change: number, mode: number): [ExpectedCheckpoint, number] {
  const values = problem.modes.map((each, index) => singularValue(each, 1) + (index === mode ? change : 0));
  const factors = Float64Array.from(values, Math.sqrt);
  return [{ factors, rounding: new Float64Array(3) }, 0];
}

describe('the accuracy that a study of noise asks for', () => {
  // The first mode has converged at time 1, so that an error of it moves the sensitivity and hardly the loss.
  const [gamma, replicates] = [0.3, 100_000];
  const { acceptable } = noiseAccuracy(problem, { times: [1], gammas: [gamma], replicates });
  const error = predictedStandardError(problem, gamma, 1, replicates);

  test('is a quarter of the Monte Carlo error in the sensitivity', () => {
    const quarter = (0.25 * error) / (gamma ** 2 * 6);
    expect(acceptable(...offBy(0, 0))).toBe(true);
    for (const sign of [1, -1]) {
      expect(acceptable(...offBy(0.99 * sign * quarter, 0))).toBe(true);
      expect(acceptable(...offBy(1.01 * sign * quarter, 0))).toBe(false);
    }
  });

  test('is that of the loudest noise, and none without noise', () => {
    const quarter = (0.25 * error) / (gamma ** 2 * 6);
    const several = noiseAccuracy(problem, { times: [1], gammas: [0, 1e-3, gamma], replicates });
    expect(several.acceptable(...offBy(0.9 * quarter, 0))).toBe(true);
    expect(several.acceptable(...offBy(1.1 * quarter, 0))).toBe(false);
    const silent = noiseAccuracy(problem, { times: [1], gammas: [0], replicates });
    expect(silent.acceptable(...offBy(0.3, 0))).toBe(true);
    expect(silent.acceptable(...offBy(Number.NaN, 0))).toBe(false);
  });

  test('is invisible, or half of the Monte Carlo error, in the loss', () => {
    // A thousandth of the initial loss, 5.24; the second mode is half learned, where the loss is most sensitive.
    const precise = noiseAccuracy(problem, { times: [1], gammas: [1e-5], replicates: 1e9 });
    const gap = 1 - singularValue(problem.modes[1]!, 1);
    const change = (1e-3 * 5.24) / (2 * gap);
    expect(precise.acceptable(...offBy(0.9 * change, 1))).toBe(true);
    expect(precise.acceptable(...offBy(1.1 * change, 1))).toBe(false);
    const loose = noiseAccuracy(problem, { times: [1], gammas: [1e-2], replicates: 2 });
    expect(loose.acceptable(...offBy(1.1 * change, 1))).toBe(true);
    expect(loose.measure).toBe('a quarter of the Monte Carlo error (see the accuracy table)');
  });
});
