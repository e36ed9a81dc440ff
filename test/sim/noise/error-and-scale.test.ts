import { describe, expect, test } from 'vitest';
import { ReferenceBackend } from '../../../src/sim/backends/reference-backend.js';
import { estimateExcess, NoiseReplicates } from '../../../src/sim/noise/excess.js';
import { initialDeviation, predictedStandardError } from '../../../src/sim/noise/means.js';
import { matrixTrainee, modeTrainee } from '../../../src/sim/training/engines.js';
import { singularValue } from '../../../src/theory/mode.js';
import { createProblem } from '../../../src/theory/problem.js';
import { norm } from '../../support/float-oracle.js';
import { shapeName, shapes } from '../../support/network-cases.js';

const named = shapes.map((shape) => [shapeName(shape), shape] as const);

describe('scale of the initialisation', () => {
  test.each(named)('is the root mean square of the initial weights, shape %s', (_, shape) => {
    const problem = createProblem({ ...shape, spectrum: 'linear', tau: 2 });
    const { first, second } = matrixTrainee(problem, new ReferenceBackend(), 1).start;
    const squares = norm(first) ** 2 + norm(second) ** 2;
    const rms = Math.sqrt(squares / (first.length + second.length));
    // Three orthogonal factors, each right to a few dozen roundings.
    expect(Math.abs(initialDeviation({ ...shape, tau: 2 }) / rms - 1)).toBeLessThan(1e-13);
  });

  test('is e^-tau/√d for a square network', () => {
    expect(initialDeviation({ rows: 9, hidden: 9, cols: 9, tau: 3 })).toBeCloseTo(Math.exp(-3) / 3, 15);
  });
});

describe('predicted standard error', () => {
  const backend = new ReferenceBackend();
  const cases = named.flatMap(([name, shape]) =>
    [0.03, 0.3, 3].flatMap((gamma) => [0.5, 5].map((time) => [name, gamma, time, shape] as const)),
  );
  test.each(cases)('is that of the draws, shape %s, gamma %d, time %d', async (_, gamma, time, shape) => {
    const replicates = 1500;
    const problem = createProblem({ ...shape, spectrum: 'linear', tau: 1.5 });
    const factors = Float64Array.from(problem.modes, (mode) => Math.sqrt(singularValue(mode, time)));
    const { network } = modeTrainee(problem, backend).record(factors, time);
    const noise = new NoiseReplicates(problem, replicates, 9);
    const [estimate] = await estimateExcess(backend, network, noise, [gamma]);
    const ratio = predictedStandardError(problem, gamma, time, replicates) / estimate!.standardError;
    // What is left out (the cubic term and three covariances) is never the larger part, and 1500 draws of so heavy a
    // tail leave the sample's own error within a third.
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });

  // Where one of its three parts is all there is: early and quiet, converged and quiet, and loud beyond all weights.
  test.each([
    ['the slope of the loss', 1e-6, 0.3],
    ['the curvature', 1e-3, 1e9],
    ['the product of both layers', 100, 0.3],
  ])('is exact for %s alone', async (_, gamma, time) => {
    const replicates = 4000;
    const problem = createProblem({ rows: 4, hidden: 3, cols: 5, spectrum: '2,1.5,1', tau: 1.5 });
    const factors = Float64Array.from(problem.modes, (mode) => Math.sqrt(singularValue(mode, time)));
    const { network } = modeTrainee(problem, backend).record(factors, time);
    const noise = new NoiseReplicates(problem, replicates, 9);
    const [estimate] = await estimateExcess(backend, network, noise, [gamma]);
    const ratio = predictedStandardError(problem, gamma, time, replicates) / estimate!.standardError;
    // A sample deviation of n draws of kurtosis κ errs by √((κ − 1)/4n): 3 % for κ = 15.
    expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
  });

  test('falls with the square root of the replicates', () => {
    const problem = createProblem({ dim: 3, spectrum: 'linear', tau: 2 });
    const [few, many] = [100, 400].map((count) => predictedStandardError(problem, 0.1, 1, count));
    expect(few! / many!).toBeCloseTo(2, 12);
  });
});
