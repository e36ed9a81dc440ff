import { describe, expect, test } from 'vitest';
import { finetune } from '../../../src/sim/scenarios/finetune.js';
import { finetuneTuned } from '../../../src/sim/scenarios/finetune-tuned.js';
import { incremental } from '../../../src/sim/scenarios/incremental.js';
import { regularize } from '../../../src/sim/scenarios/regularize.js';
import { numbers, runScenario, verdictOf } from '../../support/documents.js';

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

describe.each(['webasm', 'simd'] as const)('tiny steps on %s', (backend) => {
  test.each(cases)('refute nothing: %s %s %o', async (name, claim, settings) => {
    const document = await run(name, settings, backend);
    for (const check of document.checks) expect(check.verdict).not.toBe('fails');
    const { margin } = document.checks.find((check) => check.claim === claim)!;
    // A bound that nothing comes near to would prove nothing.
    expect(margin).toBeLessThan(0.97);
  });

  test('refute nothing in pre-training either', async () => {
    const settings = { dim: 1, spectrum: '1', tau: 1, times: '0.002,0.005', learningRate: '1e-6' };
    const document = await runScenario(incremental, settings, { engine: 'matrix', backend });
    expect(verdictOf(document, 'T0')).toBe('holds');
    expect(document.checks.find(({ claim }) => claim === 'T0')!.margin).toBeLessThan(0.97);
  });
});

describe('tiny steps on the backend that auto takes', () => {
  test.each(cases.filter(([name]) => name !== 'finetuneTuned'))(
    'are made in float64: %s %s %o',
    async (name, claim, settings) => {
      const document = await run(name, settings, 'auto');
      expect(document.compute.precision).toBe('f64');
      expect(document.compute.reason).toMatch(/^float32 could take losses off by /);
      expect(verdictOf(document, claim)).toBe('holds');
      const [theory, simulated] = ['theory', 'sim'].map((kind) =>
        numbers(document, 'curve', `loss_ft_${kind}`),
      );
      simulated!.forEach((value, at) => {
        // Losses of a task that is the same as in pre-training are as small as the rounding of the others.
        expect(Math.abs(value - theory![at]!)).toBeLessThan(1e-9 * Math.abs(theory![at]!) + 1e-15);
      });
    },
  );

  test('larger ones are not', async () => {
    for (const settings of [{ dim: 8 }, { dim: 12, angle: 30 }]) {
      const document = await runScenario(finetune, settings, { engine: 'matrix' });
      expect(document.compute.precision).toBe('f32');
    }
  });
});
