import { describe, expect, test } from 'vitest';
import { comparisons, consistencyVerdict } from '../../../../src/sim/scenarios/optimizer-consistency/verdict.js';

const NAMES = ['adam', 'muon', 'sign-descent'];
const matrix = (value: (pretraining: string, finetuning: string) => number) =>
  NAMES.flatMap((pretraining) =>
    NAMES.map((finetuning) => ({
      pretraining,
      finetuning,
      forgetting: [0.99, 1, 1.02].map((factor) => factor * value(pretraining, finetuning)),
    })),
  );

describe('the verdict on consistency', () => {
  test('agrees where the diagonal is least everywhere', () => {
    const verdict = consistencyVerdict(matrix((a, b) => (a === b ? 1 : 2)));
    expect(verdict.verdict).toBe('agrees');
    expect(verdict.reason).toContain('of 6 pairs of different optimisers 6 forget more');
  });

  test('disagrees where others forget less, is open where nothing differs or one column wins', () => {
    expect(consistencyVerdict(matrix((a, b) => (a === b ? 2 : 1))).verdict).toBe('disagrees');
    expect(consistencyVerdict(matrix(() => 1)).verdict).toBe('open in the linear model');
    expect(consistencyVerdict(matrix((_, b) => 1 + NAMES.indexOf(b))).verdict).toBe('open in the linear model');
    expect(consistencyVerdict([]).verdict).toBe('open in the linear model');
  });

  test('compares training by training, so that what all share does not count', () => {
    const pairs = [
      { pretraining: 'adam', finetuning: 'adam', forgetting: [1, 5, 9] },
      { pretraining: 'adam', finetuning: 'muon', forgetting: [1.1, 5.11, 9.1] },
    ];
    expect(comparisons(pairs)).toEqual([{ pretraining: 'adam', least: 'adam', more: ['muon'], less: [], others: 1 }]);
  });
});
