import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { shannon } from '../../../../src/sim/scenarios/shannon/shannon.js';
import { numbers, records, runScenario, verdictOf } from '../../../support/documents.js';
import { integrate } from '../../../support/integrate.js';
import { remembered } from '../../../support/sample-size.js';

/** Factors are the same for every noise and every engine. */
const once = remembered<readonly number[]>();

/*
 * The oracle: factors of all modes under the gradient of the loss, integrated by ODEX, and noise of both layers from its definition
 * (mean squared norms of the four products of weights and noise). It shares neither the closed form nor T8 with the source.
 */
function noisyLoss(sigmas: readonly number[], width: number, tau: number, snr: number, time: number): number {
  const dim = sigmas.length;
  const learned = sigmas.slice(0, width);
  const factors = once(JSON.stringify([learned, tau, time]), () =>
    integrate(
      (_, d) => learned.map((sigma, at) => -2 * d[at]! * (d[at]! ** 2 - sigma)),
      learned.map(() => Math.exp(-tau)),
      time,
      1e-13,
    ),
  );
  const squaredNorm = factors.reduce((sum, factor) => sum + factor ** 2, 0);
  const variance = squaredNorm / (dim * width * snr);
  // E‖W1E2‖² = γ²·dim·‖W1‖², E‖E1W2‖² the same, E‖E1E2‖² = γ⁴·dim²·width.
  const noise = 2 * variance * dim * squaredNorm + variance ** 2 * dim ** 2 * width;
  const lacking = sigmas.reduce((sum, sigma, at) => sum + (sigma - (factors[at] ?? 0) ** 2) ** 2, 0);
  return lacking + noise;
}

/** Standard normal numbers of a small generator (mulberry32, Box and Muller), none of them those of the source. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/**
 * Losses ‖W−A‖² in descent on mini-batches, one for each training, with every weight and input written out; by numbers of steps, which
 * increase.
 */
function batchLosses(
  { sigmas: task, width, tau }: { sigmas: readonly number[]; width: number; tau: number },
  { batch, rate, trainings }: { batch: number; rate: number; trainings: number },
  recorded: readonly number[],
): Map<number, number[]> {
  const normal = normals(11);
  const dim = task.length;
  const losses = new Map(recorded.map((steps) => [steps, [] as number[]]));
  const goal = Matrix.diag([...task]);
  for (let training = 0; training < trainings; training++) {
    let first = Matrix.zeros(dim, width);
    let second = Matrix.zeros(width, dim);
    for (let mode = 0; mode < width; mode++) {
      first.set(mode, mode, Math.exp(-tau));
      second.set(mode, mode, Math.exp(-tau));
    }
    for (let step = 1; step <= recorded.at(-1)!; step++) {
      const inputs = Matrix.from1DArray(dim, batch, Array.from({ length: dim * batch }, normal));
      const errors = Matrix.sub(first.mmul(second), goal).mmul(inputs);
      const slope = errors.mmul(inputs.transpose()).mul((2 * rate) / batch);
      const next = Matrix.sub(first, slope.mmul(second.transpose()));
      second = Matrix.sub(second, first.transpose().mmul(slope));
      first = next;
      losses.get(step)?.push(Matrix.sub(first.mmul(second), goal).norm() ** 2);
    }
  }
  return losses;
}

