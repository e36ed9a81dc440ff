import { beforeAll, describe, expect, test } from 'vitest';
import type { RunDocument } from '../../../../src/sim/scenario/run-document.js';
import { gaussian } from '../../../../src/sim/scenarios/gaussian/gaussian.js';
import { numbers, records, runScenario, timeless, verdictOf } from '../../../support/documents.js';
import { textbookCurve } from '../../../support/textbook.js';

/** Within 10⁻⁹ of the textbook, relatively. */
function expectTextbook(document: RunDocument): void {
  const { rows, hidden, cols, spectrum, tau } = document.params as Parameters<typeof textbookCurve>[0];
  for (const row of records(document, 'curve')) {
    const exact = textbookCurve({ rows, hidden, cols, spectrum, tau }, Number(row.gamma), Number(row.time));
    expect(Math.abs(Number(row.perturbed_loss_theory) / exact.perturbedLoss - 1)).toBeLessThan(1e-9);
    expect(Math.abs(Number(row.sensitivity_theory) - exact.sensitivity)).toBeLessThan(1e-9 * exact.sensitivity);
  }
}

describe('the main job', () => {
  const settings = {
    dim: '24',
    spectrum: '3,2,1,0.5,0.25',
    gammas: '0.02,0.05,0.1,0.2',
    tau: '6',
    times: 'log:0.05:100:60',
    replicates: '200',
  };
  const context = { engine: 'matrix', seed: 7 } as const;
  let document: RunDocument;

  beforeAll(async () => {
    document = await runScenario(gaussian, settings, context);
  });

  test('says what computed it', () => {
    expect(document).toMatchObject({ schema: 1, scenario: 'gaussian', seed: 7, diverged: [], warnings: [] });
    expect(document.compute).toMatchObject({
      engine: 'matrix',
      backend: 'simd64',
      requested: 'auto',
      precision: 'f64',
    });
    expect(document.params).toMatchObject({ dim: 24, rows: 24, tau: 6, replicates: 200, learningRate: 'auto' });
    expect(document.tables.curve!.rows.length).toBe(4 * 60);
  });

  test('agrees with T3 to 1e-9 in every row', () => {
    expectTextbook(document);
  });

  test('has every simulated sensitivity within 4 standard errors of theory', () => {
    for (const row of records(document, 'curve')) {
      const error = Math.abs(Number(row.sensitivity_sim) - Number(row.sensitivity_theory));
      expect(error).toBeLessThan(4 * Number(row.sensitivity_stderr));
      // Loud noise is measured well: its own parts vary by 10 %, and 200 draws leave a tenth of that.
      if (row.gamma === 0.2) expect(Number(row.sensitivity_stderr)).toBeLessThan(0.05 * Number(row.sensitivity_theory));
      expect(Number(row.perturbed_loss_sim)).toBe(Number(row.loss) + Number(row.sensitivity_sim));
    }
  });

  test('finds the inflections, earlier for louder noise, near those of theory', () => {
    const [times, sims] = [numbers(document, 'inflection', 'time_theory'), numbers(document, 'inflection', 'time_sim')];
    const grid = [...new Set(numbers(document, 'curve', 'time'))];
    times.forEach((time, index) => {
      expect(Math.abs(grid.indexOf(time) - grid.indexOf(sims[index]!))).toBeLessThanOrEqual(2);
      if (index > 0) expect(time).toBeLessThan(times[index - 1]!);
      if (index > 0) expect(sims[index]!).toBeLessThan(sims[index - 1]!);
    });
    expect(numbers(document, 'inflection', 'gamma')).toEqual([0.02, 0.05, 0.1, 0.2]);
  });

  test('keeps its discretisation below a quarter of the Monte Carlo error, and accounts for it', () => {
    for (const row of records(document, 'accuracy')) {
      expect(Math.abs(Number(row.sensitivity_bias))).toBeLessThan(0.3 * Number(row.sensitivity_stderr));
      expect(Number(row.sensitivity_rounding)).toBeLessThan(0.3 * Number(row.sensitivity_stderr));
      // loss_sim − loss_theory − loss_bias is rounding: R moves by at most the rounding of s, which is shown as a bound on
      // the sensitivity, γ²(p + q) Σ Δs.
      const slope = Number(row.gamma) ** 2 * 48;
      const change = Number(row.sensitivity_rounding) / slope;
      const unexplained = Number(row.loss_sim) - Number(row.loss_theory) - Number(row.loss_bias);
      // The losses themselves are sums of 24² squares in float64.
      const summing = 24 ** 2 * 2 ** -53 * (Number(row.loss_sim) + Number(row.loss_theory));
      const allowed = 2 * Math.sqrt(Number(row.loss_sim)) * change + change ** 2 + summing;
      expect(Math.abs(unexplained)).toBeLessThanOrEqual(allowed);
    }
  });

  test('has its rows in order of gamma, then time', () => {
    for (const table of ['curve', 'accuracy']) {
      const keys = records(document, table).map((row) => [Number(row.gamma), Number(row.time)] as const);
      keys.slice(1).forEach(([gamma, time], at) => {
        const [before, earlier] = keys[at]!;
        expect(gamma > before || (gamma === before && time > earlier)).toBe(true);
      });
    }
  });

  test('checks what it bears on, and says why it does not check the rest', () => {
    expect(document.checks.map(({ claim, verdict }) => `${claim} ${verdict}`)).toEqual([
      'T0 holds',
      'T1 holds',
      'T2 not-applicable',
      'T3 not-applicable',
    ]);
    expect(document.checks[2]!.reason).toContain('19 modes with sigma = 0');
  });

  test('is one JSON document that is identical when run again, and when its own parameters are fed back', async () => {
    const text = JSON.stringify(timeless(document));
    expect(JSON.parse(text)).toEqual(timeless(document));
    const again = await runScenario(gaussian, { ...document.params }, context);
    expect(JSON.stringify(timeless(again))).toBe(text);
  });
});

