import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/theory/claims/engine/claim.js';
import { relativeNoiseCost } from '../../../src/theory/claims/t8-relative-noise.js';
import { relativeExcess } from '../../../src/theory/sensitivity.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

const square = { extraRows: 0, extraHidden: 0, extraCols: 0, basis: 0, snr: 1, time: 0 };

describe('T8', () => {
  testClaim(relativeNoiseCost, { runs: samples(30), seed: 2 });

  test('needs balance up to scale, which takes two modes to break', () => {
    expect(hypothesisVerdicts(relativeNoiseCost)).toEqual({ 'balanced up to scale': 'needed' });
    const { modes } = counterexampleWithout(relativeNoiseCost, 'balanced up to scale');
    expect(modes).toHaveLength(2);
  });

  test('by hand: the identity at snr 1', () => {
    const modes = [1, 1].map((start) => ({ sigma: 2, start, stretch: 1 }));
    const { left, right } = evaluate(relativeNoiseCost, { ...square, modes });
    // Σs = 2, h = 2, and 2/snr + 1/snr² = 3.
    expect(left.value).toBeCloseTo(6, 12);
    expect(right.value).toBeCloseTo(6, 12);
    expect(relativeExcess(Matrix.eye(2), Matrix.eye(2), 1)).toBe(6);
  });

  test('a scale that moves from one layer to the other changes nothing', () => {
    const [first, second] = [new Matrix([[1, 2, 3]]), new Matrix([[4], [5], [6]])];
    const moved = relativeExcess(Matrix.mul(first, 8), Matrix.div(second, 8), 0.5);
    expect(moved).toBe(relativeExcess(first, second, 0.5));
  });
});
