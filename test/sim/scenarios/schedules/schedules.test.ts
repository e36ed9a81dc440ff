import { beforeAll, describe, expect, test } from 'vitest';
import { resolveParameters } from '../../../../src/sim/scenario/resolve.js';
import type { RunDocument } from '../../../../src/sim/scenario/run-document.js';
import { schedulePlan } from '../../../../src/sim/scenarios/schedules/rates.js';
import { schedules } from '../../../../src/sim/scenarios/schedules/schedules.js';
import { InputMoments } from '../../../../src/sim/training/input-moments.js';
import { embedDiagonal, networkStart, randomBasis } from '../../../../src/sim/training/network-start.js';
import { optimizerNamed } from '../../../../src/sim/training/optimizers.js';
import { scheduleNames } from '../../../../src/theory/descent.js';
import { createProblem } from '../../../../src/theory/problem.js';
import { numbers, records, runScenario, timeless, verdictOf } from '../../../support/documents.js';
import { fromNothing, optimizerOracle } from '../../../support/optimizer-oracle.js';
import { textbookCurve } from '../../../support/textbook.js';

const small = {
  dim: '5',
  hidden: '3',
  spectrum: '2,1,0.6,0.4,0.2',
  tau: '2',
  times: '0.5,1,2,6',
  replicates: '40',
  gammas: '0.1',
};

/** Rows of `course` of one schedule. */
function course(document: RunDocument, schedule: string) {
  return records(document, 'course').filter((row) => row.schedule === schedule);
}

describe('on the expected loss', () => {
  let document: RunDocument;

  beforeAll(async () => {
    document = await runScenario(schedules, { ...small, batch: 'full' });
  });

  test('runs mode by mode, once, with all checks', () => {
    expect(document.compute.engine).toBe('modes');
    expect(document.params).toMatchObject({ trainings: 1, schedules: [...scheduleNames] });
    for (const claim of ['T0', 'T1', 'T9']) expect(verdictOf(document, claim)).toBe('holds');
    expect(document.tables.curve!.columns.map(({ name }) => name)).toEqual([
      'schedule',
      'time',
      'perturbed_loss_sim',
      'loss',
    ]);
    expect(document.tables.inflection!.columns.map(({ name }) => name)).toEqual(['schedule', 'time_sim']);
    expect(document.tables.curve!.rows.length).toBe(5 * 4);
  });

  test('every schedule is the written-out recurrence, beside the closed form of the flow', () => {
    const problem = createProblem({ dim: 5, hidden: 3, spectrum: [2, 1, 0.6, 0.4, 0.2], tau: 2 });
    for (const name of scheduleNames) {
      const plan = schedulePlan({ name }, [0.5, 1, 2, 6], 1 / 16);
      const factors = problem.modes.map(() => Math.exp(-2));
      const rows = course(document, name);
      plan.recordings.forEach(({ segments, snapshotRate, time }, at) => {
        const seen = factors.map((_, mode) => {
          const { sigma } = problem.modes[mode]!;
          let factor = factors[mode]!;
          for (const { rate } of segments) factor -= 2 * rate * factor * (factor ** 2 - sigma);
          factors[mode] = factor;
          return factor - 2 * snapshotRate * factor * (factor ** 2 - sigma);
        });
        const loss = seen.reduce((sum, factor, mode) => sum + (factor ** 2 - problem.modes[mode]!.sigma) ** 2, 0);
        const row = rows[at]!;
        expect(Math.abs(Number(row.loss_sim) - (loss + 0.4 ** 2 + 0.2 ** 2))).toBeLessThan(1e-5);
        const shape = { rows: 5, hidden: 3, cols: 5, spectrum: [2, 1, 0.6, 0.4, 0.2], tau: 2 };
        const exact = textbookCurve(shape, 0.1, time);
        expect(Number(row.perturbed_loss_theory)).toBeCloseTo(exact.perturbedLoss, 9);
        expect(Number(row.sensitivity_theory)).toBeCloseTo(exact.sensitivity, 9);
        const norm = 2 * seen.reduce((sum, factor) => sum + factor ** 2, 0);
        const sensitivity = 0.01 * 5 * norm + 1e-4 * 75;
        expect(Math.abs(Number(row.sensitivity_sim) - sensitivity)).toBeLessThan(6 * Number(row.sensitivity_stderr));
        expect(Number(row.perturbed_loss_sim)).toBeCloseTo(Number(row.loss_sim) + Number(row.sensitivity_sim), 12);
      });
    }
    expect(numbers(document, 'course', 'sharpness_sim').at(-1)).toBeCloseTo(8, 2);
  });

  test('full matrices follow the modes, and Lanczos the closed form of the sharpness', async () => {
    const matrix = await runScenario(schedules, { ...small, batch: 'full' }, { engine: 'matrix' });
    expect(verdictOf(matrix, 'T0')).toBe('holds');
    for (const column of ['loss_sim', 'sharpness_sim']) {
      const modes = numbers(document, 'course', column);
      numbers(matrix, 'course', column).forEach((value, row) => {
        expect(Math.abs(value - modes[row]!)).toBeLessThan(2e-5 * Math.max(1, modes[row]!));
      });
    }
  });

  test('the exact engine gives theory alone', async () => {
    const exact = await runScenario(schedules, small, { engine: 'exact' });
    expect(numbers(exact, 'curve', 'perturbed_loss_sim').every(Number.isNaN)).toBe(true);
    expect(numbers(exact, 'course', 'loss_theory')).toEqual(numbers(document, 'course', 'loss_theory'));
    expect(numbers(exact, 'curve', 'loss')).toEqual(numbers(exact, 'course', 'loss_theory'));
    expect(verdictOf(exact, 'T9')).toBe('holds');
    expect(verdictOf(exact, 'T1')).toBe('not-applicable');
  });
});

