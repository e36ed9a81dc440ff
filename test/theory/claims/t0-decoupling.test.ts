import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { decoupling, descentOfModes } from '../../../src/theory/claims/t0-decoupling.js';
import { gap, singularValue, timeOfGap } from '../../../src/theory/mode.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { integrateWeights } from '../../support/integrate.js';
import { samples } from '../../support/sample-size.js';

const base = {
  extraRows: 0,
  extraHidden: 0,
  extraCols: 0,
  leftSeed: 3,
  rightSeed: 4,
  hiddenSeed: 5,
  start: 'aligned',
  ratio: 1,
} as const;

describe('T0', () => {
  testClaim(decoupling, { runs: samples(30), seed: 2 });

  test('needs a start that is aligned and balanced', () => {
    expect(hypothesisVerdicts(decoupling)).toEqual({ aligned: 'needed', balanced: 'needed' });
  });

  test('finds e^{-τ}I with U ≠ V, in few dimensions', () => {
    const found = counterexampleWithout(decoupling, 'aligned');
    expect(found.start).toBe('identity');
    expect(found.leftSeed).not.toBe(found.rightSeed);
    expect(found.modes.length).toBeLessThanOrEqual(3);
  });

  test('multiples of the identity are aligned where U = V', () => {
    const modes = [
      { sigma: 2, start: 0.01 },
      { sigma: 0.5, start: 0.01 },
    ];
    const same = { ...base, modes, start: 'identity', rightSeed: 3, time: 1 } as const;
    expect(concludes(evaluate(decoupling, same))).toBe(true);
    expect(concludes(evaluate(decoupling, { ...same, rightSeed: 4 }))).toBe(false);
  });

  test.each([0, 1e-300, 1e-4, 1, 30, 1e4, 1e300])('holds at the edges of doubles, at time %d', (time) => {
    const modes = [
      { sigma: 3, start: 1e-304 },
      { sigma: 3, start: 3 },
      { sigma: 1e-6, start: 1e3 },
      { sigma: 0, start: 1 },
      { sigma: 1, start: 0 },
    ];
    expect(concludes(evaluate(decoupling, { ...base, modes, extraRows: 2, extraHidden: 1, time }))).toBe(true);
  });
});

describe('the closed form of T0 against what others published', () => {
  test('the time from u0 to uf is 1/(4σ)·ln(uf(σ − u0)/(u0(σ − uf))) (Saxe, McClelland and Ganguli 2014, at our speed)', () => {
    const [sigma, start, end] = [1.7, 1e-3, 1.5];
    const time = Math.log((end * (sigma - start)) / (start * (sigma - end))) / (4 * sigma);
    expect(singularValue({ sigma, start }, time)).toBeCloseTo(end, 13);
    expect(timeOfGap({ sigma, start }, sigma - end)).toBeCloseTo(time, 13);
  });

  test('from e^{-τ}I and a turned task the singular values are not those of the modes, by integration', () => {
    const turned = new Matrix([
      [0, 2],
      [1, 0],
    ]);
    const begin = Matrix.eye(2, 2, 0.1);
    const loss = (task: Matrix) => {
      const { first, second } = integrateWeights(begin, begin, task, 0.6);
      return Matrix.sub(first.mmul(second), task).norm() ** 2;
    };
    const modes = [2, 1].reduce((sum, sigma) => sum + gap({ sigma, start: 0.01 }, 0.6) ** 2, 0);
    expect(loss(Matrix.diag([2, 1]))).toBeCloseTo(modes, 10);
    expect(loss(turned) / modes).toBeGreaterThan(1.1);
  });
});

const descent = {
  extraRows: 1,
  extraHidden: 2,
  extraCols: 0,
  leftSeed: 3,
  rightSeed: 4,
  hiddenSeed: 5,
  start: 'aligned',
  ratio: 1,
} as const;

describe('T0-descent', () => {
  testClaim(descentOfModes, { runs: samples(30), seed: 2 });

  test('needs a start that is aligned and balanced', () => {
    expect(hypothesisVerdicts(descentOfModes)).toEqual({ aligned: 'needed', balanced: 'needed' });
  });

  test('one step is enough to see that the identity is not aligned with U ≠ V', () => {
    const { start, blocks } = counterexampleWithout(descentOfModes, 'aligned');
    expect(start).toBe('identity');
    expect(blocks.reduce((sum, { steps }) => sum + steps, 0)).toBeLessThanOrEqual(2);
  });

  test('is no limit of small steps: it holds at and beyond the edge of stability', () => {
    const modes = [
      { sigma: 1, factor: 0.9 },
      { sigma: 0.5, factor: -0.2 },
    ];
    for (const relativeRate of [0.5, 1, 1.25]) {
      const blocks = [{ steps: 6, relativeRate }];
      expect(concludes(evaluate(descentOfModes, { ...descent, modes, blocks }))).toBe(true);
    }
  });
});
