import { beforeAll, describe, expect, test } from 'vitest';
import { resolveParameters } from '../../../../src/sim/scenario/resolve.js';
import type { RunDocument } from '../../../../src/sim/scenario/run-document.js';
import type { RunEvent } from '../../../../src/sim/scenario/scenario.js';
import { gaussian } from '../../../../src/sim/scenarios/gaussian/gaussian.js';
import { width } from '../../../../src/sim/scenarios/width/width.js';
import { planSizes } from '../../../../src/sim/scenarios/width/width-sizes.js';
import { numbers, records, runScenario, timeless, verdictOf } from '../../../support/documents.js';
import { textbookCurve } from '../../../support/textbook.js';

/** `i^-a` for each size, and its textbook curve. */
function powerCurve(dim: number, exponent: number, tau: number, gamma: number, time: number) {
  const spectrum = Array.from({ length: dim }, (_, index) => (index + 1) ** -exponent);
  return textbookCurve({ rows: dim, hidden: dim, cols: dim, spectrum, tau }, gamma, time);
}

/** First time of a grid at which the textbook curve is least; null at its end. */
function textbookTurn(times: readonly number[], value: (time: number) => number): number | null {
  const values = times.map(value);
  const least = Math.min(...values);
  return values.at(-1) === least ? null : times[values.indexOf(least)]!;
}

/** A least-squares line and the standard error of its slope, from plain sums. */
function line(xs: readonly number[], ys: readonly number[]) {
  const n = xs.length;
  const sum = (value: (index: number) => number) => xs.reduce((total, _, index) => total + value(index), 0);
  const [x, y] = [sum((i) => xs[i]!), sum((i) => ys[i]!)];
  const determinant = n * sum((i) => xs[i]! ** 2) - x * x;
  const slope = (n * sum((i) => xs[i]! * ys[i]!) - x * y) / determinant;
  const offset = (y - slope * x) / n;
  const squares = sum((i) => (ys[i]! - offset - slope * xs[i]!) ** 2);
  return { slope, offset, error: Math.sqrt((n * squares) / ((n - 2) * determinant)) };
}

