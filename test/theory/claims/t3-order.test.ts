import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { inflectionOrder } from '../../../src/theory/claims/t3-inflection.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

// The first mode helps a little at γ = 0.2 and not at all at γ = 0.4.
const twoDips = {
  modes: [
    { sigma: 2, start: 1.7 },
    { sigma: 1, start: 2e-6 },
  ],
  extraRows: 0,
  extraCols: 0,
  gamma: 0.2,
  factor: 2,
};

describe('T3-order', () => {
  testClaim(inflectionOrder, { runs: samples(30), seed: 2 });

  test('needs the inflection not to be the first dip', () => {
    expect(hypothesisVerdicts(inflectionOrder)).toEqual({ 'not the first dip': 'needed' });
    const { modes } = counterexampleWithout(inflectionOrder, 'not the first dip');
    expect(modes.length).toBeLessThanOrEqual(3);
  });

  test('two modes: the first dip moves later, the inflections do not', () => {
    const verdicts = (['last', 'global', 'first dip'] as const).map((inflection) =>
      concludes(evaluate(inflectionOrder, { ...twoDips, inflection })),
    );
    expect(verdicts).toEqual([true, true, false]);
    const { left, right } = evaluate(inflectionOrder, { ...twoDips, inflection: 'first dip' });
    // By T3-time the first mode turns at ln(0.176 · 24)/8 = 0.18 alone, the second at ln(499999 · 2.125)/4 = 3.47; the scan
    // sees each a few percent later.
    expect(right.value).toBeCloseTo(0.2, 2);
    expect(left.value).toBeCloseTo(3.57, 2);
  });

  test('holds where null modes and falling modes move', () => {
    const modes = [
      { sigma: 0, start: 1 },
      { sigma: 1, start: 1e-9 },
      { sigma: 2, start: 5 },
    ];
    for (const inflection of ['last', 'global'] as const) {
      for (const gamma of [0.01, 0.1, 0.5]) {
        expect(concludes(evaluate(inflectionOrder, { ...twoDips, modes, gamma, inflection }))).toBe(true);
      }
    }
  });
});
