import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { resolveParameters } from '../../../src/sim/scenario/resolve.js';
import { runEvents } from '../../../src/sim/scenario/run-document.js';
import type { RunRequest, Scenario } from '../../../src/sim/scenario/scenario.js';
import { gaussian } from '../../../src/sim/scenarios/gaussian/gaussian.js';
import { incremental } from '../../../src/sim/scenarios/incremental/incremental.js';
import { InvalidInputError } from '../../../src/theory/invalid-input.js';
import { numbers, runScenario, verdictOf } from '../../support/documents.js';
import { some } from '../../support/sample-size.js';

const everyCell = (tables: Readonly<Record<string, { rows: readonly (readonly unknown[])[] }>>) =>
  Object.values(tables).flatMap(({ rows }) => rows.flat());

describe('extreme problems', () => {
  test('tau=300 is computed in float64, without NaN or overflow', async () => {
    const settings = { dim: 3, spectrum: '2,1,0.5', tau: 300, times: 'linear:10:400:14' };
    const document = await runScenario(incremental, settings);
    expect(document.compute).toMatchObject({ backend: 'simd64', precision: 'f64', requested: 'auto' });
    expect(document.compute.reason).toContain('underflow float32');
    expect(everyCell(document.tables).every(Number.isFinite)).toBe(true);
    for (const claim of ['T0', 'T0-bounds', 'T2']) expect(verdictOf(document, claim)).toBe('holds');
    // Half-times τ/(2σ) are 75, 150 and 300.
    expect(numbers(document, 'loss', 'loss_sim').at(-1)).toBeLessThan(1e-3);
  });

  test('spectra over twelve decades are simulated, and the last mode stays where it was', async () => {
    const settings = { dim: 3, spectrum: '1e6,1,1e-6', tau: 5, times: 'log:1e-7:0.2:12' };
    for (const engine of ['modes', 'exact'] as const) {
      const document = await runScenario(incremental, settings, { engine });
      const cells = everyCell(document.tables).filter((cell) => cell !== null);
      expect(cells.every(Number.isFinite)).toBe(true);
      for (const { verdict } of document.checks) expect(verdict).not.toBe('fails');
      const last = numbers(document, 'modes', 'singular_value_theory').at(-1);
      expect(last! / Math.exp(-10)).toBeCloseTo(1, 2);
    }
  });

  test('singular values beyond float32 are computed in float64', async () => {
    const settings = { dim: 2, spectrum: '1e13,1e12', tau: 1, times: '1e-14,1e-12' };
    const { compute } = await runScenario(incremental, settings);
    expect(compute).toMatchObject({ precision: 'f64' });
    expect(compute.reason).toContain('overflow float32');
  });

  test('full matrices whose weights start below their rounding are computed in float64, or warned of', async () => {
    const sparse = { dim: 2, spectrum: '2,1', tau: 30, times: '60' };
    const document = await runScenario(incremental, sparse, { engine: 'matrix' });
    expect(document.compute).toMatchObject({ precision: 'f64' });
    expect(document.warnings).toEqual([]);
    const named = await runScenario(incremental, sparse, { engine: 'matrix', backend: 'cpu' });
    const check = named.checks.find(({ claim }) => claim === 'T0')!;
    // Rounding of the mode that is learned first is relative to weights as small as it is; then it swamps the other.
    expect(check.verdict).toBe('holds');
    expect(check.reason).toMatch(/left out: rounding may move 1 of 2 comparisons by more than 1 %; a float64 backend/);
    expect(named.warnings).toEqual([
      'rounding in f32 may move singular values by up to 100 % of the largest; the modes engine rounds each mode on its own',
    ]);
    const scalar = await runScenario(incremental, sparse, { engine: 'modes', backend: 'cpu' });
    expect(scalar.warnings).toEqual([]);
  });

  test('a start above the spectrum is no failure of any claim', async () => {
    const settings = { dim: 5, spectrum: '1e-4,1e-5', tau: 0.1, times: '0,1,1000' };
    for (const engine of ['modes', 'matrix'] as const) {
      const document = await runScenario(incremental, settings, { engine });
      for (const { verdict } of document.checks) expect(verdict).not.toBe('fails');
      expect(verdictOf(document, 'T0')).toBe('holds');
    }
  });

  test('noise far below the rounding of a converged loss is no failure of any claim', async () => {
    const settings = { rows: 1, hidden: 4, cols: 3, spectrum: '0.06', tau: 34, times: 'linear:0:1073:9' };
    const noise = { gammas: '0.00023', noise: 'init', replicates: 40 };
    const document = await runScenario(gaussian, { ...settings, ...noise }, { backend: 'webasm' });
    for (const { verdict } of document.checks) expect(verdict).toBe('holds');
  });

  test('rounding of a large loss that has not begun to fall is no failure either', async () => {
    const settings = { rows: 5, hidden: 4, cols: 5, spectrum: '581,358,21.6,5.7', tau: 37.5, learningRate: 1e-4 };
    const noise = { gammas: '1.9', noise: 'init', replicates: 79, times: 'linear:0.0189:0.1701:9' };
    for (const seed of some([1, 2, 3], 1)) {
      const document = await runScenario(gaussian, { ...settings, ...noise }, { engine: 'matrix', seed });
      for (const { verdict } of document.checks) expect(verdict).not.toBe('fails');
    }
  });

  test('time 0 alone, the smallest network and the smallest grid', async () => {
    const document = await runScenario(gaussian, { dim: 1, spectrum: '1', times: '0', gammas: '0.1', replicates: 2 });
    expect(document.tables.curve!.rows.length).toBe(1);
    expect(document.checks.map(({ verdict }) => verdict)).not.toContain('fails');
  });
});

