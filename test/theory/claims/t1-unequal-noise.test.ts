import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/theory/claims/engine/claim.js';
import { unequalNoise } from '../../../src/theory/claims/t1-sensitivity.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

describe('T1-unequal', () => {
  testClaim(unequalNoise, { runs: samples(30), seed: 2 });

  test('needs noise that is independent and centred', () => {
    expect(hypothesisVerdicts(unequalNoise)).toEqual({ independent: 'needed', centred: 'needed' });
  });

  test('noise on one layer alone meets the other layer and nothing else', () => {
    const network = { rows: 2, hidden: 3, cols: 5, seed: 4, firstSize: 0, secondSize: 10, taskSize: 1 };
    const noise = { draw: 'independent', mean: 0 } as const;
    const onFirst = evaluate(unequalNoise, { network, firstGamma: 1, secondGamma: 0, noise });
    const onSecond = evaluate(unequalNoise, { network, firstGamma: 0, secondGamma: 1, noise });
    expect(onFirst.right.value).toBeGreaterThan(100);
    expect(onSecond.right.value).toBe(0);
    expect(onSecond.left.value).toBe(0);
  });
});
