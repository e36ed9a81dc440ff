import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { signOfVelocity } from '../../../src/theory/claims/t2-progressive-sensitivity.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { integrateWeights } from '../../support/integrate.js';
import { samples } from '../../support/sample-size.js';

describe('T2-sign', () => {
  testClaim(signOfVelocity, { runs: samples(30), seed: 2 });

  test('needs alignment and a start below the task', () => {
    expect(hypothesisVerdicts(signOfVelocity)).toEqual({ aligned: 'needed', 'starts below': 'needed' });
  });

  test('fails from a misaligned start that is below the task', () => {
    const { modes, rotation } = counterexampleWithout(signOfVelocity, 'aligned');
    expect(rotation).not.toBe(0);
    expect(modes.every(({ share }) => share <= 1)).toBe(true);
    expect(modes.length).toBeLessThanOrEqual(3);
  });

  test('holds at its edge: s = σ gives a velocity of zero', () => {
    const modes = [{ sigma: 2, share: 1 }];
    const instance = { modes, extraRows: 1, extraHidden: 0, extraCols: 2, stretch: 1, basis: 0, rotation: 0 };
    expect(concludes(evaluate(signOfVelocity, instance))).toBe(true);
  });

  test('along an integrated flow from a quarter turn the sensitivity falls first and rises later', () => {
    const size = 0.5;
    const turn = new Matrix([
      [0, -size],
      [size, 0],
    ]);
    const [start, early, late] = [0, 0.05, 8].map((time) => {
      const { first, second } = integrateWeights(turn, Matrix.eye(2, 2, size), Matrix.eye(2), time);
      return first.norm() ** 2 + second.norm() ** 2;
    });
    expect(early).toBeLessThan(start! - 0.01);
    expect(late).toBeGreaterThan(start! + 1);
  });
});
