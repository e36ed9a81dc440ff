import { describe, expect, test } from 'vitest';
import type { RunDocument } from '../../../../src/sim/scenario/run-document.js';
import { incremental } from '../../../../src/sim/scenarios/incremental/incremental.js';
import { numbers, records, runScenario, timeless, verdictOf } from '../../../support/documents.js';
import { textbookCurve, textbookValues } from '../../../support/textbook.js';

const settings = { dim: 4, spectrum: '2,1,0.5,0.2', tau: 5, times: 'linear:0:20:21' };

function expectTextbook(document: RunDocument): void {
  const task = document.params as Parameters<typeof textbookValues>[0];
  for (const row of records(document, 'modes')) {
    const exact = textbookValues(task, Number(row.time))[Number(row.mode) - 1]!;
    expect(Math.abs(Number(row.singular_value_theory) / exact - 1)).toBeLessThan(1e-9);
    expect(row.sigma).toBe(task.spectrum[Number(row.mode) - 1]);
  }
  for (const row of records(document, 'loss')) {
    const { loss } = textbookCurve(task, 0, Number(row.time));
    // Late in training the textbook loses the gap to cancellation: 10⁻⁹ of the initial loss is what can be asked.
    expect(Math.abs(Number(row.loss_theory) - loss)).toBeLessThan(1e-9 * 5.29);
  }
}

describe('incremental learning', () => {
  test.each(['modes', 'matrix'] as const)('follows theory mode by mode, engine %s', async (engine) => {
    const document = await runScenario(incremental, settings, { engine });
    expectTextbook(document);
    expect(document.tables.modes!.rows.length).toBe(21 * 4);
    const [theory, sim] = ['theory', 'sim'].map((kind) => numbers(document, 'modes', `singular_value_${kind}`));
    // A delay of a tenth of a mode's growth time 1/(4σ) moves s by at most σ²/(40σ) = 0.05: more could be seen.
    sim!.forEach((value, at) => {
      expect(Math.abs(value - theory![at]!)).toBeLessThan(0.05);
    });
    const [exactLoss, simulatedLoss] = ['theory', 'sim'].map((kind) => numbers(document, 'loss', `loss_${kind}`));
    simulatedLoss!.forEach((value, at) => {
      expect(Math.abs(value - exactLoss![at]!)).toBeLessThan(1.01e-3 * 5.29);
    });
    for (const claim of ['T0', 'T0-bounds', 'T2']) expect(verdictOf(document, claim)).toBe('holds');
    expect(document.warnings).toEqual([]);
  });

  test('learns the features one at a time, largest first', async () => {
    const document = await runScenario(incremental, { ...settings, tau: 20, times: 'linear:0.5:60:120' });
    const learnedAt = [1, 2, 3, 4].map((mode) => {
      const rows = records(document, 'modes').filter((row) => row.mode === mode);
      return Number(rows.find((row) => Number(row.singular_value_sim) > Number(row.sigma) / 2)?.time);
    });
    learnedAt.forEach((time, mode) => {
      const sigma = [2, 1, 0.5, 0.2][mode]!;
      const halfTime = Math.log(sigma / Math.exp(-40) - 1) / (4 * sigma);
      // The grid sees it up to half a unit late, and discretisation delays it by less than one growth time 1/(4σ).
      expect(time - halfTime).toBeGreaterThanOrEqual(-0.01);
      expect(time - halfTime).toBeLessThan(0.5 + 1 / (4 * sigma));
    });
  });

  test('rows come by time, then mode', async () => {
    const document = await runScenario(incremental, settings);
    const keys = records(document, 'modes').map((row) => [row.time, row.mode]);
    expect(keys).toEqual(Array.from({ length: 84 }, (_, at) => [Math.floor(at / 4), (at % 4) + 1]));
  });

  test('rectangular networks keep the modes they have room for', async () => {
    const shape = { rows: 6, hidden: 2, cols: 4, spectrum: '2,1,0.5', times: '1,30' };
    for (const engine of ['modes', 'matrix'] as const) {
      const document = await runScenario(incremental, { ...settings, ...shape }, { engine });
      expectTextbook(document);
      expect(document.tables.modes!.rows.length).toBe(2 * 2);
      // What is left is the third singular value, 0.25.
      expect(numbers(document, 'loss', 'loss_sim')[1]).toBeCloseTo(0.25, 5);
      expect(verdictOf(document, 'T0')).toBe('holds');
    }
  });

  test('the exact engine has no simulated column', async () => {
    const document = await runScenario(incremental, settings, { engine: 'exact' });
    expectTextbook(document);
    expect(records(document, 'modes').every((row) => row.singular_value_sim === null)).toBe(true);
    expect(records(document, 'loss').every((row) => row.loss_sim === null)).toBe(true);
    expect(verdictOf(document, 'T0')).toBe('not-applicable');
    expect(verdictOf(document, 'T0-bounds')).toBe('holds');
  });

  test('is identical when run again, and in another basis with another seed', async () => {
    const run = (seed: number) => runScenario(incremental, settings, { engine: 'matrix', seed });
    const one = await run(5);
    expect(timeless(await run(5))).toEqual(timeless(one));
    const values = (document: RunDocument) => numbers(document, 'modes', 'singular_value_sim');
    expect(values(await run(6))).not.toEqual(values(one));
  });

  test('a rate that the user sets is kept, with a warning where it is coarse', async () => {
    const document = await runScenario(incremental, { ...settings, learningRate: 0.1 });
    expect(document.params).toMatchObject({ learningRate: 0.1 });
    expect(document.warnings).toEqual([
      '200 steps of gradient descent leave a discretisation bias above 0.1 % of the initial loss',
    ]);
    expect(verdictOf(document, 'T0')).toBe('holds');
    expect(verdictOf(document, 'T2')).toBe('holds');
  });
});
