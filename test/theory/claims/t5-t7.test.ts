import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { sharedOptimum } from '../../../src/theory/capacity.js';
import { concludes } from '../../../src/theory/claims/engine/claim.js';
import { falsifyClaim } from '../../../src/theory/claims/engine/falsify.js';
import {
  regularizationCost,
  regularizedFineTuning,
  regularizedInflection,
} from '../../../src/theory/claims/t5-regularized-finetuning.js';
import { sharedCapacity } from '../../../src/theory/claims/t7-capacity.js';
import { testClaim } from '../../../src/vitest.js';
import { samples } from '../../support/sample-size.js';

for (const claim of [regularizedFineTuning, sharedCapacity])
  testClaim<never>(claim as never, { runs: samples(30), seed: 7 });
for (const claim of [regularizedInflection, regularizationCost])
  testClaim<never>(claim as never, { runs: samples(30), seed: 7 });

describe('hypotheses', () => {
  test.each([regularizedInflection, regularizationCost])('$id needs the larger pull', (claim) => {
    const [attacked] = falsifyClaim(claim, { runs: 2000, seed: 3 });
    expect(attacked?.verdict).toBe('needed');
    expect(attacked?.counterexample?.instance.modes.length).toBe(1);
  });
});

describe('edges', () => {
  test('a mode exactly at the threshold neither raises nor lowers the loss', () => {
    const modes = [
      { sigma: 2, target: 6 },
      { sigma: 1, target: 3 },
    ];
    expect(concludes(regularizedInflection.conclusion({ modes, pull: 1, more: 0 }))).toBe(true);
  });

  test('two orthogonal tasks of rank one need two hidden units', () => {
    const tasks = [
      { task: new Matrix([[3], [0]]), weight: 0.5 },
      { task: new Matrix([[0], [1]]), weight: 0.5 },
    ];
    expect(sharedOptimum(tasks, 1).loss).toBeCloseTo(0.5, 14);
    expect(sharedOptimum(tasks, 2).loss).toBeCloseTo(0, 14);
  });
});
