import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { riccatiFlow } from '../../../src/theory/claims/t0-riccati.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

const base = { extraRows: 0, extraCols: 0, hidden: 2, imbalance: 0, skew: 1, taskSeed: 3, startSeed: 4 };
const modes = [
  { sigma: 2, factor: 1e-6 },
  { sigma: 0.5, factor: 0.5 },
];

describe('T0-riccati', () => {
  testClaim(riccatiFlow, { runs: samples(30), seed: 2 });

  test('needs a λ-balanced start', () => {
    expect(hypothesisVerdicts(riccatiFlow)).toEqual({ 'λ-balanced': 'needed' });
    const { modes: found, hidden } = counterexampleWithout(riccatiFlow, 'λ-balanced');
    expect(found.length).toBeLessThanOrEqual(3);
    expect(hidden).toBeLessThanOrEqual(3);
  });

  test.each([0, 1e-12, 0.1, 3, 1e3, 1e12])('holds for narrow, wide and unbalanced starts at time %d', (time) => {
    const cases = [
      { hidden: 1 },
      { hidden: 6, extraRows: 2 },
      { imbalance: 0.7 },
      { imbalance: -3, extraCols: 2 },
      { imbalance: 1e-9 },
      { taskSeed: 0, startSeed: 0 },
      {
        modes: [
          { sigma: 1, factor: 1 },
          { sigma: 1, factor: 0 },
          { sigma: 0, factor: 1e-5 },
        ],
      },
    ];
    for (const change of cases) {
      expect(concludes(evaluate(riccatiFlow, { ...base, modes, ...change, time }))).toBe(true);
    }
  });
});
