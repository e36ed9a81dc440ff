import { describe, expect, test } from 'vitest';
import type { PerturbedCheckpoint } from '../../../src/sim/noise/noise-checks.js';
import { checkOvertraining, checkPerturbationIdentity } from '../../../src/sim/noise/noise-checks.js';
import { type Check, judge, notApplicable } from '../../../src/sim/scenario/scenario.js';
import { worstCheck } from '../../../src/sim/training/training-checks.js';
import { changed, simulateRun } from '../../support/checked-run.js';

const named = (...checks: readonly Check[]) => checks.map((check, index) => ({ name: `net ${index}`, check }));
const holding = (margin: number, tolerance = 0) => judge('T1', margin, tolerance, `margin ${margin}`);
const excused = notApplicable('T1', 'no noise');

describe('one verdict on several networks', () => {
  test('is that of the one with the least slack, which is named', () => {
    expect(worstCheck(named(holding(3), holding(1), holding(2)))).toEqual({
      ...holding(1),
      reason: 'net 1, the worst of 3: margin 1',
    });
    // Slack counts, not margin: 0.5 beside −1 + 2.
    expect(worstCheck(named(holding(-1, 2), holding(0.5))).margin).toBe(0.5);
  });

  test('fails where it fails on one, wherever that is and whatever the others leave', () => {
    const failing = holding(-1);
    for (const checks of [
      [failing, holding(3), excused],
      [holding(3), excused, failing],
      [holding(-Infinity, Infinity), failing],
    ]) {
      expect(worstCheck(named(...checks))).toMatchObject({ verdict: 'fails', margin: -1 });
    }
    const lost = worstCheck(named(failing, holding(Number.NaN), holding(-5)));
    expect(lost).toMatchObject({ verdict: 'fails', margin: Number.NaN });
  });

  test('says to how many it does not apply, and why where it applies to none', () => {
    expect(worstCheck(named(excused, holding(2))).reason).toBe(
      'net 1, the worst of 1 (not applicable to 1 more): margin 2',
    );
    expect(worstCheck(named(excused, excused, excused))).toEqual({ ...excused, reason: 'net 0 and 2 more: no noise' });
    expect(worstCheck(named(excused))).toEqual(excused);
    expect(worstCheck(named(holding(2)))).toEqual(holding(2));
  });
});

describe('several simulated networks', async () => {
  const times = [0.2, 0.6, 1, 1.5, 2.5, 5, 20];
  const runs = await Promise.all(
    [2, 3, 4].map((dim) => simulateRun({ dim, spectrum: 'power:1', tau: 3 }, times, 'modes', [0.1, 0.3], 200)),
  );
  const judged = (tampered: number, wrong: (points: readonly PerturbedCheckpoint[]) => PerturbedCheckpoint[]) =>
    [checkPerturbationIdentity, checkOvertraining].map((check) =>
      worstCheck(
        runs.map(({ run, gammas, replicates, perturbed }, index) => {
          const points = index === tampered ? wrong(perturbed) : perturbed;
          const found =
            check === checkPerturbationIdentity
              ? checkPerturbationIdentity(run, gammas, replicates, points)
              : checkOvertraining(run, gammas, points);
          return { name: `dim ${run.problem.rows}`, check: found };
        }),
      ),
    );
  const dipped = (points: readonly PerturbedCheckpoint[]) =>
    changed(points, times.length - 1, (point) => ({
      ...point,
      excess: point.excess.map((estimate) => ({ ...estimate, mean: -5 })),
    }));

  test('meet T1 and T3 as they are', () => {
    expect(judged(-1, dipped).map(({ verdict }) => verdict)).toEqual(['holds', 'holds']);
  });

  test.each([0, 1, 2])('fail both when the numbers of one are tampered with: %i', (tampered) => {
    for (const { verdict, reason } of judged(tampered, dipped)) {
      expect(verdict).toBe('fails');
      expect(reason).toContain(`dim ${tampered + 2}, the worst of 3: `);
    }
  });
});
