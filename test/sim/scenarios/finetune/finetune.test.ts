import { describe, expect, test } from 'vitest';
import type { RunDocument } from '../../../../src/sim/scenario/run-document.js';
import { type FinetuneParameters, finetune } from '../../../../src/sim/scenarios/finetune/finetune.js';
import { numbers, records, runScenario, timeless, verdictOf } from '../../../support/documents.js';
import { tuneMatrices, tuneModes } from '../../../support/finetuning-oracle.js';
import { seededRandom } from '../../../support/random-matrices.js';

const small = {
  dim: 5,
  spectrum: '2,1.2,0.7,0.5,0.3',
  tau: 6,
  times: 'log:0.5:40:8',
  target: 'overshoot:2:2.5',
  learningRates: '0.004,0.02',
  steps: 60,
};

/** Every row against the oracle: theory to 1e-9, simulation to 1e-4, relative with a floor at their share of ‖A‖². */
function expectOracle(document: RunDocument): void {
  const parameters = document.params as FinetuneParameters;
  const { angle, steps, lambda, anchor, spectrum } = parameters;
  const values = parameters.target as readonly number[];
  const squaredNorm = spectrum.reduce((sum, sigma) => sum + sigma * sigma, 0);
  for (const row of records(document, 'curve')) {
    const tuning = { values, angle, rate: Number(row.learning_rate), steps, lambda, anchor };
    const exact =
      angle === 0
        ? tuneModes(parameters, Number(row.time), tuning)
        : tuneMatrices(parameters, Number(row.time), tuning, seededRandom(3));
    expect(Number(row.loss_pre_before)).toBeCloseTo(exact.lossBefore, 9);
    const pairs = [
      ['loss_pre', exact.lossPre],
      ['loss_ft', exact.lossFt],
      ['forgetting', exact.forgetting],
    ] as const;
    for (const [name, value] of pairs) {
      const scale = Math.abs(value) + squaredNorm;
      expect(Math.abs(Number(row[`${name}_theory`]) - value)).toBeLessThan(1e-9 * scale);
      if (document.compute.engine === 'exact') expect(row[`${name}_sim`]).toBeNull();
      else {
        // The floor of 10⁻³ of ‖A‖²: below it a loss is what float32 leaves of a converged one.
        const floor = Math.max(Math.abs(value), 1e-3 * squaredNorm);
        expect(Math.abs(Number(row[`${name}_sim`]) - value)).toBeLessThan(1e-4 * floor);
      }
    }
  }
}