describe('networks of several sizes', () => {
  const settings = {
    dims: '2,3,4,6,8',
    spectrum: 'power:1',
    tau: 3,
    times: 'log:0.5:40:30',
    gammas: '0.08,0.2',
    replicates: 120,
  };
  const [dims, gammas] = [
    [2, 3, 4, 6, 8],
    [0.08, 0.2],
  ];
  let document: RunDocument;
  let times: number[];

  beforeAll(async () => {
    document = await runScenario(width, settings, { seed: 7 });
    times = [...new Set(numbers(document, 'curve', 'time'))];
  });

  test('has a row for every size, noise and time, in this order', () => {
    const keys = dims.flatMap((dim) => gammas.flatMap((gamma) => times.map((time) => [dim, gamma, time])));
    for (const table of ['curve', 'accuracy']) {
      expect(records(document, table).map((row) => [row.dim, row.gamma, row.time])).toEqual(keys);
    }
    expect(times.length).toBe(30);
    const pairs = dims.flatMap((dim) => gammas.map((gamma) => [dim, gamma]));
    expect(records(document, 'inflection').map((row) => [row.dim, row.gamma])).toEqual(pairs);
    expect(Object.fromEntries(['curve', 'inflection'].map((table) => [table, namesOf(document, table)]))).toEqual({
      curve: ['dim', 'gamma', 'time', 'perturbed_loss_theory', 'perturbed_loss_sim'],
      inflection: ['dim', 'gamma', 'time_theory', 'time_sim'],
    });
  });

  test('agrees with T3 to 1e-9 in every row', () => {
    for (const row of records(document, 'curve')) {
      const exact = powerCurve(Number(row.dim), 1, 3, Number(row.gamma), Number(row.time)).perturbedLoss;
      expect(Math.abs(Number(row.perturbed_loss_theory) / exact - 1)).toBeLessThan(1e-9);
    }
    for (const row of records(document, 'inflection')) {
      const value = (time: number) => powerCurve(Number(row.dim), 1, 3, Number(row.gamma), time).perturbedLoss;
      expect(row.time_theory).toBe(textbookTurn(times, value));
    }
  });

  test('is simulated within 6 standard errors, discretisation and rounding', () => {
    const accuracy = records(document, 'accuracy');
    records(document, 'curve').forEach((row, at) => {
      const known = (column: string) => Number(accuracy[at]![column]);
      const moved = known('sensitivity_rounding') / (Number(row.gamma) ** 2 * 2 * Number(row.dim));
      const rounding = 2 * Math.sqrt(known('loss_sim')) * moved + moved ** 2 + known('sensitivity_rounding');
      const bias = Math.abs(known('loss_bias') + known('sensitivity_bias'));
      const error = Math.abs(Number(row.perturbed_loss_sim) - Number(row.perturbed_loss_theory));
      expect(known('sensitivity_stderr')).toBeGreaterThan(0);
      expect(error).toBeLessThan(6 * known('sensitivity_stderr') + bias + rounding);
    });
    for (const row of records(document, 'inflection')) {
      const curve = records(document, 'curve').filter(({ dim, gamma }) => dim === row.dim && gamma === row.gamma);
      const simulated = new Map(curve.map(({ time, perturbed_loss_sim }) => [time, Number(perturbed_loss_sim)]));
      expect(row.time_sim).toBe(textbookTurn(times, (time) => simulated.get(time)!));
    }
    for (const { claim, verdict, reason } of document.checks) {
      expect([claim, verdict]).toEqual([claim, 'holds']);
      expect(reason).toMatch(/^dim [23468], the worst of 5: /);
    }
    expect(document.checks.map(({ claim }) => claim)).toEqual(['T0', 'T1', 'T2', 'T3']);
  });

  test('tells where each turns on no grid, and how far the grid and the draws may put the simulation off', () => {
    const fine = Array.from({ length: 20_001 }, (_, index) => 0.5 * 80 ** (index / 20_000));
    const coarse = fine.filter((_, index) => index % 200 === 0);
    for (const row of records(document, 'scaling')) {
      const [dim, gamma] = [Number(row.dim), Number(row.gamma)];
      expect(row.gamma_set).toBe(gamma);
      const value = (time: number) => powerCurve(dim, 1, 3, gamma, time).perturbedLoss;
      const near = fine.indexOf(textbookTurn(coarse, value)!);
      const turn = textbookTurn(fine.slice(Math.max(0, near - 200), near + 201), value)!;
      // The grid's ratio is 1.0002, and within it the textbook resolves the minimum to about √(2⁻⁵³) of a time constant.
      expect(Math.abs(Number(row.inflection_theory) / turn - 1)).toBeLessThan(3e-4);
      const helpful = Array.from({ length: dim }, (_, mode) => 1 / (mode + 1) > 2 * gamma ** 2 * dim);
      expect(row.helpful_modes).toBe(helpful.filter(Boolean).length);
      const at = times.indexOf(Number(row.inflection_sim));
      expect(row.inflection_spacing).toBe(Math.max(times[at]! - times[at - 1]!, times[at + 1]! - times[at]!));
      expect(Number(row.inflection_stderr)).toBeGreaterThanOrEqual(0);
    }
    expect(numbers(document, 'scaling', 'inflection_sim').sort()).toEqual(
      numbers(document, 'inflection', 'time_sim').sort(),
    );
    expect(numbers(document, 'scaling', 'inflection_stderr').some((error) => error > 0)).toBe(true);
  });

  test('fits power laws to all sizes and to those under either limit', () => {
    const rows = records(document, 'fit');
    expect(rows.map((row) => [row.gamma, row.limited_by, row.dims_theory, row.dims_sim])).toEqual([
      // 2 γ² d < 1/d below d = 8.8 and below d = 3.5.
      [0.08, 'either', 5, 5],
      [0.08, 'width', 5, 5],
      [0.08, 'noise', 0, 0],
      [0.2, 'either', 5, 5],
      [0.2, 'width', 2, 2],
      [0.2, 'noise', 3, 3],
    ]);
    for (const row of rows) {
      const members = records(document, 'scaling').filter(({ gamma, dim, helpful_modes }) => {
        if (gamma !== row.gamma) return false;
        return row.limited_by === 'either' || (row.limited_by === 'width') === (dim === helpful_modes);
      });
      const logs = (column: string) => members.map((member) => Math.log(Number(member[column])));
      for (const kind of ['theory', 'sim']) {
        const [exponent, error] = [row[`exponent_${kind}`], row[`exponent_${kind}_stderr`]];
        if (members.length < 3) expect([exponent, error]).toEqual([null, null]);
        else {
          const expected = line(logs('dim'), logs(`inflection_${kind}`));
          expect(Number(exponent)).toBeCloseTo(expected.slope, 10);
          expect(Number(error)).toBeCloseTo(expected.error, 10);
          expect(Math.log(Number(row[`prefactor_${kind}`]))).toBeCloseTo(expected.offset, 10);
        }
      }
      if (members.length < 3) expect(row.exponent_sim_spacing).toBeNull();
      else {
        // On a grid of equal ratios every minimum may be a ratio off.
        const centre = logs('dim').reduce((sum, x) => sum + x, 0) / members.length;
        const offsets = logs('dim').map((x) => x - centre);
        const worst = offsets.reduce((sum, x) => sum + Math.abs(x), 0) * (Math.log(80) / 29);
        const spread = offsets.reduce((sum, x) => sum + x * x, 0);
        expect(Number(row.exponent_sim_spacing)).toBeCloseTo(worst / spread, 10);
      }
    }
  });

  test('gives the same numbers to the same seed, and other noise to another', async () => {
    const brief = { ...settings, dims: '2,8', times: 'log:0.5:40:6', replicates: 20 };
    const one = await runScenario(width, brief, { seed: 7 });
    const again = await runScenario(width, { ...one.params }, { seed: 7 });
    expect(timeless(again)).toEqual(timeless(one));
    const other = await runScenario(width, brief, { seed: 8 });
    const simulated = numbers(one, 'curve', 'perturbed_loss_sim');
    numbers(other, 'curve', 'perturbed_loss_sim').forEach((value, at) => {
      expect(value).not.toBe(simulated[at]);
    });
  });

  test('is the scenario gaussian at each size', async () => {
    const { dims: _, ...common } = settings;
    const alone = await runScenario(gaussian, { ...common, dim: 6 }, { seed: 7 });
    const rows = (from: RunDocument) =>
      records(from, 'curve')
        .filter(({ dim = 6 }) => dim === 6)
        .map((row) => [row.gamma, row.time, row.perturbed_loss_theory, row.perturbed_loss_sim]);
    expect(rows(alone).length).toBe(60);
    expect(rows(document)).toEqual(rows(alone));
  });
});

