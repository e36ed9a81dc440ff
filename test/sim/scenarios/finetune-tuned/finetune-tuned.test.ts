import { describe, expect, test } from 'vitest';
import {
  type FinetuneTunedParameters,
  finetuneTuned,
} from '../../../../src/sim/scenarios/finetune-tuned/finetune-tuned.js';
import { numbers, records, runScenario, verdictOf } from '../../../support/documents.js';
import { tuneModes } from '../../../support/finetuning-oracle.js';

const small = {
  dim: 4,
  spectrum: '2,1.2,0.7,0.5',
  tau: 6,
  times: 'log:0.5:40:6',
  target: 'overshoot:1:2.5',
  learningRates: 'log:0.005:0.15:8',
  steps: 10,
};

describe('the best learning rate of every checkpoint', () => {
  test.each(['modes', 'matrix', 'exact'] as const)('is that of a fine scan, engine %s', async (engine) => {
    const document = await runScenario(finetuneTuned, small, { engine });
    const parameters = document.params as FinetuneTunedParameters;
    const values = parameters.target as readonly number[];
    for (const row of records(document, 'curve')) {
      const lossAt = (rate: number) =>
        tuneModes(parameters, Number(row.time), { values, angle: 0, rate, steps: 10, lambda: 0, anchor: 'checkpoint' });
      const scan = Array.from({ length: 4001 }, (_, i) => 0.005 * 30 ** (i / 4000));
      const least = Math.min(...scan.map((rate) => lossAt(rate).lossFt));
      const found = lossAt(Number(row.learning_rate));
      // Rates whose losses are within 10⁻⁹ of ‖A_ft‖² count as equal; the matrix engine adds float32.
      expect(found.lossFt - least).toBeLessThan(engine === 'matrix' ? 1e-4 : 2e-8);
      expect(Number(row.learning_rate)).toBeGreaterThanOrEqual(0.005);
      expect(Number(row.learning_rate)).toBeLessThanOrEqual(0.15 * (1 + 1e-12));
      expect(Math.abs(Number(row.loss_pre_theory) - found.lossPre)).toBeLessThan(1e-9);
      expect(Math.abs(Number(row.loss_ft_theory) - found.lossFt)).toBeLessThan(1e-9);
      expect(Math.abs(Number(row.forgetting_theory) - found.forgetting)).toBeLessThan(1e-9);
      if (engine === 'exact') expect(row.loss_pre_sim).toBeNull();
      else expect(Math.abs(Number(row.loss_pre_sim) - found.lossPre)).toBeLessThan(1e-4);
    }
    expect(document.tables.fixed!.rows.length).toBe(6 * 8);
    if (engine !== 'exact') expect(verdictOf(document, 'T4-steps')).toBe('holds');
  });

  test('divergence is a loss like any other in the search, and no event', async () => {
    const document = await runScenario(finetuneTuned, { ...small, learningRates: 'log:0.005:5:12', steps: 30 });
    expect(document.diverged).toEqual([]);
    const fixed = records(document, 'fixed').filter((row) => row.learning_rate === 5);
    expect(fixed.at(-1)).toMatchObject({ loss_pre_sim: null, loss_pre_theory: null });
    expect(numbers(document, 'curve', 'loss_ft_sim').every(Number.isFinite)).toBe(true);
    // The best rate of the last checkpoint is below the stability limit 1/(2 · 3).
    expect(numbers(document, 'curve', 'learning_rate').at(-1)).toBeLessThan(1 / 6);
  });

  test('survives with few steps and vanishes with many', async () => {
    const [survives, vanishes] = await Promise.all(
      ['survives', 'vanishes'].map((preset) => runScenario(finetuneTuned, { preset })),
    );
    const [turn] = records(survives!, 'inflection');
    expect(Number(turn!.rise_sim)).toBeGreaterThan(3);
    expect([turn!.time_theory, turn!.time_sim]).toEqual([turn!.time_sim, turn!.time_theory]);
    expect(turn!.time_sim).not.toBeNull();
    const [none] = records(vanishes!, 'inflection');
    expect([none!.time_theory, none!.time_sim]).toEqual([null, null]);
    expect(Math.abs(Number(none!.rise_sim))).toBeLessThan(1e-5);
    // Yet every fixed rate in the middle of the grid turns up on that task.
    const rates = [...new Set(numbers(vanishes!, 'fixed', 'learning_rate'))];
    const rises = rates.slice(3, 10).map((rate) => {
      const rows = records(vanishes!, 'fixed').filter((row) => row.learning_rate === rate);
      const losses = rows.map((row) => Number(row.loss_pre_sim));
      return losses.at(-1)! / Math.min(...losses);
    });
    for (const rise of rises) expect(rise).toBeGreaterThan(1.3);
  });

  test('checkpoints that pre-training never reached are left out', async () => {
    const document = await runScenario(finetuneTuned, {
      ...small,
      pretraining: 'descent',
      learningRate: 0.6,
      times: '0.6,1.2,30',
    });
    expect(document.diverged[0]!.network).toBe('pre-training');
    expect(document.tables.curve!.rows.length).toBeLessThan(3);
    expect(records(document, 'inflection')[0]!.time_sim).toBeNull();
  });

  test.each([
    [{ learningRates: '0.1' }, 'learningRates: "0.1" is not allowed; expected log:FROM:TO:COUNT'],
    [{ learningRates: '0.2,0.1' }, 'learningRates: "0.2,0.1" is not allowed; expected log:FROM:TO:COUNT'],
    [
      { preset: 'survive' },
      'preset: "survive" is not allowed; expected a preset of finetune-tuned: survives, vanishes; did you mean survives?',
    ],
  ])('%o is refused in one line', (settings, message) => {
    expect(() => runScenario(finetuneTuned, { ...small, ...settings })).toThrow(message);
  });
});
