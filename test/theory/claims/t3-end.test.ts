import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { endOfTraining } from '../../../src/theory/claims/t3-catastrophic-overtraining.js';
import { lastDescent } from '../../../src/theory/inflection.js';
import { createProblem } from '../../../src/theory/problem.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

const base = { extraRows: 0, extraCols: 0, gamma: 0.5 };

describe('T3-end', () => {
  testClaim(endOfTraining, { runs: samples(30), seed: 2 });

  test('needs noise and no balance of the slowest modes', () => {
    expect(hypothesisVerdicts(endOfTraining)).toEqual({ 'some noise': 'needed', 'no balance': 'needed' });
  });

  test('the slowest mode decides, not the largest gap', () => {
    const falls = [
      { sigma: 3, start: 1e-9 },
      { sigma: 1, start: 1.001 },
    ];
    const rises = [
      { sigma: 3, start: 50 },
      { sigma: 1, start: 0.999 },
    ];
    for (const modes of [falls, rises]) {
      expect(concludes(evaluate(endOfTraining, { ...base, modes }))).toBe(true);
      const problem = createProblem({
        dim: 2,
        spectrum: modes.map(({ sigma }) => sigma),
        tau: 0,
        starts: modes.map(({ start }) => start),
      });
      expect(Number.isFinite(lastDescent(problem, base.gamma))).toBe(modes === rises);
    }
  });
});