describe('fine-tuning at a fixed rate', () => {
  const variants: readonly Record<string, unknown>[] = [
    {},
    { target: 'scale:1.3', lambda: 0.7 },
    { target: '0,3,0.1,0.5,1', lambda: 2, anchor: 'pretraining' },
    { rows: 7, hidden: 3, cols: 5, target: 'erase:1' },
    { rows: 4, hidden: 9, cols: 6, spectrum: '1,1,0.4', target: '2,0.5,1' },
    { angle: 90 },
    { angle: 180, lambda: 0.3 },
    { steps: 1, learningRates: '0.1' },
  ];
  const engines = ['modes', 'matrix', 'exact'] as const;
  const cases = variants.flatMap((variant) => engines.map((engine) => [engine, variant] as const));

  test.each(cases)('agrees with plain gradient descent, engine %s, %o', async (engine, variant) => {
    const document = await runScenario(finetune, { ...small, ...variant }, { engine });
    expectOracle(document);
    expect(document.compute.engine).toBe(engine);
    expect(document.tables.curve!.rows.length).toBe(8 * (variant.learningRates === undefined ? 2 : 1));
    for (const { verdict } of document.checks) expect(verdict).not.toBe('fails');
    if (engine !== 'exact') expect(verdictOf(document, 'T4-steps')).toBe('holds');
  });

  test.each([
    ['matrix', { angle: 30 }],
    ['matrix', { angle: 137, lambda: 0.5, rows: 6, cols: 5, hidden: 8 }],
    ['matrix', { angle: 60, hidden: 3, lambda: 1, anchor: 'pretraining' }],
    ['exact', { angle: 45 }],
    ['auto', { angle: 10 }],
  ] as const)('agrees on turned singular vectors, engine %s, %o', async (engine, variant) => {
    const document = await runScenario(finetune, { ...small, ...variant }, { engine });
    expectOracle(document);
    expect(document.compute.engine).toBe(engine === 'auto' ? 'matrix' : engine);
    expect(verdictOf(document, 'T4-rotation')).toBe(engine === 'exact' ? 'not-applicable' : 'holds');
    expect(verdictOf(document, 'T0-riccati')).toBe('holds');
    for (const claim of ['T4-forgetting', 'T4-erase']) {
      expect(verdictOf(document, claim)).toBe('not-applicable');
    }
  });

  test('runs in float32 within its own rounding bounds', async () => {
    for (const [engine, angle] of [
      ['modes', 0],
      ['matrix', 0],
      ['matrix', 30],
    ] as const) {
      const document = await runScenario(finetune, { ...small, angle }, { engine, backend: 'webasm' });
      expect(document.compute).toMatchObject({ backend: 'webasm', precision: 'f32' });
      const bounds = numbers(document, 'accuracy', 'loss_pre_rounding');
      const errors = numbers(document, 'curve', 'loss_pre_sim').map(
        (value, at) => value - numbers(document, 'curve', 'loss_pre_theory')[at]!,
      );
      errors.forEach((error, at) => {
        expect(Math.abs(error)).toBeLessThan(bounds[at]! + 1e-12);
      });
      // A bound that nothing comes near to would prove nothing.
      expect(Math.max(...errors.map((error, at) => Math.abs(error) / bounds[at]!))).toBeGreaterThan(1e-3);
      expect(numbers(document, 'accuracy', 'loss_pre_bias').every((bias) => bias === 0)).toBe(true);
    }
  });

  test('meets the staged formula of T4 at convergence', async () => {
    // Half-times 60/(2σ) are so far apart that at these times every mode is learned, or so small that it stays at zero.
    const document = await runScenario(finetune, {
      dim: 3,
      spectrum: '4,2,1',
      tau: 60,
      times: '0.1,10,22,60',
      target: '3,3,2.5',
      learningRates: '0.01',
      steps: 130,
    });
    const [sigma, target] = [
      [4, 2, 1],
      [3, 3, 2.5],
    ];
    const staged = [0, 1, 2, 3].map((learned) =>
      sigma!.reduce((sum, s, mode) => sum + (mode < learned ? (target![mode]! - s) ** 2 : s * s), 0),
    );
    // Of the slowest gap, 1.5, about e^{-4·0.01·130·2.5} = 2·10⁻⁶ is left to converge.
    numbers(document, 'curve', 'loss_pre_sim').forEach((value, at) => {
      expect(Math.abs(value - staged[at]!)).toBeLessThan(1e-4);
    });
    expect(numbers(document, 'curve', 'learned')).toEqual([0, 1, 2, 3]);
    expect(records(document, 'inflection')).toEqual([{ learning_rate: 0.01, time_theory: 22, time_sim: 22 }]);
    expect(verdictOf(document, 'T4-forgetting')).toBe('holds');
  });

  test('erasing features is forgetting without a U-turn', async () => {
    const document = await runScenario(finetune, { preset: 'erase' });
    expect(document.params).toMatchObject({ steps: 200 });
    expect((document.params as FinetuneParameters).target.slice(2, 5)).toEqual([3 ** -0.5, 0, 0]);
    for (const row of records(document, 'inflection')) {
      expect([row.time_theory, row.time_sim]).toEqual([null, null]);
    }
    for (const claim of ['T4', 'T4-erase', 'T4-forgetting']) expect(verdictOf(document, claim)).toBe('holds');
    expect(numbers(document, 'curve', 'forgetting_sim').at(-1)).toBeGreaterThan(1);
  });

  test('no steps, or a rate of 0, return the checkpoint', async () => {
    for (const engine of ['modes', 'matrix', 'exact'] as const) {
      for (const still of [{ steps: 0 }, { learningRates: '0' }, { angle: 90, steps: 0 }]) {
        const document = await runScenario(finetune, { ...small, ...still }, { engine });
        for (const row of records(document, 'curve')) {
          const known = engine === 'exact' ? ['theory'] : ['theory', 'sim'];
          for (const kind of known) {
            // The simulation moves nothing at all; the theory squares the root of a singular value.
            if (kind === 'sim') expect(row.forgetting_sim).toBe(0);
            expect(Math.abs(Number(row[`forgetting_${kind}`]))).toBeLessThan(1e-14);
            expect(Number(row[`loss_pre_${kind}`])).toBeCloseTo(Number(row.loss_pre_before), 12);
          }
        }
      }
    }
  });

  test('is the same when run again; another seed changes bases and shuffles', async () => {
    const run = (seed: number, extra: object = {}) =>
      runScenario(finetune, { ...small, ...extra }, { engine: 'matrix', seed });
    const one = await run(5);
    expect(timeless(await run(5))).toEqual(timeless(one));
    const values = (document: RunDocument) => numbers(document, 'curve', 'loss_pre_sim');
    expect(values(await run(6))).not.toEqual(values(one));
    const shuffled = await Promise.all([1, 1, 2, 3].map((seed) => run(seed, { target: 'shuffle' })));
    const predicted = shuffled.map((document) => numbers(document, 'curve', 'loss_pre_theory'));
    expect(predicted[1]).toEqual(predicted[0]);
    expect(predicted.some((curve) => curve.join() !== predicted[0]!.join())).toBe(true);
  });
});

