import { describe, expect, test } from 'vitest';
import type { Estimate } from '../../../src/sim/noise/excess.js';
import type { PerturbedCheckpoint } from '../../../src/sim/noise/noise-checks.js';
import { checkOvertraining, checkPerturbationIdentity } from '../../../src/sim/noise/noise-checks.js';
import type { CheckedRun } from '../../../src/sim/training/training-checks.js';
import { createProblem } from '../../../src/theory/problem.js';
import { changed, simulateRun } from '../../support/checked-run.js';

const times = [0.2, 0.6, 1, 1.5, 2.5, 5, 20];
const simulated = await simulateRun({ dim: 3, spectrum: '2,1,0.5', tau: 3 }, times, 'modes', [0.1, 0.3], 400);
const { run, perturbed, gammas, replicates } = simulated;
const exact: CheckedRun = { ...run, expected: undefined };

/** The estimate of one γ changed. */
const reestimated = (index: number, change: (estimate: Estimate) => Estimate) => (point: PerturbedCheckpoint) => ({
  ...point,
  excess: changed(point.excess, index, change),
});

const doubled = reestimated(1, (estimate) => ({ ...estimate, mean: 2 * estimate.mean }));
const negated = reestimated(0, (estimate) => ({ ...estimate, mean: -estimate.mean }));
const lost = reestimated(0, (estimate) => ({ ...estimate, mean: Number.NaN }));

describe('T1: the perturbation identity', () => {
  const judgeAll = (points: readonly PerturbedCheckpoint[]) =>
    checkPerturbationIdentity(run, gammas, replicates, points);

  test('holds for what was simulated, on shapes of any kind', async () => {
    const rectangular = await simulateRun({ rows: 2, hidden: 4, cols: 3, spectrum: '2,1', tau: 2 }, [0.5, 3], 'matrix');
    for (const { run, gammas, replicates, perturbed } of [simulated, rectangular]) {
      const check = checkPerturbationIdentity(run, gammas, replicates, perturbed);
      expect(check).toMatchObject({ claim: 'T1', verdict: 'holds', tolerance: 0 });
      expect(check.margin).toBeLessThan(6);
      expect(check.reason).toContain(`${2 * run.times.length} Monte Carlo means`);
    }
  });

  test.each([
    ['twice as large', doubled],
    ['of the wrong sign', negated],
    ['not a number', lost],
  ])('fails when one mean is %s', (_, wrong) => {
    for (const at of [3, times.length - 1]) expect(judgeAll(changed(perturbed, at, wrong)).verdict).toBe('fails');
  });

  test('fails when the noise of one layer is left out', () => {
    const half = reestimated(1, (estimate) => ({ ...estimate, mean: estimate.mean / 2 }));
    expect(judgeAll(changed(perturbed, 5, half)).verdict).toBe('fails');
  });

  test('fails when the weights that were perturbed are not the ones that were measured', () => {
    const swapped = changed(perturbed, 5, ({ checkpoint, excess }) => ({
      checkpoint: { ...checkpoint, squaredNorms: perturbed[2]!.checkpoint.squaredNorms },
      excess,
    }));
    expect(judgeAll(swapped).verdict).toBe('fails');
  });

  test('does not mistake the heavy tails of a tiny network for a failure', async () => {
    // The γ⁴ e1² e2² of a single weight pair has mean 10⁴ and standard deviation 10⁴√8; a sample of 30 without a large draw
    // has a small mean and a far smaller spread.
    const study = await simulateRun({ dim: 1, spectrum: '1', tau: 2 }, [1], 'modes', [10], 30);
    const { checkpoint } = study.perturbed[0]!;
    const verdictOn = (mean: number) =>
      checkPerturbationIdentity(study.run, [10], 30, [{ checkpoint, excess: [{ mean, standardError: 600 }] }]).verdict;
    expect(verdictOn(6000)).toBe('holds');
    // Six times the mean is ten standard errors of 10⁴√(8/30) away: beyond any luck.
    expect(verdictOn(60_000)).toBe('fails');
  });

  test('says nothing without simulation, with few replicates, or without noise', () => {
    const reasonOf = (checked: CheckedRun, count: number, scales: readonly number[]) =>
      checkPerturbationIdentity(checked, scales, count, perturbed).reason;
    expect(reasonOf(exact, 400, gammas)).toContain('exact engine');
    expect(reasonOf({ ...run, divergedAt: 3 }, 400, gammas)).toContain('diverged at step 3');
    expect(reasonOf(run, 29, gammas)).toContain('take 30');
    expect(reasonOf(run, 400, [0, 0])).toContain('no gamma above 0');
  });
});

describe('T3: overtraining', () => {
  test('holds for what was simulated and for the closed form', () => {
    for (const [checked, points] of [
      [run, perturbed],
      [exact, []],
    ] as const) {
      const check = checkOvertraining(checked, gammas, points);
      expect(check).toMatchObject({ claim: 'T3', verdict: 'holds' });
      expect(check.reason).toContain('for ascending gamma');
    }
  });

  test('tells the inflections: earlier for louder noise', () => {
    // γ²d = 0.03 and 0.27: modes below that never help.
    const { reason } = checkOvertraining(exact, [0.3, 0.1], []);
    const found = /inflections at ([\d.]+), ([\d.]+) for/.exec(reason);
    expect(Number(found?.[2])).toBeLessThan(Number(found?.[1]));
  });

  test.each([
    ['the last', times.length - 1],
    ['the first', 0],
  ])('fails when the simulated curve has its minimum elsewhere: at %s time', (_, at) => {
    const dip = (point: PerturbedCheckpoint) => ({
      ...point,
      excess: point.excess.map((estimate) => ({ ...estimate, mean: -5 })),
    });
    expect(checkOvertraining(run, gammas, changed(perturbed, at, dip)).verdict).toBe('fails');
  });

  test('fails when a simulated value is not a number, wherever it is', () => {
    for (const at of [0, 3, times.length - 1]) {
      expect(checkOvertraining(run, gammas, changed(perturbed, at, lost)).verdict).toBe('fails');
    }
  });

  test('does not mistake rounding on a flat curve for an inflection out of order', () => {
    // Almost nothing is learned yet: what γ = 0.7 adds is just visible in its curve, what γ = 6 adds is lost in rounding.
    const times = Array.from({ length: 60 }, (_, at) => 10 ** (-4 + (4 * at) / 59));
    const flat = { ...exact, times, problem: createProblem({ dim: 2, spectrum: '1,1', tau: 21 }) };
    const check = checkOvertraining(flat, [0.7, 6], []);
    expect(check.reason).toContain('inflections at 0.000100, none for ascending gamma');
    expect(check.verdict).toBe('holds');
    expect(Number.isFinite(check.margin)).toBe(true);
  });

  test('says nothing about modes that do not rise, without noise, or before anything turns', () => {
    const nullModes = { ...exact, problem: createProblem({ dim: 3, spectrum: '2,1', tau: 3 }) };
    expect(checkOvertraining(nullModes, gammas, []).reason).toContain('null modes');
    expect(checkOvertraining(exact, [0], []).reason).toContain('no gamma above 0');
    const early = { ...exact, times: [0.1] };
    expect(checkOvertraining(early, [0.1], []).verdict).toBe('not-applicable');
  });
});