const namesOf = ({ tables }: RunDocument, table: string) => tables[table]!.columns.map(({ name }) => name);

describe('other ways to run it', () => {
  const small = { dims: '2,4', tau: 3, times: '0.5,1,2,6,20', gammas: '0.1,0.3', replicates: 60 };

  test('full matrices, with a list of singular values', async () => {
    const document = await runScenario(width, { ...small, spectrum: '2,1' }, { engine: 'matrix' });
    expect(document.compute.engine).toBe('matrix');
    for (const row of records(document, 'curve')) {
      const dim = Number(row.dim);
      const spectrum = [2, 1, 0, 0].slice(0, dim);
      const task = { rows: dim, hidden: dim, cols: dim, spectrum, tau: 3 };
      const exact = textbookCurve(task, Number(row.gamma), Number(row.time));
      expect(Math.abs(Number(row.perturbed_loss_theory) / exact.perturbedLoss - 1)).toBeLessThan(1e-9);
    }
    const accuracy = records(document, 'accuracy');
    records(document, 'curve').forEach((row, at) => {
      const error = Math.abs(Number(row.perturbed_loss_sim) - Number(row.perturbed_loss_theory));
      const bias = Math.abs(Number(accuracy[at]!.loss_bias)) + Math.abs(Number(accuracy[at]!.sensitivity_bias));
      // Losses of up to 5 in float32, after some thousand steps.
      expect(error).toBeLessThan(6 * Number(accuracy[at]!.sensitivity_stderr) + bias + 1e-4);
    });
    for (const claim of ['T0', 'T1']) expect(verdictOf(document, claim)).toBe('holds');
    // The list leaves null modes in the larger network only.
    expect(document.checks.find(({ claim }) => claim === 'T3')).toMatchObject({ verdict: 'holds' });
    expect(document.checks.at(-1)!.reason).toMatch(/^dim 2, the worst of 1 \(not applicable to 1 more\): /);
  });

  test('the exact engine simulates nothing and says so', async () => {
    const document = await runScenario(width, small, { engine: 'exact' });
    expect(document.compute).toMatchObject({ engine: 'exact', backend: 'host', precision: 'f64' });
    expect(document.tables.accuracy!.rows).toEqual([]);
    for (const row of records(document, 'curve')) expect(row.perturbed_loss_sim).toBeNull();
    for (const row of records(document, 'inflection')) expect(row.time_sim).toBeNull();
    for (const row of records(document, 'scaling')) {
      expect([row.inflection_sim, row.inflection_stderr, row.inflection_spacing]).toEqual([null, null, null]);
    }
    for (const row of records(document, 'fit')) expect([row.exponent_sim, row.dims_sim]).toEqual([null, 0]);
    expect(document.checks.map(({ claim, verdict }) => `${claim} ${verdict}`)).toEqual([
      'T0 not-applicable',
      'T1 not-applicable',
      'T2 holds',
      'T3 holds',
    ]);
  });

  test('noise=init scales the noise by the initial weights of each size, and fits by what was set', async () => {
    const settings = { ...small, dims: '2,3,4', noise: 'init', gammas: '2,5' };
    const document = await runScenario(width, settings, { engine: 'exact' });
    for (const row of records(document, 'scaling')) {
      const scale = Math.exp(-3) / Math.sqrt(Number(row.dim));
      expect(Number(row.gamma) / (Number(row.gamma_set) * scale)).toBeCloseTo(1, 13);
    }
    expect(numbers(document, 'scaling', 'gamma_set')).toEqual([2, 2, 2, 5, 5, 5]);
    expect(records(document, 'fit').map((row) => [row.gamma_set, row.gamma])).toEqual(
      [2, 2, 2, 5, 5, 5].map((gamma) => [gamma, null]),
    );
    expect(records(document, 'fit')[0]!.exponent_theory).not.toBeNull();
  });

  test('noise that drowns everything turns at time 0, silence never; neither is fitted', async () => {
    const document = await runScenario(width, { ...small, dims: '2,3,4', tau: 1, gammas: '0,1', replicates: 400 });
    expect(records(document, 'scaling').map((row) => [row.gamma, row.inflection_theory])).toEqual([
      [0, null],
      [0, null],
      [0, null],
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    for (const row of records(document, 'scaling')) {
      if (row.gamma === 0) expect(row.inflection_sim).toBeNull();
      // Before the first recorded time nothing is known.
      else expect([row.inflection_sim, row.inflection_spacing]).toEqual([0.5, null]);
    }
    for (const row of records(document, 'fit')) {
      expect([row.dims_theory, row.dims_sim, row.exponent_theory, row.exponent_sim]).toEqual([0, 0, null, null]);
    }
    for (const { verdict } of document.checks) expect(verdict).not.toBe('fails');
  });

  test('where one size needs float64, all are computed in it', async () => {
    const settings = { ...small, dims: '2,8', tau: 13, times: '10,40', replicates: 2 };
    const need = async (dims: string, replicates: number) => {
      const parameters = resolveParameters(width, { ...settings, dims, replicates });
      return (await planSizes(parameters, ['matrix'], { seed: 1, engine: 'matrix', backend: 'auto' })).backend!;
    };
    // So many draws that float32 would save time, were it not for one of the sizes.
    expect(await need('1', 1e9)).toMatchObject({ float64Reason: undefined });
    expect((await need('1,8', 3e6)).float64Reason).toMatch(/^dim 8: float32 could be off by/);
    const document = await runScenario(width, settings, { engine: 'matrix' });
    expect(document.compute).toMatchObject({ backend: 'simd64', precision: 'f64', requested: 'auto' });
    const named = await runScenario(width, settings, { engine: 'matrix', backend: 'simd64' });
    expect(document.tables).toEqual(named.tables);
    const float32 = await runScenario(width, settings, { engine: 'matrix', backend: 'cpu' });
    expect(float32.warnings).toEqual([expect.stringMatching(/^dim 8: rounding in f32 may move/)]);
  });
});

describe('a learning rate beyond the stability limit', () => {
  const settings = { dims: '1,2,8', tau: 3, times: 'linear:1:4:7', gammas: '0.1', replicates: 40 };

  test('leaves the rows of the size that diverged empty, names it, and goes on with the others', async () => {
    // At 0.52 the first mode swings apart by 8 % a step, which shows in the loss once the other modes have stopped falling.
    const document = await runScenario(width, { ...settings, learningRate: 0.52 });
    expect(document.diverged).toEqual([{ network: 'pre-training, dim 1', step: 6, learning_rate: 0.52 }]);
    expect(document.warnings).toEqual([
      'learningRate 0.52 is beyond the stability limit 1/(2 sigma_1) = 0.5000 of gradient descent',
    ]);
    for (const row of records(document, 'curve')) {
      const steps = Math.floor(Number(row.time) / 0.52);
      expect(row.perturbed_loss_sim === null).toBe(row.dim === 1 && steps >= 6);
      expect(Number.isFinite(row.perturbed_loss_theory)).toBe(true);
    }
    expect(records(document, 'scaling')[0]).toMatchObject({ dim: 1, inflection_sim: null });
    for (const claim of ['T0', 'T1', 'T2']) {
      const check = document.checks.find((each) => each.claim === claim)!;
      expect(check.verdict).toBe('holds');
      expect(check.reason).toContain('the worst of 2 (not applicable to 1 more)');
    }
  });

  test('names every size that diverged', async () => {
    const document = await runScenario(width, { ...settings, times: 'linear:1:20:7', learningRate: 0.6 });
    expect(document.diverged.map(({ network }) => network)).toEqual([1, 2, 8].map((dim) => `pre-training, dim ${dim}`));
    expect(document.checks[1]!.reason).toMatch(/^dim 1 and 2 more: training diverged at step \d+$/);
  });
});

describe('requests and interruptions', () => {
  const refused = (settings: Readonly<Record<string, unknown>>, context = {}) => {
    const events: RunEvent[] = [];
    const run = async () => runScenario(width, settings, context, (event) => events.push(event));
    return run().then(
      () => 'accepted',
      (error: Error) => (events.length > 0 ? 'too late' : `${error.name} ${error.message}`),
    );
  };

  const requests: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
    [{ dims: '' }, 'dims: "" is not allowed; expected an increasing list of integers from 1 to 1048576'],
    [{ dims: '4,4' }, 'dims: "4,4" is not allowed; expected an increasing list'],
    [{ dims: [8, 4] }, 'dims: [8,4] is not allowed; expected an increasing list'],
    [{ dims: '0,4' }, 'dims: "0,4" is not allowed; expected an increasing list'],
    [{ dims: '2.5' }, 'dims: "2.5" is not allowed; expected an increasing list'],
    [{ dims: '1e9' }, 'dims: "1e9" is not allowed; expected an increasing list'],
    [
      { dims: '2,8', spectrum: '3,2,1' },
      'spectrum: "3,2,1" is not allowed; expected a law, or a list of at most 2 singular values, the smallest of dims',
    ],
    [{ dims: '2,8', spectrum: [3, 2, 1] }, 'spectrum: [3,2,1] is not allowed; expected a law, or a list of at most 2'],
    [{ spectrum: 'power:-1' }, 'spectrum: "power:-1" is not allowed; expected power:EXPONENT'],
    [{ dims: '2,8', spectrum: '1,2' }, 'spectrum: "1,2" is not allowed; expected singular values that never increase'],
    [{ dim: 4 }, '--set: "dim=4" is not allowed; expected a parameter of width; did you mean dims?'],
    [{ dims: '2,200000', times: '1' }, 'dims: 200000 is not allowed; expected a run that fits in'],
    [
      { times: 'linear:0:1:1000000', gammas: Array.from({ length: 1000 }, (_, i) => i) },
      'dims,gammas,times: "8000000000 rows"',
    ],
    [{ times: '1,1e12' }, 'times: 1000000000000 is not allowed; expected times up to'],
  ];
  test.each(requests.map(([settings, message]) => [message, settings] as const))(
    'one line, before anything is computed: %s',
    async (message, settings) => {
      const refusal = await refused(settings);
      expect(refusal.startsWith(`InvalidInputError ${message}`)).toBe(true);
      expect(refusal).not.toContain('\n');
    },
  );

  test('sizes whose curves together would not fit are refused, however small each is', async () => {
    const dims = Array.from({ length: 1000 }, (_, index) => 2 ** 20 - 1000 + index);
    expect(await refused({ dims, times: '1' })).toMatch(/^InvalidInputError dims: .* expected a run that fits in/);
  });

  test('tells how far it is, and ends when its signal is aborted', async () => {
    const settings = { dims: '2,3', times: '1,2,4', replicates: 2 };
    const progress: (readonly [number, number, string])[] = [];
    await runScenario(width, settings, {}, (event) => {
      if (event.kind === 'progress') progress.push([event.done, event.total, event.label]);
    });
    // Parts are weighed by the weights of a network: 4 and 9.
    expect(progress).toEqual([
      ...[4, 8, 12].map((done) => [done, 39, 'checkpoints, dim 2']),
      ...[21, 30, 39].map((done) => [done, 39, 'checkpoints, dim 3']),
    ]);
    const controller = new AbortController();
    let rows = 0;
    const run = runScenario(width, settings, { signal: controller.signal }, (event) => {
      if (event.kind === 'rows') rows++;
      if (event.kind === 'progress') controller.abort();
    });
    await expect(run).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(rows).toBe(2);
    await expect(runScenario(width, settings, { signal: AbortSignal.abort() })).rejects.toThrow('abort');
  });
});