describe('checkpoints from simulated pre-training', () => {
  test.each(['modes', 'matrix'] as const)('differ from theory by their known bias, engine %s', async (engine) => {
    const document = await runScenario(finetune, { ...small, pretraining: 'descent' }, { engine });
    const [sim, theory] = ['sim', 'theory'].map((kind) => numbers(document, 'curve', `loss_pre_${kind}`));
    const bias = numbers(document, 'accuracy', 'loss_pre_bias');
    const rounding = numbers(document, 'accuracy', 'loss_pre_rounding');
    expect(Math.max(...bias.map(Math.abs))).toBeGreaterThan(1e-6);
    bias.forEach((known, at) => {
      // Weights that pre-training in float32 left beside the diagonal count squared: (10⁻⁶)² · 25 entries.
      expect(Math.abs(sim![at]! - theory![at]! - known)).toBeLessThan(rounding[at]! + 1e-9);
    });
    for (const { verdict } of document.checks) expect(verdict).not.toBe('fails');
  });

  test('that diverged leave empty rows, and everything that theory knows', async () => {
    const document = await runScenario(finetune, { ...small, pretraining: 'descent', learningRate: 0.5 });
    expect(document.diverged[0]).toMatchObject({ network: 'pre-training', learning_rate: 0.5 });
    const rows = records(document, 'curve');
    expect(rows.at(-1)).toMatchObject({ loss_pre_before: null, loss_pre_sim: null });
    expect(rows.every((row) => Number.isFinite(row.loss_pre_theory))).toBe(true);
    expect(numbers(document, 'inflection', 'time_sim')).toEqual([Number.NaN, Number.NaN]);
  });
});

describe('learning rates beyond the stability limit', () => {
  test.each(['modes', 'matrix'] as const)(
    'diverge by name and step, and spare the others, engine %s',
    async (engine) => {
      const settings = { ...small, target: 'scale:1.5', learningRates: '0.01,0.4', times: '0.5,40' };
      const document = await runScenario(finetune, settings, { engine });
      const rows = records(document, 'curve');
      expect(rows.map((row) => [row.learning_rate, row.loss_pre_sim === null])).toEqual([
        [0.01, false],
        [0.01, false],
        [0.4, true],
        [0.4, true],
      ]);
      expect(document.diverged).toEqual(
        [0.5, 40].map((time) => ({
          network: `learning rate 0.4, time ${time}`,
          step: firstRise(document.params as FinetuneParameters, time, 0.4),
          learning_rate: 0.4,
        })),
      );
      expect(records(document, 'inflection')[1]!.time_sim).toBeNull();
      for (const { verdict } of document.checks) expect(verdict).not.toBe('fails');
    },
  );

  test('are told one by one up to ten, then counted', async () => {
    const document = await runScenario(finetune, { ...small, learningRates: '3', times: 'log:1:40:25' });
    expect(document.diverged.length).toBe(10);
    expect(document.warnings).toEqual(['15 more of 25 networks diverged; their simulated values are empty']);
    expect(records(document, 'curve').every((row) => row.loss_pre_sim === null)).toBe(true);
    expect(numbers(document, 'curve', 'loss_pre_theory').every(Number.isNaN)).toBe(true);
  });
});

/** First step after which the loss on the new task has risen, mode by mode in plain numbers. */
function firstRise(parameters: FinetuneParameters, time: number, rate: number): number {
  const values = parameters.target as readonly number[];
  const lossAfter = (steps: number) =>
    tuneModes(parameters, time, { values, angle: 0, rate, steps, lambda: 0, anchor: 'checkpoint' }).lossFt;
  for (let step = 1; step < 1000; step++) {
    if (!(lossAfter(step) <= lossAfter(step - 1))) return step;
  }
  throw new Error('the loss never rose');
}

describe('gradient flow in the place of steps', () => {
  test('is what ever smaller steps converge to', async () => {
    for (const angle of [0, 35]) {
      const flow = await runScenario(finetune, { ...small, angle, finetuning: 'flow' });
      expect(flow.compute.engine).toBe('exact');
      const [coarse, fine] = await Promise.all(
        [40, 80].map((parts) =>
          runScenario(
            finetune,
            { ...small, angle, steps: 60 * parts, learningRates: [0.004 / parts, 0.02 / parts] },
            { engine: 'exact' },
          ),
        ),
      );
      const losses = (document: RunDocument) => numbers(document, 'curve', 'loss_pre_theory');
      losses(flow).forEach((value, at) => {
        const extrapolated = 2 * losses(fine!)[at]! - losses(coarse!)[at]!;
        expect(Math.abs(extrapolated - value)).toBeLessThan(1e-4);
        expect(Math.abs(extrapolated - value)).toBeLessThan(0.1 * Math.abs(losses(coarse!)[at]! - value) + 1e-9);
      });
    }
  });
});