describe('noise on networks of other kinds', () => {
  const small = { dim: 3, spectrum: '2,1,0.5', tau: 3, times: '0.5,1,2,6', gammas: '0.05,0.3', replicates: 60 };

  test.each(['modes', 'matrix'] as const)('rectangular, engine %s', async (engine) => {
    const shape = { rows: 6, hidden: 9, cols: 4, spectrum: 'power:1' };
    const document = await runScenario(gaussian, { ...small, ...shape }, { engine });
    expectTextbook(document);
    for (const row of records(document, 'curve')) {
      const error = Math.abs(Number(row.sensitivity_sim) - Number(row.sensitivity_theory));
      expect(error).toBeLessThan(4 * Number(row.sensitivity_stderr));
    }
    for (const claim of ['T0', 'T1', 'T2', 'T3']) expect(verdictOf(document, claim)).toBe('holds');
  });

  test('narrower than its task: what it cannot learn stays in the loss', async () => {
    const document = await runScenario(gaussian, { ...small, hidden: 2, times: '20' });
    expectTextbook(document);
    for (const loss of numbers(document, 'curve', 'loss')) expect(loss).toBeCloseTo(0.25, 5);
  });

  test('noise=init multiplies gammas by the deviation of the initial weights', async () => {
    const document = await runScenario(gaussian, { ...small, noise: 'init' }, { engine: 'exact' });
    const scale = Math.exp(-3) / Math.sqrt(3);
    const found = [...new Set(numbers(document, 'curve', 'gamma'))];
    expect(found.length).toBe(2);
    expect(found[0]! / (0.05 * scale)).toBeCloseTo(1, 13);
    expect(found[1]! / (0.3 * scale)).toBeCloseTo(1, 13);
    expect(document.params).toMatchObject({ gammas: [0.05, 0.3], noise: 'init' });
    expectTextbook(document);
  });

  test('gamma=0 hurts nothing, is never judged and never turns', async () => {
    const document = await runScenario(gaussian, { ...small, gammas: '0' });
    for (const column of ['sensitivity_theory', 'sensitivity_sim', 'sensitivity_stderr']) {
      expect(numbers(document, 'curve', column)).toEqual([0, 0, 0, 0]);
    }
    expect(records(document, 'inflection')).toEqual([{ gamma: 0, time_theory: null, time_sim: null }]);
    expect([verdictOf(document, 'T1'), verdictOf(document, 'T3')]).toEqual(['not-applicable', 'not-applicable']);
  });

  test('the exact engine simulates nothing and says so', async () => {
    const document = await runScenario(gaussian, small, { engine: 'exact' });
    expectTextbook(document);
    for (const row of records(document, 'curve')) {
      expect([row.sensitivity_sim, row.sensitivity_stderr, row.perturbed_loss_sim]).toEqual([null, null, null]);
    }
    expect(document.compute).toMatchObject({ engine: 'exact', backend: 'host', precision: 'f64' });
    expect(records(document, 'inflection').every((row) => row.time_sim === null)).toBe(true);
    expect(document.tables.accuracy!.rows).toEqual([]);
    expect(document.checks.map(({ verdict }) => verdict)).toEqual([
      'not-applicable',
      'not-applicable',
      'holds',
      'holds',
    ]);
  });

  test('the same seed gives the same noise to either engine and any backend, another seed another', async () => {
    const run = (seed: number, backend: 'cpu' | 'webasm' | 'reference') =>
      runScenario(gaussian, small, { seed, backend, engine: 'modes' });
    const [one, same, other] = [await run(3, 'reference'), await run(3, 'webasm'), await run(4, 'reference')];
    const sensitivities = numbers(one, 'curve', 'sensitivity_sim');
    numbers(same, 'curve', 'sensitivity_sim').forEach((value, at) => {
      // float32 moments of a few dozen terms.
      expect(Math.abs(value / sensitivities[at]! - 1)).toBeLessThan(1e-4);
    });
    numbers(other, 'curve', 'sensitivity_sim').forEach((value, at) => {
      expect(Math.abs(value / sensitivities[at]! - 1)).toBeGreaterThan(1e-4);
    });
    expect(one.compute).toMatchObject({ backend: 'reference', precision: 'f64', reason: 'asked for by name' });
    expect(timeless(await run(3, 'cpu'))).toEqual(timeless(await run(3, 'cpu')));
  });
});
