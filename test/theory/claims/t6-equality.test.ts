import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { balancedAttainsFloor } from '../../../src/theory/claims/t6-sensitivity-floor.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

describe('T6-equality', () => {
  testClaim(balancedAttainsFloor, { runs: samples(30), seed: 2 });

  test('needs balance, and shows an unbalanced factorisation', () => {
    expect(hypothesisVerdicts(balancedAttainsFloor)).toEqual({ balanced: 'needed' });
    const { modes } = counterexampleWithout(balancedAttainsFloor, 'balanced');
    expect(modes.length).toBeLessThanOrEqual(3);
  });

  test('idle weights break the equality like any imbalance', () => {
    const factored = {
      modes: [{ value: 1, stretch: 1 }],
      extraRows: 0,
      extraHidden: 1,
      extraCols: 0,
      basis: 0,
      rotation: 0,
    };
    expect(concludes(evaluate(balancedAttainsFloor, { ...factored, idle: 0 }))).toBe(true);
    expect(concludes(evaluate(balancedAttainsFloor, { ...factored, idle: 0.01 }))).toBe(false);
  });
});