describe('bad input', () => {
  test.each([
    [{ target: '1,2,3' }, 'target: "1,2,3" is not allowed; expected 5 singular values, as many as pre-training has'],
    [{ target: 'erase:9' }, 'target: "erase:9" is not allowed; expected a mode that is an integer from 0 to 5'],
    [
      { target: [1, 2, -3, 1, 1] },
      'target: [1,2,-3,1,1] is not allowed; expected finite singular values from 0 to 1e+150',
    ],
    [{ lambda: -0.1 }, 'lambda: -0.1 is not allowed; expected a number from 0 to 1000000'],
    [{ steps: 1.5 }, 'steps: 1.5 is not allowed; expected an integer from 0 to 10000000'],
    [{ steps: -1 }, 'steps: -1 is not allowed; expected an integer from 0 to 10000000'],
    [{ angle: 180.5 }, 'angle: 180.5 is not allowed; expected a number from 0 to 180'],
    [{ angle: -1 }, 'angle: -1 is not allowed; expected a number from 0 to 180'],
    [
      { learningRates: '0.1,-1' },
      'learningRates: "0.1,-1" is not allowed; expected a list of distinct numbers from 0 to 1000000',
    ],
    [
      { learningRates: '0.01,1e-2' },
      'learningRates: "0.01,1e-2" is not allowed; expected a list of distinct numbers from 0 to 1000000',
    ],
    [{ anchor: 'start' }, 'anchor: "start" is not allowed; expected checkpoint or pretraining'],
    [
      { preset: 'eraze' },
      'preset: "eraze" is not allowed; expected a preset of finetune: erase, shuffle, turned; did you mean erase?',
    ],
    [{ preset: 7 }, 'preset: 7 is not allowed; expected a preset of finetune: erase, shuffle, turned'],
  ])('%o is refused in one line', async (settings, message) => {
    const run = () => runScenario(finetune, { ...small, ...settings });
    expect(run).toThrow(message);
  });

  test.each([
    ['modes', { angle: 30 }, '--engine: "modes" is not allowed; expected matrix or exact at an angle of 30 degrees'],
    ['modes', { finetuning: 'flow' }, 'finetuning: "flow" is not allowed; expected descent with the engine modes'],
    ['matrix', { finetuning: 'flow' }, 'finetuning: "flow" is not allowed; expected descent with the engine matrix'],
    ['exact', { pretraining: 'descent' }, 'pretraining: "descent" is not allowed; expected flow with the engine exact'],
  ] as const)('engine %s refuses %o, naming one that does it', async (engine, settings, message) => {
    await expect(runScenario(finetune, { ...small, ...settings }, { engine })).rejects.toThrow(message);
  });

  test('the exact engine runs on no backend', async () => {
    const context = { engine: 'exact', backend: 'webasm' } as const;
    await expect(runScenario(finetune, small, context)).rejects.toThrow('--backend: "webasm" is not allowed');
  });

  test('networks that fit in no memory are refused before they are built', async () => {
    const huge = { dim: 2 ** 18, spectrum: '1', target: '2', times: '1', learningRates: '0.1' };
    await expect(runScenario(finetune, huge, { engine: 'matrix' })).rejects.toThrow('dim: 262144 is not allowed');
    expect(() =>
      runScenario(finetune, {
        ...small,
        times: 'linear:1:2:1000000',
        learningRates: Array.from({ length: 1000 }, (_, i) => i),
      }),
    ).toThrow('times: "1000000 times" is not allowed');
  });
});

describe('a long run', () => {
  test('tells how far it is and ends when its signal is aborted', async () => {
    const controller = new AbortController();
    const told: number[] = [];
    const settings = { ...small, dim: 1, spectrum: '1', target: 'scale:2', steps: 1_000_000 };
    const running = runScenario(
      finetune,
      { ...settings, times: '1,2', learningRates: '0.001' },
      { engine: 'matrix', backend: 'reference', signal: controller.signal },
      (event) => {
        if (event.kind !== 'progress') return;
        expect(event.total).toBe(2_000_000);
        told.push(event.done);
        if (told.length === 2) controller.abort();
      },
    );
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(told.length).toBe(2);
    expect(told[1]).toBeGreaterThan(told[0]!);
  });
});