describe('requests that cannot be met', () => {
  test.each<[string, Readonly<Record<string, unknown>>, Partial<RunRequest>, RegExp]>([
    ['a dim that would not fit', { dim: 200_000, times: '1' }, {}, /^dim: 200000 .*would need [\d,]+ GiB$/],
    ['shapes that would not fit', { rows: 2e5, hidden: 5, cols: 2e5, times: '1' }, {}, /^rows,hidden,cols: /],
    ['steps without end', { dim: 2, times: '1,1e12' }, {}, /^times: 1000000000000 .*10\^8 steps/],
    ['a rate too small for the times', { dim: 2, times: '1e6', learningRate: 1e-9 }, {}, /^learningRate: /],
    ['a backend for the closed form', { dim: 2 }, { engine: 'exact', backend: 'cpu' }, /^--backend: "cpu"/],
  ])('%s is refused in one line, before anything is computed', async (_, settings, context, message) => {
    const events: string[] = [];
    const failure = await runScenario(gaussian, settings, context, ({ kind }) => events.push(kind)).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(InvalidInputError);
    expect((failure as Error).message).toMatch(message);
    expect((failure as Error).message).not.toContain('\n');
    expect(events).toEqual([]);
  });

  test('the exact engine has no limit of steps or networks', async () => {
    const document = await runScenario(
      gaussian,
      { dim: 20_000, times: '1,1e12', gammas: '0.001' },
      { engine: 'exact' },
    );
    expect(
      everyCell(document.tables)
        .filter((cell) => typeof cell === 'number')
        .every(Number.isFinite),
    ).toBe(true);
  });
});

describe('memory', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  /** Bytes in arrays that are still in use: freed ones are swept beside the program, so it asks again until there are few. */
  const held = async (few: number) => {
    for (let looks = 1; ; looks++) {
      collect();
      await setImmediate();
      const { arrayBuffers } = process.memoryUsage();
      if (arrayBuffers <= few || looks === 20) return arrayBuffers;
    }
  };

  test.each(
    some(
      [
        ['incremental', incremental as unknown as Scenario, {}],
        ['gaussian', gaussian as unknown as Scenario, { gammas: '0.1', replicates: 2 }],
      ] as const,
      1,
    ),
  )('of past networks is let go by %s', async (_, scenario, noise) => {
    const settings = { dim: 128, spectrum: 'linear', times: 'linear:1:22:22', learningRate: 0.25, ...noise };
    const parameters = resolveParameters(scenario, settings);
    const measured: number[] = [];
    for await (const event of runEvents(scenario, parameters, { seed: 1, engine: 'modes', backend: 'cpu' })) {
      // Twenty residuals of 128 × 128 doubles would be 2.6 MB.
      if (event.kind === 'progress' && event.done % 20 === 2)
        measured.push(await held(measured.length === 0 ? Infinity : measured[0]! + 1e6));
    }
    expect(measured[1]! - measured[0]!).toBeLessThanOrEqual(1e6);
  });
});
