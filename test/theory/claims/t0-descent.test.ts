import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { descentOfModes } from '../../../src/theory/claims/t0-decoupling.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

const base = {
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
      expect(concludes(evaluate(descentOfModes, { ...base, modes, blocks }))).toBe(true);
    }
  });
});
