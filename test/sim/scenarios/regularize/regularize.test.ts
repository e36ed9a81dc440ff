import { describe, expect, test } from 'vitest';
import { type RegularizeParameters, regularize } from '../../../../src/sim/scenarios/regularize/regularize.js';
import { numbers, records, runScenario, verdictOf } from '../../../support/documents.js';
import { tuneMatrices, tuneModes } from '../../../support/finetuning-oracle.js';
import { seededRandom } from '../../../support/random-matrices.js';

const small = {
  dim: 4,
  spectrum: '2,1.2,0.7,0.5',
  tau: 6,
  times: 'log:0.5:40:6',
  target: 'overshoot:1:3',
  learningRates: '0.01',
  lambdas: '0,0.5,2,10',
  steps: 80,
};

describe('regularised fine-tuning', () => {
  test.each([
    ['modes', {}],
    ['matrix', {}],
    ['matrix', { anchor: 'pretraining' }],
    ['modes', { anchor: 'pretraining', rows: 6, cols: 4, hidden: 3 }],
    ['matrix', { angle: 40 }],
    ['exact', { angle: 90 }],
  ] as const)('agrees with steps on the regularised loss itself, engine %s, %o', async (engine, variant) => {
    const document = await runScenario(regularize, { ...small, ...variant }, { engine });
    const parameters = document.params as RegularizeParameters;
    const values = parameters.target as readonly number[];
    const squaredNorm = 4 + 1.44 + 0.49 + 0.25;
    expect(document.tables.curve!.rows.length).toBe(4 * 6);
    for (const row of records(document, 'curve')) {
      const tuning = {
        values,
        angle: parameters.angle,
        rate: 0.01,
        steps: 80,
        lambda: Number(row.lambda),
        anchor: parameters.anchor,
      };
      const exact =
        parameters.angle === 0
          ? tuneModes(parameters, Number(row.time), tuning)
          : tuneMatrices(parameters, Number(row.time), tuning, seededRandom(4));
      for (const [name, value] of [
        ['loss_pre', exact.lossPre],
        ['loss_ft', exact.lossFt],
        ['forgetting', exact.forgetting],
      ] as const) {
        expect(Math.abs(Number(row[`${name}_theory`]) - value)).toBeLessThan(1e-9 * (Math.abs(value) + squaredNorm));
        if (engine === 'exact') continue;
        const floor = Math.max(Math.abs(value), 1e-3 * squaredNorm);
        expect(Math.abs(Number(row[`${name}_sim`]) - value)).toBeLessThan(1e-4 * floor);
      }
    }
    for (const { verdict } of document.checks) expect(verdict).not.toBe('fails');
  });

  test('meets F_lambda(n) of T5 at convergence, and the price in fine-tuning loss', async () => {
    const [sigma, target] = [
      [4, 2, 1],
      [3, 5, 3.5],
    ] as const;
    const lambdas = [0, 0.25, 1, 3];
    const document = await runScenario(regularize, {
      dim: 3,
      spectrum: sigma.join(),
      tau: 60,
      times: '0.1,10,22,60',
      target: target.join(),
      learningRates: '0.005',
      steps: 240,
      lambdas: lambdas.join(),
    });
    const rows = records(document, 'curve');
    lambdas.forEach((lambda, curve) => {
      [0, 1, 2, 3].forEach((learned, at) => {
        const row = rows[4 * curve + at]!;
        const sum = (term: (s: number, ft: number, isLearned: boolean) => number) =>
          sigma.reduce((total, s, mode) => total + term(s, target[mode]!, mode < learned), 0);
        const lossPre = sum((s, ft, isLearned) => (isLearned ? ((ft - s) / (1 + lambda)) ** 2 : s * s));
        const lossFt = sum((s, ft, isLearned) => (isLearned ? ((lambda / (1 + lambda)) * (ft - s)) ** 2 : ft * ft));
        // About e^{-4·1.2·3.5} = 5·10⁻⁸ of the slowest gap, 2.5, is left to converge; unlearned modes stay below e^{-10}.
        expect(Math.abs(Number(row.loss_pre_sim) - lossPre)).toBeLessThan(1e-4);
        expect(Math.abs(Number(row.loss_ft_sim) - lossFt)).toBeLessThan(1e-3);
      });
    });
    // Mode 2 overshoots by 2.5 and mode 3 by 3.5: their learning hurts up to λ = 0.5 and 1.5.
    expect(numbers(document, 'inflection', 'time_theory')).toEqual([10, 10, 22, Number.NaN]);
    expect(numbers(document, 'inflection', 'time_sim')).toEqual([10, 10, 22, Number.NaN]);
    for (const claim of ['T5', 'T5-inflection', 'T5-cost', 'T4-steps']) {
      expect(verdictOf(document, claim)).toBe('holds');
    }
  });

  test('replay of pre-training data is a preset, for which the cost is not claimed', async () => {
    const document = await runScenario(regularize, { ...small, preset: 'replay' });
    expect(document.params).toMatchObject({ anchor: 'pretraining' });
    expect(verdictOf(document, 'T5')).toBe('holds');
    expect(verdictOf(document, 'T5-cost')).toBe('not-applicable');
  });

  test.each([
    [{ lambdas: '0,-1' }, 'lambdas: "0,-1" is not allowed; expected a list of distinct numbers from 0 to 1000000'],
    [{ lambdas: '1,1' }, 'lambdas: "1,1" is not allowed; expected a list of distinct numbers from 0 to 1000000'],
    [{ lambdas: 'strong' }, 'lambdas: "strong" is not allowed; expected a list of distinct numbers from 0 to 1000000'],
    [{ learningRates: '0.1,0.2' }, 'learningRates: "0.1,0.2" is not allowed; expected one number from 0 to 1000000'],
  ])('%o is refused in one line', (settings, message) => {
    expect(() => runScenario(regularize, { ...small, ...settings })).toThrow(message);
  });

  test('too large a pull diverges by name, for the rate is (1 + lambda) times as large', async () => {
    const document = await runScenario(regularize, { ...small, lambdas: '0,100', times: '40' });
    expect(document.diverged.map(({ network, learning_rate }) => [network, learning_rate])).toEqual([
      ['lambda 100, time 40', 0.01],
    ]);
    expect(records(document, 'curve').map((row) => row.loss_pre_sim === null)).toEqual([false, true]);
  });
});
