import { describe, expect, test } from 'vitest';
import { planFineTuning } from '../../../src/sim/finetuning/prepare.js';
import { planTunings } from '../../../src/sim/finetuning/tables.js';
import { resolveParameters } from '../../../src/sim/scenario/resolve.js';
import type { RunDocument } from '../../../src/sim/scenario/run-document.js';
import { finetune } from '../../../src/sim/scenarios/finetune/finetune.js';
import { finetuneTuned } from '../../../src/sim/scenarios/finetune-tuned/finetune-tuned.js';
import { incremental } from '../../../src/sim/scenarios/incremental/incremental.js';
import { regularize } from '../../../src/sim/scenarios/regularize/regularize.js';
import { numbers, runScenario, verdictOf } from '../../support/documents.js';
import { some } from '../../support/sample-size.js';

/*
 * Thousands of steps that change a weight by a few units in its last place: rounding then goes the same way in all of them.
 */

const overshooting = { steps: 5000, tau: 3, target: 'scale:2.8', times: '1,2,4' };

const scenarios = { finetune, finetuneTuned, regularize } as const;

const cases = [
  ['finetune', 'T4-steps', { ...overshooting, dim: 1, target: '2.8', learningRates: '1e-6' }],
  [
    'finetune',
    'T4-steps',
    { dim: 4, steps: 5000, times: 'log:1:300:8', learningRates: '1e-7,3e-7,1e-6,3e-6,1e-5,3e-5,1e-4' },
  ],
  ['regularize', 'T5', { dim: 4, steps: 5000, times: 'log:1:300:8', learningRates: '1e-6' }],
  ['finetune', 'T4-rotation', { ...overshooting, dim: 2, angle: 30, learningRates: '1e-7,3e-7,1e-6,3e-6' }],
  ['finetuneTuned', 'T4-steps', { ...overshooting, dim: 2, learningRates: '3e-7,1e-6' }],
  ['finetune', 'T4-steps', { ...overshooting, dim: 8, learningRates: '1e-7,3e-7,1e-6,2e-6,4e-6,1e-5' }],
] as const;

const run = (
  name: keyof typeof scenarios,
  settings: Readonly<Record<string, unknown>>,
  backend: 'auto' | 'webasm' | 'simd',
) => runScenario<never>(scenarios[name] as never, settings, { engine: 'matrix', backend });

/** Largest error of a loss as a share of it, or of 1 % of the squared norm of the larger task. */
function largestShare(document: RunDocument): number {
  const { spectrum, target } = document.params as { spectrum: number[]; target: number[] };
  const squared = [spectrum, target].map((values) => values.reduce((sum, value) => sum + value * value, 0));
  const floor = 0.01 * Math.max(...squared);
  return ['loss_pre', 'loss_ft'].reduce((most, name) => {
    const [theory, simulated] = ['theory', 'sim'].map((kind) => numbers(document, 'curve', `${name}_${kind}`));
    return simulated!.reduce(
      (worst, value, at) => Math.max(worst, Math.abs(value - theory![at]!) / Math.max(theory![at]!, floor)),
      most,
    );
  }, 0);
}

describe.each(['webasm', 'simd'] as const)('tiny steps on %s', (backend) => {
  test.each(some(cases, 2))('refute nothing: %s %s %o', async (name, claim, settings) => {
    const document = await run(name, settings, backend);
    for (const check of document.checks) expect(check.verdict).not.toBe('fails');
    const { margin } = document.checks.find((check) => check.claim === claim)!;
    // A bound that nothing comes near to would prove nothing.
    expect(margin).toBeLessThan(0.97);
  });

  test('are silent where rounding does not show', async () => {
    const document = await run('finetune', { dim: 8, times: '1,10', learningRates: '0.01' }, backend);
    expect(document.warnings).toEqual([]);
    expect(largestShare(document)).toBeLessThan(1e-4);
  });

  test('refute nothing in pre-training either', async () => {
    const settings = { dim: 1, spectrum: '1', tau: 1, times: '0.002,0.005', learningRate: '1e-6' };
    const document = await runScenario(incremental, settings, { engine: 'matrix', backend });
    expect(verdictOf(document, 'T0')).toBe('holds');
    expect(document.checks.find(({ claim }) => claim === 'T0')!.margin).toBeLessThan(0.97);
  });
});

describe('tiny steps on the backend that auto takes', () => {
  test.each(
    some(
      cases.filter(([name]) => name !== 'finetuneTuned'),
      2,
    ),
  )('are made in float64: %s %s %o', async (name, claim, settings) => {
    const document = await run(name, settings, 'auto');
    expect(document.compute.precision).toBe('f64');
    expect(document.compute.reason).toMatch(/^float64, since float32 is not expected to save/);
    expect(verdictOf(document, claim)).toBe('holds');
    const [theory, simulated] = ['theory', 'sim'].map((kind) => numbers(document, 'curve', `loss_ft_${kind}`));
    simulated!.forEach((value, at) => {
      // Losses of a task that is the same as in pre-training are as small as the rounding of the others.
      expect(Math.abs(value - theory![at]!)).toBeLessThan(1e-9 * Math.abs(theory![at]!) + 1e-15);
    });
  });

  test('need float64 where there is so much to do that float32 would save time, and larger ones do not', async () => {
    const much = { dim: 64, times: '1,10,100', learningRates: '0.01' };
    for (const [settings, reason] of [
      [{ ...much, steps: 10_000 }, 'float32 rounding could show in the losses'],
      [{ ...much, steps: 100, times: 'log:1:100:80' }, undefined],
    ] as const) {
      const parameters = resolveParameters(finetune, settings);
      const tunings = planTunings([{ key: 0, rate: 0.01, pull: 0 }], parameters.times, {
        values: parameters.target as readonly number[],
        angle: 0,
      });
      const plan = await planFineTuning(parameters, tunings, { seed: 1, engine: 'matrix', backend: 'auto' });
      expect(plan.backend!.operations).toBeGreaterThan(1e10);
      expect(plan.backend!.float64Reason).toBe(reason);
    }
  });
});
