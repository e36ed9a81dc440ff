import { describe, expect, test } from 'vitest';
import {
  type EarlyExposureParameters,
  earlyExposure,
} from '../../../../src/sim/scenarios/early-exposure/early-exposure.js';
import { numbers, records, runScenario } from '../../../support/documents.js';
import { integrate } from '../../../support/integrate.js';

/*
 * The oracle: both factors of each mode under the gradients of the two losses of a mixture written out, integrated by ODEX in
 * pre-training and stepped in the later stages. It shares neither the effective task nor the closed form with the source.
 */

interface Data {
  readonly sigma: number;
  readonly shown: number;
}

function tasksOf(parameters: EarlyExposureParameters): Record<'pre' | 'post' | 'fine', Data>[] {
  const { specialised, strength, inconsistent, level, overshoot, returns } = parameters;
  const shared = [1, 0.75, 0.5, 0.25].map((sigma) => {
    const data = { sigma, shown: 1 };
    return { pre: data, post: data, fine: data };
  });
  const unseen = { sigma: 0, shown: 0 };
  const special = { pre: unseen, post: { sigma: strength, shown: 1 }, fine: unseen };
  const torn = {
    pre: { sigma: level, shown: 1 },
    post: { sigma: overshoot * level, shown: 1 },
    fine: { sigma: returns * level, shown: 1 },
  };
  return [...shared, ...Array(specialised).fill(special), ...Array(inconsistent).fill(torn)];
}

function oracle(parameters: EarlyExposureParameters, mix: number, postSteps: number) {
  const modes = tasksOf(parameters);
  const pull = (factor: number, { sigma, shown }: Data) => -2 * shown * factor * (factor * factor - sigma);
  const factors = modes.map(({ pre, post }) => {
    const velocity = (factor: number) => (1 - mix) * pull(factor, pre) + mix * pull(factor, post);
    return integrate((_, [d]) => [velocity(d!)], [Math.exp(-parameters.tau)], parameters.time, 1e-13)[0]!;
  });
  const steps = (stage: 'post' | 'fine', count: number) => {
    for (let step = 0; step < count; step++) {
      modes.forEach((mode, at) => {
        factors[at]! += parameters.learningRate * pull(factors[at]!, mode[stage]);
      });
    }
  };
  const loss = () => modes.reduce((sum, { post }, at) => sum + post.shown * (factors[at]! ** 2 - post.sigma) ** 2, 0);
  steps('post', postSteps);
  const immediate = loss();
  steps('fine', parameters.steps);
  return { immediate, retained: loss() };
}

const small = { dim: 4, specialised: 2, inconsistent: 3, mixes: '0,0.04,0.09,0.3,1', returns: 1.5, overshoot: 2.5 };

describe('early exposure', () => {
  test.each(['modes', 'exact'] as const)('agrees with integrated gradients, engine %s', async (engine) => {
    const document = await runScenario(earlyExposure, small, { engine });
    const parameters = document.params as EarlyExposureParameters;
    const rows = records(document, 'curve');
    expect(rows.length).toBe(10);
    const accuracy = records(document, 'accuracy');
    for (const [at, row] of rows.entries()) {
      const { immediate, retained } = oracle(parameters, Number(row.mix), Number(row.post_steps));
      // ODEX at 1e-13 through growth by e^5, and a few hundred steps.
      expect(Math.abs(Number(row.loss_immediate_theory) - immediate)).toBeLessThan(1e-8);
      expect(Math.abs(Number(row.loss_retained_theory) - retained)).toBeLessThan(1e-8);
      if (engine === 'exact') expect(row.loss_retained_sim).toBeNull();
      else {
        const known = accuracy[at]!;
        const off = (name: string, exact: number) =>
          Math.abs(Number(row[`${name}_sim`]) - exact - Number(known[`${name}_bias`]));
        expect(off('loss_immediate', immediate)).toBeLessThan(Number(known.loss_immediate_rounding) + 1e-8);
        expect(off('loss_retained', retained)).toBeLessThan(Number(known.loss_retained_rounding) + 1e-8);
      }
    }
    for (const { verdict } of document.checks) expect(verdict).not.toBe('fails');
  });

  test('matched post-training stops at the first step that reaches the loss without exposure', async () => {
    const document = await runScenario(earlyExposure, small);
    const parameters = document.params as EarlyExposureParameters;
    const matched = records(document, 'curve').filter((row) => row.post_training === 'matched');
    const limit = oracle(parameters, 0, parameters.postSteps).immediate;
    for (const row of matched) {
      const [mix, steps] = [Number(row.mix), Number(row.post_steps)];
      expect(oracle(parameters, mix, steps).immediate).toBeLessThanOrEqual(limit + 1e-8);
      if (steps > 0) expect(oracle(parameters, mix, steps - 1).immediate).toBeGreaterThan(limit - 1e-8);
    }
    expect(matched.map((row) => Number(row.post_steps)).slice(0, 1)).toEqual([100]);
    expect(matched.at(-1)!.post_steps).toBe(0);
  });

  test('after long post-training exposure changes nothing, and the verdict says so', async () => {
    const document = await runScenario(earlyExposure, { preset: 'long-post-training' });
    const fixed = records(document, 'curve').filter((row) => row.post_training === 'fixed');
    const retained = fixed.map((row) => Number(row.loss_retained_sim));
    for (const value of retained) expect(value).toBeCloseTo(retained[0]!, 3);
    expect(document.verdict?.verdict).not.toBe('agrees');
  });

  test('leaves the verdict open where no share is above the threshold', async () => {
    const document = await runScenario(earlyExposure, { mixes: '0,0.01' });
    expect(document.verdict?.verdict).toBe('open in the linear model');
    expect(numbers(document, 'threshold', 'mix_sim')).toEqual([Number.NaN]);
  });

  test.each([
    [{ mixes: '0,2' }, 'mixes: "0,2" is not allowed'],
    [{ learningRate: '0.1' }, 'learningRate: 0.1 is not allowed; expected a rate up to 1/(8 sigma) = 0.0625'],
    [{ time: '99999', pretrainingRate: '0.001' }, 'time: 99999 is not allowed'],
    [{ specialised: '-1' }, 'specialised: "-1" is not allowed'],
  ])('%o is refused in one line', (settings, message) => {
    expect(() => runScenario(earlyExposure, settings)).toThrow(message);
  });
});
