import { describe, expect, test } from 'vitest';
import { gaussian } from '../../../src/sim/scenarios/gaussian/gaussian.js';
import { incremental } from '../../../src/sim/scenarios/incremental/incremental.js';
import { descendFactor } from '../../../src/theory/descent.js';
import { numbers, records, runScenario, verdictOf } from '../../support/documents.js';

/** First step after which `(D² − σ)²` of a single mode has risen. */
function firstRise(sigma: number, tau: number, rate: number): number {
  let factor = Math.exp(-tau);
  for (let step = 1; step < 10_000; step++) {
    const next = descendFactor(factor, sigma, rate);
    if (!((next ** 2 - sigma) ** 2 <= (factor ** 2 - sigma) ** 2)) return step;
    factor = next;
  }
  throw new Error('the loss never rose');
}

describe('a learning rate beyond the stability limit', () => {
  const settings = { dim: 1, spectrum: '2', tau: 3, times: 'linear:0:20:41', learningRate: 0.3 };

  test.each(['modes', 'matrix'] as const)(
    'is run, warned of, and reported with the step, engine %s',
    async (engine) => {
      for (const [scenario, extra] of [
        [incremental, {}],
        [gaussian, { gammas: '0.1', replicates: 40 }],
      ] as const) {
        const document = await runScenario<object>(scenario as never, { ...settings, ...extra }, { engine });
        const step = firstRise(2, 3, 0.3);
        expect(step).toBeGreaterThan(3);
        expect(document.diverged).toEqual([{ network: 'pre-training', step, learning_rate: 0.3 }]);
        expect(document.warnings).toEqual([
          'learningRate 0.3 is beyond the stability limit 1/(2 sigma_1) = 0.2500 of gradient descent',
        ]);
        const table = scenario === gaussian ? 'curve' : 'loss';
        const column = scenario === gaussian ? 'perturbed_loss_sim' : 'loss_sim';
        for (const row of records(document, table)) {
          // Whole steps of 0.3, a hair of rounding above the times that they meet.
          const steps = Math.floor((Number(row.time) / 0.3) * (1 + 1e-12));
          expect(row[column] === null).toBe(steps >= step);
          expect(Number.isFinite(row.loss_theory ?? row.perturbed_loss_theory)).toBe(true);
        }
        for (const { claim, verdict, reason } of document.checks) {
          expect(verdict).not.toBe('fails');
          if (claim !== 'T3') expect(reason).toContain(`diverged at step ${step}`);
        }
      }
    },
  );

  test('leaves no simulated inflection, and everything that theory knows', async () => {
    const document = await runScenario(gaussian, { ...settings, gammas: '0.3', replicates: 40 });
    const [inflection] = records(document, 'inflection');
    expect(inflection!.time_sim).toBeNull();
    expect(Number(inflection!.time_theory)).toBeGreaterThan(0);
    expect(verdictOf(document, 'T3')).toBe('holds');
  });

  test('just below the limit nothing diverges, whatever the overshoot', async () => {
    for (const rate of [0.2, 0.24, 0.2499]) {
      const document = await runScenario(gaussian, { ...settings, learningRate: rate, gammas: '0.1', replicates: 40 });
      expect(document.diverged).toEqual([]);
      expect(document.checks.map(({ verdict }) => verdict)).toEqual(['holds', 'holds', 'holds', 'holds']);
    }
  });

  test('a start far above the spectrum can diverge below the limit of the task', async () => {
    const document = await runScenario(incremental, {
      dim: 1,
      spectrum: '0.01',
      tau: 0,
      times: '20,100',
      learningRate: 20,
    });
    expect(document.diverged).toEqual([{ network: 'pre-training', step: 1, learning_rate: 20 }]);
    expect(numbers(document, 'loss', 'loss_sim')).toEqual([Number.NaN, Number.NaN]);
  });
});
