import { describe, expect, test } from 'vitest';
import { optimizerConsistency } from '../../../src/sim/scenarios/optimizer-consistency.js';
import { records, runScenario, verdictOf } from '../../support/documents.js';

const small = { dim: 4, seen: 2, trainings: 2, optimizers: 'gradient-descent,muon', tau: 2 };

describe('optimiser consistency', () => {
  test('every pair comes to the same losses', async () => {
    const document = await runScenario(optimizerConsistency, small, { backend: 'reference' });
    const rows = records(document, 'matrix');
    expect(rows.map(({ pretraining, finetuning }) => `${pretraining} ${finetuning}`)).toEqual([
      'gradient-descent gradient-descent',
      'gradient-descent muon',
      'muon gradient-descent',
      'muon muon',
    ]);
    const squaredNorm = 1 + 1 / 2 + 1 / 3 + 1 / 4;
    for (const row of rows) {
      expect(row.reached).toBe(2);
      // Within a thousandth of the last step, which takes less than a tenth off the loss.
      expect(Number(row.loss_pre_before_sim)).toBeLessThanOrEqual(0.02 * squaredNorm);
      expect(Number(row.loss_pre_before_sim)).toBeGreaterThan(0.02 * squaredNorm * 0.9998);
      expect(Number(row.loss_ft_sim) / Number(rows[0]!.loss_ft_sim)).toBeCloseTo(1, 3);
      expect(Number(row.forgetting_sim)).toBeGreaterThan(Number(row.forgetting_theory));
    }
    expect(verdictOf(document, 'T4-bracket')).toBe('holds');
  });

  test('on its defaults the diagonal does not dominate', async () => {
    const document = await runScenario(optimizerConsistency, {});
    expect(document.verdict?.verdict).toBe('disagrees');
    expect(document.warnings).toEqual([]);
  });

  test('at convergence on all inputs every pair forgets the squared distance of the tasks', async () => {
    const settings = { ...small, seen: 4, finetuningGoal: 1e-6, optimizers: 'gradient-descent,momentum' };
    const document = await runScenario(optimizerConsistency, settings, { backend: 'reference' });
    const squaredNorm = 1 + 1 / 2 + 1 / 3 + 1 / 4;
    // A_ft is 1.5 times A: the distance is half the norm. T4-bracket leaves 2D√L = 2 · 0.72 · 0.0022 and less.
    for (const row of records(document, 'matrix')) {
      const after = Number(row.forgetting_sim) + Number(row.loss_pre_before_sim);
      expect(Math.abs(after - squaredNorm / 4)).toBeLessThan(0.0033);
    }
  });

  test('says where a training did not come to its loss', async () => {
    const document = await runScenario(optimizerConsistency, { ...small, patience: 32 });
    expect(document.warnings).toEqual(['in 4 of 4 pairs a training did not come to both losses']);
    expect(document.verdict?.verdict).toBe('open in the linear model');
  });

  test.each([
    [{ seen: 9 }, 'seen: 9 is not allowed; expected an integer from 1 to dim, 8'],
    [{ target: 'shuffle' }, 'target: "shuffle" is not allowed'],
    [{ optimizers: 'adam,adam' }, 'optimizers: "adam,adam" is not allowed'],
    [{ optimizers: 'newton' }, 'optimizers: "newton" is not allowed'],
  ])('%o is refused in one line', (settings, message) => {
    expect(() => runScenario(optimizerConsistency, settings)).toThrow(message);
  });
});