describe('on mini-batches', () => {
  test.each(['gradient-descent', 'adam'])('the networks are those of a written-out training, %s', async (name) => {
    const settings = {
      ...small,
      batch: '3',
      trainings: '2',
      schedules: 'linear',
      optimizer: name,
      learningRate: '0.02',
    };
    const context = { seed: 5, backend: 'reference' } as const;
    const document = await runScenario(schedules, { ...settings, times: '0.5,1' }, context);
    const problem = createProblem({ dim: 5, hidden: 3, spectrum: [2, 1, 0.6, 0.4, 0.2], tau: 2 });
    const basis = randomBasis(problem, 5);
    const start = networkStart('aligned', problem, basis, 5);
    const target = embedDiagonal(basis.left, problem.spectrum, basis.right).to1DArray();
    const plan = schedulePlan({ name: 'linear' }, [0.5, 1], 0.02);
    const rates = plan.recordings.flatMap(({ segments }) => segments.map(({ rate }) => rate));
    const optimizer = optimizerNamed(name);
    const networks = fromNothing(
      {
        shape: { rows: 5, hidden: 3, cols: 5 },
        count: 2,
        first: Float64Array.from([...start.first, ...start.first]),
        second: Float64Array.from([...start.second, ...start.second]),
        target: Float64Array.from([...target, ...target]),
        rateScale: Float64Array.of(1, 1),
      },
      optimizer.moments,
    );
    const inputs = new InputMoments(5, 3, 2, 5).draw(0, rates.length);
    const { first, second } = optimizerOracle(networks, { optimizer, rates, inputs });
    const losses = [0, 1].map((network) => {
      let sum = 0;
      for (let row = 0; row < 5; row++) {
        for (let column = 0; column < 5; column++) {
          let entry = -target[row * 5 + column]!;
          for (let k = 0; k < 3; k++) {
            entry += first[(network * 5 + row) * 3 + k]! * second[(network * 3 + k) * 5 + column]!;
          }
          sum += entry * entry;
        }
      }
      return sum;
    });
    const last = course(document, 'linear').at(-1)!;
    expect(Number(last.loss_sim)).toBeCloseTo((losses[0]! + losses[1]!) / 2, 9);
    expect(Number(last.loss_stderr)).toBeCloseTo(Math.abs(losses[0]! - losses[1]!) / 2, 9);
    expect(losses[0]).not.toBeCloseTo(losses[1]!, 4);
    expect(last.steps).toBe(rates.length);
    expect(last.learning_rate).toBe(rates.at(-1));
    expect(last.loss_theory === null).toBe(name === 'adam');
    expect(verdictOf(document, 'T9')).toBe(name === 'adam' ? 'not-applicable' : 'holds');
    expect(verdictOf(document, 'T0')).toBe('not-applicable');
    expect(verdictOf(document, 'T1')).toBe('holds');
  });

  test('training on makes networks more sensitive than gradient flow, the more so the less the rate falls', async () => {
    const settings = {
      dim: '8',
      hidden: '4',
      spectrum: 'power:0.5',
      times: 'log:1:150:10',
      batch: '4',
      trainings: '4',
      schedules: 'constant,linear',
      sharpness: 'off',
    };
    const document = await runScenario(schedules, settings);
    const [constant, linear] = ['constant', 'linear'].map((name) => course(document, name).at(-1)!);
    const beyond = (row: typeof constant) => Number(row!.sensitivity_sim) - Number(row!.sensitivity_theory);
    expect(beyond(linear)).toBeGreaterThan(4 * Number(linear!.sensitivity_stderr));
    const error = Math.hypot(Number(constant!.sensitivity_stderr), Number(linear!.sensitivity_stderr));
    expect(beyond(constant) - beyond(linear)).toBeGreaterThan(4 * error);
    // The inflection is not at the end: the loss under noise has turned.
    expect(numbers(document, 'inflection', 'time_sim').every((time) => time < 150)).toBe(true);
    const levels = records(document, 'equal_loss');
    expect(levels.length).toBe(8 * 2);
    for (const row of levels) expect(Number(row.sensitivity_sim)).toBeGreaterThan(0);
  });

  test('same seed, same numbers; another seed, others', async () => {
    const settings = { ...small, batch: '2', trainings: '2', times: '0.5,1', schedules: 'cosine' };
    const one = await runScenario(schedules, settings, { seed: 3 });
    expect(timeless(await runScenario(schedules, settings, { seed: 3 }))).toEqual(timeless(one));
    const other = await runScenario(schedules, settings, { seed: 4 });
    expect(numbers(other, 'course', 'loss_sim')).not.toEqual(numbers(one, 'course', 'loss_sim'));
  });
});

