import { describe, expect, test } from 'vitest';
import { finetune } from '../../../src/sim/scenarios/finetune/finetune.js';
import { finetuneTuned } from '../../../src/sim/scenarios/finetune-tuned/finetune-tuned.js';
import { misalignment } from '../../../src/sim/scenarios/misalignment/misalignment.js';
import { regularize } from '../../../src/sim/scenarios/regularize/regularize.js';
import { numbers, records, runScenario } from '../../support/documents.js';
import { tuneModes } from '../../support/finetuning-oracle.js';

const small = { dim: 4, spectrum: '2,1.2,0.7,0.5', tau: 3, times: '0.5,2,8', steps: 10 };
const rates = { learningRates: '0.01,0.05' };

describe('the table task', () => {
  test.each([2, 3, 5])(
    'says what a shuffled task is, by which the losses can be computed again, seed %d',
    async (seed) => {
      const document = await runScenario(finetune, { ...small, ...rates, target: 'shuffle' }, { seed });
      const task = records(document, 'task');
      expect(task.map(({ mode }) => mode)).toEqual([1, 2, 3, 4]);
      expect(task.map(({ sigma }) => sigma)).toEqual([2, 1.2, 0.7, 0.5]);
      const values = task.map((row) => Number(row.sigma_ft));
      expect([...values].sort((a, b) => b - a)).toEqual([2, 1.2, 0.7, 0.5]);
      for (const row of records(document, 'curve')) {
        const rate = Number(row.learning_rate);
        const tuning = { values, angle: 0, rate, steps: 10, lambda: 0, anchor: 'checkpoint' as const };
        const parameters = document.params as Parameters<typeof tuneModes>[0];
        const { lossPre } = tuneModes(parameters, Number(row.time), tuning);
        expect(Number(row.loss_pre_theory)).toBeCloseTo(lossPre, 9);
      }
    },
  );

  test('is there in every scenario of fine-tuning', async () => {
    const tuned = await runScenario(finetuneTuned, { ...small, ...rates, target: '3,1,0,0.5' });
    const pulled = await runScenario(regularize, { ...small, target: '3,1,0,0.5', lambdas: '0,1' });
    for (const document of [tuned, pulled]) expect(numbers(document, 'task', 'sigma_ft')).toEqual([3, 1, 0, 0.5]);
    const map = await runScenario(misalignment, { ...small, overshoots: '1,3', angles: '0,20' }, { engine: 'exact' });
    expect(records(map, 'task').map((row) => [row.overshoot, row.sigma_ft])).toEqual([
      ...[2, 1.2, 0.7, 0.5].map((value) => [1, value]),
      ...[2, 1.2, 3 * 0.7, 1.5].map((value) => [3, value]),
    ]);
  });
});

describe('the table accuracy', () => {
  const descent = { ...small, pretraining: 'descent' };

  test.each(['modes', 'matrix'] as const)(
    'has the bias of trained checkpoints in finetune-tuned, engine %s',
    async (engine) => {
      const document = await runScenario(finetuneTuned, { ...descent, ...rates, target: 'scale:2' }, { engine });
      expect(numbers(document, 'accuracy', 'time')).toEqual([0.5, 2, 8]);
      expectBias('loss_pre');
      expectBias('loss_ft');

      function expectBias(name: string): void {
        const [sim, theory] = ['sim', 'theory'].map((kind) => numbers(document, 'curve', `${name}_${kind}`));
        const rounding = numbers(document, 'accuracy', `${name}_rounding`);
        const bias = numbers(document, 'accuracy', `${name}_bias`);
        expect(Math.max(...bias.map(Math.abs))).toBeGreaterThan(1e-6);
        bias.forEach((known, at) => {
          expect(Math.abs(sim![at]! - theory![at]! - known)).toBeLessThan(rounding[at]! + 1e-9);
        });
      }
    },
  );

  test('has what is largest among the checkpoints of a cell in misalignment', async () => {
    const one = { ...descent, overshoots: '3', angles: '0', lambda: 0 };
    const cell = await runScenario(misalignment, one, { engine: 'modes' });
    const { spectrum } = cell.params as { spectrum: readonly number[] };
    const target = spectrum.map((sigma, mode) => (mode < 2 ? sigma : 3 * sigma));
    const curve = await runScenario(finetune, { ...descent, target, learningRates: '0.02' }, { engine: 'modes' });
    const [row] = records(cell, 'accuracy');
    expect(row).toMatchObject({ overshoot: 3, angle: 0 });
    for (const name of ['loss_pre_bias', 'loss_pre_rounding', 'loss_ft_bias', 'loss_ft_rounding']) {
      const sizes = numbers(curve, 'accuracy', name).map(Math.abs);
      expect(Math.abs(Number(row![name]))).toBe(Math.max(...sizes));
    }
  });
});

describe('with finetuning=flow', () => {
  test('reasons and columns speak of gradient flow', async () => {
    const settings = { ...small, ...rates, target: 'scale:2', finetuning: 'flow' };
    const document = await runScenario(finetune, settings);
    const check = document.checks.find(({ claim }) => claim === 'T4-steps')!;
    expect(check.reason).toBe('nothing was simulated: the exact engine is the closed form of gradient flow itself');
    const column = document.tables.curve!.columns.find(({ name }) => name === 'loss_pre_theory')!;
    expect(column.description).toContain('with finetuning=flow the closed form of gradient flow');
    const steps = await runScenario(finetune, { ...settings, finetuning: 'descent' }, { engine: 'exact' });
    expect(steps.checks.find(({ claim }) => claim === 'T4-steps')!.reason).toContain('is the recurrence itself');
  });
});
