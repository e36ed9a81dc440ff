import { describe, expect, test } from 'vitest';
import { type MisalignmentParameters, misalignment } from '../../../../src/sim/scenarios/misalignment/misalignment.js';
import { numbers, records, runScenario, verdictOf } from '../../../support/documents.js';
import { tuneMatrices } from '../../../support/finetuning-oracle.js';
import { seededRandom } from '../../../support/random-matrices.js';

const small = {
  dim: 4,
  spectrum: '1,0.7,0.5,0.35',
  tau: 8,
  times: 'log:1:80:7',
  overshoots: '1,2,3',
  angles: '0,30,90',
  unchanged: 1,
  learningRates: '0.02',
  steps: 60,
};

describe('the phase diagram', () => {
  test.each(['matrix', 'exact'] as const)('agrees with plain gradient descent, engine %s', async (engine) => {
    const document = await runScenario(misalignment, { ...small, lambda: 0.3 }, { engine });
    const parameters = document.params as MisalignmentParameters;
    const rows = records(document, 'map');
    expect(rows.map((row) => [row.overshoot, row.angle])).toEqual(
      [1, 2, 3].flatMap((overshoot) => [0, 30, 90].map((angle) => [overshoot, angle])),
    );
    for (const row of rows) {
      const values = parameters.spectrum.map((sigma, mode) => (mode < 1 ? sigma : Number(row.overshoot) * sigma));
      const losses = parameters.times.map(
        (time) =>
          tuneMatrices(
            parameters,
            time,
            { values, angle: Number(row.angle), rate: 0.02, steps: 60, lambda: 0.3, anchor: 'checkpoint' },
            seededRandom(8),
          ).lossPre,
      );
      const rise = losses.at(-1)! - Math.min(...losses);
      expect(Math.abs(Number(row.rise_theory) - rise)).toBeLessThan(1e-9);
      if (engine === 'exact') expect(row.rise_sim).toBeNull();
      else expect(Math.abs(Number(row.rise_sim) - rise)).toBeLessThan(1e-4);
    }
    expect(verdictOf(document, 'T4-overshoot')).toBe('holds');
    for (const { verdict } of document.checks) expect(verdict).not.toBe('fails');
  });

  test('is drawn with its boundary: 2 + lambda at 0 degrees, lower where vectors are turned', async () => {
    const document = await runScenario(
      misalignment,
      { ...small, steps: 400, tau: 40, times: '1', lambda: 0.25 },
      { engine: 'exact' },
    );
    const rows = records(document, 'boundary');
    expect(rows.map(({ angle }) => angle)).toEqual([0, 30, 90]);
    expect(rows.map(({ overshoot_converged: limit }) => limit)).toEqual([2.25, null, null]);
    const heights = rows.map((row) => Number(row.overshoot_theory));
    // 400 steps of 0.02 leave e^{-4·8·0.35·1.25·2} of the slowest gap.
    expect(heights[0]).toBeGreaterThan(2.25);
    expect(heights[0]).toBeLessThan(2.2501);
    expect(heights[1]).toBeLessThan(heights[0]!);
    expect(heights[2]).toBeLessThan(heights[1]!);
  });

  test('shows nothing below the boundary, a rise above it', async () => {
    const settings = { times: 'log:1:300:8', overshoots: 'linear:1:4:7', angles: '0,30,60,90' };
    const document = await runScenario(misalignment, settings, { engine: 'exact' });
    const boundary = new Map(records(document, 'boundary').map((row) => [row.angle, Number(row.overshoot_theory)]));
    for (const row of records(document, 'map')) {
      const above = Number(row.overshoot) - boundary.get(row.angle!)!;
      if (above > 0.3) expect(Number(row.rise_theory)).toBeGreaterThan(0.05);
      if (above < -0.3) expect(Number(row.rise_theory)).toBeLessThan(0.05);
    }
    expect(boundary.get(90)).toBeLessThan(boundary.get(0)! - 0.3);
    expect(document.tables.curve!.rows.length).toBe(6 * 8);
  });

  test('cells with a network that diverged are empty, the others are not', async () => {
    const document = await runScenario(misalignment, { ...small, overshoots: '1,40', angles: '0,20', steps: 20 });
    expect(numbers(document, 'map', 'rise_sim').map(Number.isNaN)).toEqual([false, false, true, true]);
    expect(document.diverged.length).toBeGreaterThan(0);
    expect(document.diverged[0]!.network).toMatch(/^overshoot 40, angle (0|20), time /);
  });

  test('the modes engine takes shared vectors only', async () => {
    const shared = await runScenario(misalignment, { ...small, angles: '0,90,180' }, { engine: 'modes' });
    expect(shared.compute.engine).toBe('modes');
    expect(verdictOf(shared, 'T4-steps')).toBe('holds');
    expect(verdictOf(shared, 'T4-rotation')).toBe('not-applicable');
    const [zero, , half] = records(shared, 'map');
    expect(half!.rise_sim).toBe(zero!.rise_sim);
    await expect(runScenario(misalignment, small, { engine: 'modes' })).rejects.toThrow(
      'expected matrix or exact at an angle of 30 degrees',
    );
  });

  test.each([
    [{ unchanged: 5 }, 'unchanged: 5 is not allowed; expected an integer from 0 to 4'],
    [{ angles: '0,200' }, 'angles: "0,200" is not allowed; expected linear:FROM:TO:COUNT'],
    [{ angles: '90,0' }, 'angles: "90,0" is not allowed; expected linear:FROM:TO:COUNT'],
    [{ overshoots: '-1' }, 'overshoots: "-1" is not allowed; expected linear:FROM:TO:COUNT'],
  ])('%o is refused in one line', (settings, message) => {
    expect(() => runScenario(misalignment, { ...small, ...settings })).toThrow(message);
  });

  test('a task that changes no mode claims no boundary', async () => {
    const document = await runScenario(misalignment, { ...small, unchanged: 4 }, { engine: 'exact' });
    expect(verdictOf(document, 'T4-overshoot')).toBe('not-applicable');
  });
});