test('diverging schedules are results, and the others still come', async () => {
  const settings = { ...small, batch: 'full', learningRate: '0.26', schedules: 'constant,linear', times: '1,5,20' };
  const document = await runScenario(schedules, settings);
  expect(document.diverged.map(({ network }) => network)).toContain('schedule constant');
  expect(document.warnings[0]).toContain('beyond the stability limit 1/(2 sigma_1) = 0.2500');
  expect(course(document, 'constant').at(-1)!.loss_sim).toBeNull();
  const adam = await runScenario(schedules, { ...settings, optimizer: 'adam', learningRate: '1e5' });
  expect(adam.tables.curve!.rows.length).toBe(6);
});

test.each([
  ['schedules', { schedules: 'cosin' }, 'schedules: "cosin" is not allowed; expected one or more of'],
  ['batch', { batch: '0' }, 'batch: "0" is not allowed; expected full, or an integer from 1 to 100000'],
  ['decay', { warmup: '0.9', decay: '0.2' }, 'decay: 0.2 is not allowed; expected a number from 0 to 0.1,'],
  ['times', { times: '0' }, 'times: "0" is not allowed; expected a last time above 0'],
  ['gammas', { gammas: '0.1,0.2' }, 'gammas: "0.1,0.2" is not allowed; expected one number'],
])('refuses %s out of range', (_, settings, message) => {
  expect(() => resolveParameters(schedules, settings)).toThrow(message);
});

test('says which engine covers what another does not', async () => {
  const refusal = (settings: Record<string, string>, engine: 'exact' | 'modes') =>
    expect(runScenario(schedules, { ...small, ...settings }, { engine })).rejects;
  await refusal({ start: 'random' }, 'exact').toThrow('the engine matrix takes any start');
  await refusal({ optimizer: 'muon' }, 'exact').toThrow('the engine matrix takes any optimizer');
  await refusal({ batch: '4' }, 'modes').toThrow('matrix with batch=4');
});
