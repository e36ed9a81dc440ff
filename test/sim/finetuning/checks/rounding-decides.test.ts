import { describe, expect, test } from 'vitest';
import { decidedByRounding } from '../../../../src/sim/finetuning/checks/numbers.js';
import { finetune } from '../../../../src/sim/scenarios/finetune/finetune.js';
import { misalignment } from '../../../../src/sim/scenarios/misalignment/misalignment.js';
import { records, runScenario, verdictOf } from '../../../support/documents.js';
import { fineTuningRun } from '../../../support/finetuning-run.js';

/**
 * One hidden unit and a task that raises the mode without one above the mode that has it: exact arithmetic stays on the saddle
 * for ever, floating point leaves it.
 */
const saddle = {
  rows: 2,
  cols: 2,
  hidden: 1,
  spectrum: '1,0.5',
  target: '0.5,2',
  tau: 3,
  times: '1,5',
  learningRates: '0.02',
};

describe('networks that rounding decides', () => {
  test.each(['auto', 'simd', 'reference'] as const)(
    'are no support for a claim: all of them on a saddle, backend %s',
    async (backend) => {
      const document = await runScenario(finetune, { ...saddle, steps: 2000 }, { engine: 'matrix', backend });
      // The simulation did leave the saddle, so that a bound that calls this agreement would be worth nothing.
      for (const row of records(document, 'curve')) {
        expect(Math.abs(Number(row.loss_ft_sim) - Number(row.loss_ft_theory))).toBeGreaterThan(3);
      }
      expect(verdictOf(document, 'T4-steps')).toBe('not-applicable');
      const expected =
        /^rounding in f\d\d may decide .*: 2 of 2 networks, first at time 1, learning rate 0.02, lambda 0/;
      expect(document.checks[0]!.reason).toMatch(expected);
      expect(document.warnings.filter((text) => expected.test(text)).length).toBe(1);
    },
  );

  test('are left out and named where there are others', async () => {
    const settings = { ...saddle, steps: 300, learningRates: '0.001,0.2' };
    const document = await runScenario(finetune, settings, { engine: 'matrix', backend: 'reference' });
    expect(document.warnings[0]).toMatch(/: 2 of 4 networks, first at time 1, learning rate 0.2, lambda 0$/);
    const check = document.checks.find(({ claim }) => claim === 'T4-steps')!;
    expect(check).toMatchObject({ verdict: 'holds' });
    expect(check.reason).toMatch(/^2 singular values .* left out: rounding in f64 may decide .*: 2 of 4 networks/s);
  });

  test('are found with turned singular vectors too', async () => {
    const turned = { dim: 6, hidden: 3, angle: 30, steps: 3000, learningRates: '0.02', times: '1,10,100' };
    const document = await runScenario(finetune, turned, { engine: 'matrix' });
    expect(verdictOf(document, 'T4-rotation')).toBe('not-applicable');
    expect(document.warnings[0]).toContain('3 of 3 networks');
    const map = { dim: 4, hidden: 2, steps: 1500, overshoots: '1,3', angles: '0,45', times: '1,30' };
    const cells = await runScenario(misalignment, map);
    expect(cells.warnings[0]).toMatch(/: 6 of 8 networks, first at time 30, learning rate 0.02, lambda 0$/);
  });

  test('are none in an ordinary run', async () => {
    const run = await fineTuningRun({ dim: 3, target: 'scale:2.5', times: '1,10' }, [{ key: 0, rate: 0.01, pull: 0 }]);
    const { count, simulated, rest } = decidedByRounding(run, 'f64');
    expect([count, simulated]).toEqual([0, 2]);
    expect(rest).toEqual(run);
  });
});