function meanAndError(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

const sigmas = [1, 0.5, 0.3, 0.2, 0.1, 0.05];
const small = {
  dim: 6,
  spectrum: sigmas.join(','),
  widths: '1,2,3,4,5,6',
  times: 'log:1:100:8',
  snrs: '3,30',
  fitWidth: 5,
  fitTime: 60,
  resamples: 4,
};

describe('the Shannon law scenario', () => {
  test.each(['modes', 'matrix', 'exact'] as const)('agrees with integrated gradients, engine %s', async (engine) => {
    const document = await runScenario(shannon, small, { engine });
    const rows = records(document, 'surface');
    expect(rows.length).toBe(96);
    const accuracy = records(document, 'accuracy');
    for (const [at, row] of rows.entries()) {
      const expected = noisyLoss(sigmas, Number(row.width), 3, Number(row.snr), Number(row.time));
      // ODEX at 1e-13 through growth by e^3.
      expect(Math.abs(Number(row.perturbed_loss_theory) - expected)).toBeLessThan(1e-9);
      if (engine === 'exact') expect(row.perturbed_loss_sim).toBeNull();
      else {
        const { perturbed_loss_bias: bias, perturbed_loss_rounding: rounding } = accuracy[at]!;
        const off = Math.abs(Number(row.perturbed_loss_sim) - expected - Number(bias));
        // Six standard errors; 30 draws estimate theirs to an eighth, and tails are heavy in small networks.
        expect(off).toBeLessThan(9 * Number(row.perturbed_loss_stderr) + Number(rounding) + 1e-9);
      }
    }
    for (const { verdict } of document.checks) expect(verdict).not.toBe('fails');
    expect(document.verdict).toBeDefined();
  });

  test('on mini-batches it loses what descent with every input written out loses', async () => {
    const task = [1, 0.6, 0.4];
    const settings = {
      ...{ dim: 3, spectrum: task.join(','), tau: 1, widths: '1,2,3', times: '1,2,4,8', snrs: '1e12' },
      ...{ fitWidth: 3, fitTime: 8, batch: 4, trainings: 200, replicates: 2, learningRate: 0.1, resamples: 2 },
    };
    const document = await runScenario(shannon, settings);
    expect(document.compute.engine).toBe('matrix');
    const rows = records(document, 'surface');
    const directly = [1, 2, 3].map((width) =>
      batchLosses({ sigmas: task, width, tau: 1 }, { batch: 4, rate: 0.1, trainings: 200 }, [10, 20, 40, 80]),
    );
    let visible = 0;
    expect(rows.length).toBe(3 * 4);
    for (const row of rows) {
      const { width, time } = row as { width: number; time: number };
      const direct = meanAndError(directly[width - 1]!.get(Math.round(time / 0.1))!);
      const error = Math.hypot(direct.error, Number(row.perturbed_loss_stderr));
      // Independent means of 200 trainings; noise of 1e-12 of the weights adds below 1e-5.
      expect(Math.abs(Number(row.perturbed_loss_sim) - direct.mean)).toBeLessThan(5 * error + 1e-5);
      if (Math.abs(direct.mean - Number(row.perturbed_loss_theory)) > 5 * error + 1e-5) visible++;
    }
    // Gradient noise is seen, so that the comparison says something about it.
    expect(visible).toBeGreaterThan(3);
    expect(verdictOf(document, 'T0')).toBe('not-applicable');
    expect(verdictOf(document, 'T8-valley')).toBe('not-applicable');
  });

  test('on mini-batches noise of weights is that of T8, by layer', async () => {
    const settings = { ...small, batch: 3, trainings: 3, replicates: 60, learningRate: 0.1 };
    const document = await runScenario(shannon, settings);
    expect(verdictOf(document, 'T8')).toBe('holds');
    expect(records(document, 'accuracy')).toEqual([]);
    expect(numbers(document, 'surface', 'perturbed_loss_stderr').every((error) => error > 0)).toBe(true);
  });

  test('R² is that of the fitted parameters put into the formula', async () => {
    const document = await runScenario(shannon, small, { engine: 'exact' });
    const points = records(document, 'surface').filter((row) => row.snr === 3);
    const parameters = records(document, 'parameters').filter((row) => row.snr === 3);
    const value = (law: string, name: string) =>
      Number(parameters.find((row) => row.law === law && row.parameter === name)!.value_theory);
    const chinchilla = (n: number, d: number) =>
      value('chinchilla', 'E') +
      value('chinchilla', 'A') / n ** value('chinchilla', 'alpha') +
      value('chinchilla', 'B') / d ** value('chinchilla', 'beta');
    const capacity = (n: number, d: number) => {
      const of = (name: string) => value('shannon', name);
      const noise = of('c') * (d * n) ** of('gamma') + of('d') * d ** of('delta') + of('e');
      return 1 / (of('a') * n ** of('alpha') * Math.log2(1 + d ** of('beta') / noise));
    };
    for (const [law, formula] of [
      ['chinchilla', chinchilla],
      ['shannon', capacity],
    ] as const) {
      const held = points.filter((row) => Number(row.width) > 5 || Number(row.time) > 60);
      const logs = held.map((row) => Math.log(Number(row.perturbed_loss_theory)));
      const mean = logs.reduce((a, b) => a + b, 0) / logs.length;
      const left = held.map((row, at) => logs[at]! - Math.log(formula(Number(row.width), Number(row.time))));
      const squares = (values: readonly number[]) => values.reduce((sum, each) => sum + each ** 2, 0);
      const expected = 1 - squares(left) / squares(logs.map((log) => log - mean));
      const told = records(document, 'fit').find((row) => row.law === law && row.snr === 3 && row.part === 'held out')!;
      expect(told.points).toBe(held.length);
      expect(Number(told.r_squared_theory)).toBeCloseTo(expected, 6);
    }
  });

  test('shows what the docs say, on the loudest noise of the defaults', async () => {
    const document = await runScenario(shannon, { snrs: '2', times: 'log:1:300:12', resamples: 2 });
    for (const claim of ['T0', 'T8', 'T8-valley']) expect(verdictOf(document, claim)).toBe('holds');
    expect(document.verdict?.verdict).toBe('open in the linear model');
    const pooled = (law: string, part: string) =>
      Number(
        records(document, 'fit').find((row) => row.law === law && row.snr === null && row.part === part)!.r_squared_sim,
      );
    // Beyond in width, and on all that was held out, the Shannon law is ahead; beyond in time it is behind.
    for (const part of ['inside', 'width', 'held out']) {
      expect(pooled('shannon', part)).toBeGreaterThan(pooled('chinchilla', part) + 0.005);
    }
    expect(pooled('shannon', 'time')).toBeLessThan(pooled('chinchilla', 'time') - 0.005);
    const valley = records(document, 'valley');
    for (const row of valley) {
      expect(Number(row.rise_theory)).toBeGreaterThan(0);
      // A sum of falling terms cannot rise but by rounding.
      expect(Number(row.rise_chinchilla)).toBeLessThan(1e-12);
    }
    for (const row of valley) expect(Number(row.rise_shannon)).toBeGreaterThan(0.1);
    const times = valley.map((row) => Number(row.time_theory));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test('each preset looks beyond in one direction, with opposite verdicts', async () => {
    const run = (preset: string) => runScenario(shannon, { preset, snrs: '2', resamples: 2 }, { engine: 'exact' });
    expect((await run('more-width')).verdict?.verdict).toBe('agrees');
    expect((await run('more-time')).verdict?.verdict).toBe('disagrees');
  });

  test('says where training diverged, and fits the theory alone', async () => {
    const document = await runScenario(shannon, { ...small, learningRate: 1.5 });
    expect(document.diverged.map(({ network }) => network)).toContain('pre-training, width 1');
    expect(numbers(document, 'fit', 'r_squared_sim').every(Number.isNaN)).toBe(true);
    expect(numbers(document, 'fit', 'r_squared_theory').some(Number.isFinite)).toBe(true);
  });

  test('has no mini-batches but with full matrices', async () => {
    await expect(runScenario(shannon, { ...small, batch: 4 }, { engine: 'modes' })).rejects.toThrow(
      '--engine: "modes" is not allowed; expected auto or matrix with batch=4',
    );
  });

  test.each([
    [{ widths: '8,4' }, 'widths: "8,4" is not allowed'],
    [{ snrs: '0' }, 'snrs: "0" is not allowed'],
    [{ times: '0,1,2' }, 'times: 0 is not allowed; expected times above 0'],
    [
      { fitWidth: '4', fitTime: '2' },
      'fitWidth,fitTime: "4,2" is not allowed; expected a range with more than 8 points',
    ],
  ])('%o is refused in one line', (settings, message) => {
    expect(() => runScenario(shannon, settings)).toThrow(message);
  });
});
