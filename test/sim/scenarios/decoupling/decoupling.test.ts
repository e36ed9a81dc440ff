import { describe, expect, test } from 'vitest';
import { decoupling } from '../../../../src/sim/scenarios/decoupling/decoupling.js';
import { sphereStart } from '../../../../src/sim/scenarios/decoupling/train-cell.js';
import { InputMoments } from '../../../../src/sim/training/input-moments.js';
import { embedDiagonal, randomBasis } from '../../../../src/sim/training/network-start.js';
import { decoupledOracle, layerShapes, rowsOf, weightsOf } from '../../../support/decoupled-oracle.js';
import { records, runScenario, verdictOf } from '../../../support/documents.js';
import {
  fromNothing,
  optimizerOracle,
  type Rows,
  rules,
  times,
  transposed,
  zip,
} from '../../../support/optimizer-oracle.js';

const DIM = 3;
const STEPS = 20;
const TRAININGS = 2;
const RATES = [0.02, 0.1];
const SPECTRUM = [2, 1, 0.5];
const REACH = 0.8;
/** Sum of the spectrum times the reach. */
const SQUARED_RADIUS = 2.8;
const SEED = 1;

const settings = {
  dim: DIM,
  spectrum: SPECTRUM.join(','),
  reach: REACH,
  widths: '2,4',
  learningRates: RATES.join(','),
  steps: STEPS,
  trainings: TRAININGS,
  batch: 4,
  replicates: 30,
  gainRate: 0.03,
  weightDecay: 0.5,
  warmup: 0.25,
};

const linear = Array.from({ length: STEPS }, (_, step) => 1 - (step + 0.5) / STEPS);
const warmed = Array.from({ length: STEPS }, (_, step) =>
  Math.min((step + 0.5) / STEPS / 0.25, (1 - (step + 0.5) / STEPS) / 0.75),
);

const { left, right } = randomBasis({ rows: DIM, hidden: DIM, cols: DIM }, SEED);
const task = embedDiagonal(left, SPECTRUM, right).to2DArray();
const moments = new InputMoments(DIM, 4, TRAININGS, SEED).draw(0, STEPS);
const inputsOf = (training: number): Rows[] =>
  Array.from({ length: STEPS }, (_, step) => {
    const at = (step * TRAININGS + training) * DIM * DIM;
    return rowsOf(moments.subarray(at, at + DIM * DIM), { rows: DIM, cols: DIM });
  });

type Sphere = 'frobenius' | 'row' | 'column';

function startOf(hidden: number, sphere: Sphere, training: number): readonly [Rows, Rows] {
  const shape = { rows: DIM, hidden, cols: DIM };
  const { first, second } = sphereStart(shape, sphere, SEED, training);
  const [ofFirst, ofSecond] = layerShapes(shape);
  return [rowsOf(first, ofFirst), rowsOf(second, ofSecond)];
}

const squared = (matrix: Rows) => matrix.flat().reduce((sum, entry) => sum + entry ** 2, 0);
const lossOf = ([first, second]: readonly [Rows, Rows]) => squared(zip(times(first, second), task, (w, a) => w - a));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Both layers after every step of a decoupled training, by direct integration of the update. */
function decoupledCourse(
  hidden: number,
  base: string,
  sphere: Sphere,
  gains: 'none' | 'both' | 'row',
  rate: number,
  training: number,
) {
  const course = decoupledOracle(startOf(hidden, sphere, training), task, {
    base,
    sphere,
    gains,
    radius: Math.sqrt(SQUARED_RADIUS),
    rates: linear.map((share) => rate * share),
    gainRates: linear.map((share) => 0.03 * share),
    inputs: inputsOf(training),
  });
  return course.map(
    ([first, second]) =>
      [weightsOf(first, Math.sqrt(SQUARED_RADIUS)), weightsOf(second, Math.sqrt(SQUARED_RADIUS))] as const,
  );
}

/** Both layers at the end of a plain training with weight decay. */
function decayedEnd(hidden: number, rate: number, training: number): readonly [Rows, Rows] {
  const radius = Math.sqrt(SQUARED_RADIUS);
  let layers = startOf(hidden, 'frobenius', training).map((layer) =>
    layer.map((row) => row.map((entry) => radius * entry)),
  ) as [Rows, Rows];
  const memories = [{}, {}];
  const inputs = inputsOf(training);
  warmed.forEach((share, step) => {
    const [first, second] = layers;
    const seen = times(
      zip(times(first, second), task, (w, a) => 2 * (w - a)),
      inputs[step]!,
    );
    const gradients = [times(seen, transposed(second)), times(transposed(first), seen)];
    layers = layers.map((layer, at) => {
      const direction = rules.adam!(gradients[at]!, memories[at]!, step + 1);
      return zip(layer, direction, (w, d) => w * (1 - rate * share * 0.5) - rate * share * d);
    }) as [Rows, Rows];
  });
  return layers;
}

describe('decoupling', () => {
  test('trains as the update says, integrated directly', async () => {
    const document = await runScenario(decoupling, { ...settings, gains: 'none,row,both' }, { backend: 'reference' });
    const reached = records(document, 'reached');
    const lossIn = (optimizer: string, name: string, width: number, rate: number) =>
      Number(
        reached.find(
          (row) =>
            row.optimizer === optimizer &&
            row.parameterization === name &&
            row.width === width &&
            row.learning_rate === rate,
        )!.loss_sim,
      );
    const trainings = Array.from({ length: TRAININGS }, (_, training) => training);
    // Layers that are tall and that are wide, each width at a rate of its own.
    for (const [width, rate] of [
      [2, RATES[0]!],
      [4, RATES[1]!],
    ] as const) {
      for (const optimizer of ['adam', 'muon']) {
        for (const gains of ['none', 'row', 'both'] as const) {
          const ends = trainings.map((training) =>
            lossOf(decoupledCourse(width, optimizer, 'frobenius', gains, rate, training).at(-1)!),
          );
          // Float64 on both sides; rounding grows along 20 steps by less than a thousandfold.
          const seen = lossIn(optimizer, `decoupled, gains ${gains}`, width, rate);
          expect(Math.abs(seen / mean(ends) - 1)).toBeLessThan(1e-10);
        }
      }
      const decayed = trainings.map((training) => lossOf(decayedEnd(width, rate, training)));
      expect(Math.abs(lossIn('adam', 'plain, decay, warm-up', width, rate) / mean(decayed) - 1)).toBeLessThan(1e-10);
      const plain = trainings.map((training) => {
        const shape = { rows: DIM, hidden: width, cols: DIM };
        const [first, second] = startOf(width, 'frobenius', training).map((layer) =>
          Float64Array.from(layer.flat(), (entry) => Math.sqrt(SQUARED_RADIUS) * entry),
        ) as [Float64Array, Float64Array];
        const batch = {
          shape,
          count: 1,
          first,
          second,
          target: Float64Array.from(task.flat()),
          rateScale: Float64Array.of(rate),
        };
        const inputs = Float64Array.from(inputsOf(training).flat(2));
        const end = optimizerOracle(fromNothing(batch, 2), {
          optimizer: { name: 'adam', moments: 2 } as never,
          rates: linear,
          inputs,
        });
        const [ofFirst, ofSecond] = layerShapes(shape);
        return lossOf([rowsOf(end.first, ofFirst), rowsOf(end.second, ofSecond)]);
      });
      expect(Math.abs(lossIn('adam', 'plain', width, rate) / mean(plain) - 1)).toBeLessThan(1e-10);
    }
  });

  test.each(['frobenius', 'row', 'column'] as const)('measures single updates on the %s sphere', async (sphere) => {
    const document = await runScenario(
      decoupling,
      { ...settings, sphere, widths: '2', gains: 'both', optimizers: 'muon', learningRates: '0.05,0.1' },
      { backend: 'reference' },
    );
    const rows = records(document, 'updates').filter(
      ({ parameterization }) => parameterization === 'decoupled, gains both',
    );
    expect(rows.length).toBe(16);
    for (const row of rows) {
      const step = Number(row.steps);
      const rate = Number(row.step_rate) / linear[step - 1]!;
      const changes = Array.from({ length: TRAININGS }, (_, training) => {
        const course = decoupledCourse(2, 'muon', sphere, 'both', rate, training);
        const [before, after] = [course[step - 1]![0], course[step]![0]];
        return Math.sqrt(squared(zip(after, before, (a, b) => a - b)) / squared(before));
      });
      expect(Math.abs(Number(row.relative_update_first_sim) / mean(changes) - 1)).toBeLessThan(1e-9);
      const chord = 2 * Math.sin(Math.atan(rate * linear[step - 1]!) / 2);
      expect(Math.abs(Number(row.direction_update_second_sim) - chord)).toBeLessThan(1e-13);
      expect(Math.abs(Number(row.direction_update_theory) - chord)).toBeLessThan(1e-15);
    }
  });

  test('stays above what its spheres allow, and comes near it', async () => {
    const document = await runScenario(decoupling, {
      gains: 'none',
      widths: '6,12',
      dim: 4,
      reach: 0.5,
      optimizers: 'muon',
      batch: 'full',
      steps: 120,
      trainings: 2,
      learningRates: '0.03,0.06,0.12',
    });
    // Half of the sum is taken away, the same from each of the four singular values, as the smallest of them has as much.
    const sigmas = [1, 2 ** -0.5, 3 ** -0.5, 0.5];
    const radius = 0.5 * sigmas.reduce((sum, sigma) => sum + sigma, 0);
    const shrinkage = radius / 4;
    expect(sigmas.at(-1)!).toBeGreaterThan(shrinkage);
    const floor = 4 * shrinkage ** 2;
    for (const row of records(document, 'reached').filter(({ loss_floor_theory }) => loss_floor_theory !== null)) {
      expect(Number(row.loss_floor_theory)).toBeCloseTo(floor, 12);
      expect(Number(row.loss_sim)).toBeGreaterThan(floor * (1 - 1e-4));
    }
    for (const row of records(document, 'sensitivity').filter(({ nuclear_bound }) => nuclear_bound !== null)) {
      expect(Number(row.nuclear_bound)).toBeCloseTo(radius, 12);
      expect(Number(row.nuclear_norm)).toBeLessThan(radius * (1 + 1e-4));
      expect(Number(row.nuclear_norm)).toBeGreaterThan(0.99 * radius);
      // q‖W1‖² + p‖W2‖² = 8ρ² and γ⁴phq, at γ = 0.1.
      const constant = 0.01 * 8 * radius + 1e-4 * 16 * Number(row.width);
      expect(Number(row.sensitivity_theory) / constant).toBeCloseTo(1, 4);
      expect(Number(row.sensitivity_floor) / constant).toBeGreaterThan(0.99);
      expect(Number(row.sensitivity_floor) / constant).toBeLessThan(1 + 1e-4);
    }
    for (const claim of decoupling.claims) expect(verdictOf(document, claim)).toBe('holds');
  });

  test('on a task that can be fitted the relative update follows the rate, and plain Adam ends lower', async () => {
    const document = await runScenario(decoupling, {
      dim: 4,
      widths: '4,8',
      gains: 'none,both',
      trainings: 3,
      steps: 120,
      learningRates: 'log:0.0078125:0.5:7',
    });
    for (const claim of decoupling.claims) expect(verdictOf(document, claim)).toBe('holds');
    const parts = new Map(records(document, 'parts').map(({ part, verdict }) => [part, verdict]));
    expect(parts.get('tracking')).toBe('agrees');
    expect(parts.get('loss')).toBe('disagrees');
    expect(document.verdict?.verdict).toBe('open in the linear model');
    const ratios = records(document, 'rates').filter(({ optimizer }) => optimizer === 'adam');
    for (const { log_ratio_sim, log_ratio_stderr } of ratios)
      expect(Number(log_ratio_sim)).toBeGreaterThan(3 * Number(log_ratio_stderr));
  });

  test('divergence is a result', async () => {
    const document = await runScenario(
      decoupling,
      { ...settings, optimizers: 'gradient-descent', learningRates: '0.01,1000', gains: 'both' },
      { backend: 'reference' },
    );
    const plain = records(document, 'reached').filter(({ parameterization }) => parameterization === 'plain');
    expect(plain.map(({ diverged, loss_sim }) => [diverged, loss_sim === null])).toEqual([
      [0, false],
      [TRAININGS, true],
      [0, false],
      [TRAININGS, true],
    ]);
    expect(document.diverged?.[0]?.learning_rate).toBe(1000);
    expect(document.diverged?.[0]?.network).toContain('gradient-descent, plain, width 2');
    // On spheres nothing can.
    const apart = records(document, 'reached').filter(({ parameterization }) =>
      String(parameterization).startsWith('decoupled'),
    );
    expect(apart.map(({ diverged }) => diverged)).toEqual([0, 0, 0, 0]);
  });

  test('one training or one width leaves the comparison open', async () => {
    const document = await runScenario(
      decoupling,
      { ...settings, trainings: 1, widths: '3' },
      { backend: 'reference' },
    );
    expect(document.verdict?.verdict).toBe('open in the linear model');
    expect(records(document, 'transfer')).toEqual([]);
    expect(verdictOf(document, 'T1')).toBe('holds');
  });

  test.each([
    [{ dim: 1 }, 'dim: 1 is not allowed; expected an integer from 2 to 4096'],
    [{ widths: '8,4' }, 'widths: "8,4" is not allowed; expected an increasing list of integers from 2 to 4096'],
    [{ widths: '1,4' }, 'widths: "1,4" is not allowed'],
    [{ sphere: 'cube' }, 'sphere: "cube" is not allowed; expected one of frobenius, row, column'],
    [{ gains: 'both,both' }, 'gains: "both,both" is not allowed'],
    [{ optimizers: 'newton' }, 'optimizers: "newton" is not allowed'],
    [{ learningRates: '0.1' }, 'learningRates: "0.1" is not allowed'],
    [{ reach: 0 }, 'reach: 0 is not allowed; expected a number from 0.001 to 1000'],
    [{ steps: 1 }, 'steps: 1 is not allowed'],
    [{ gainRate: -1 }, 'gainRate: -1 is not allowed'],
    [{ weightDecay: -1 }, 'weightDecay: -1 is not allowed'],
    [{ dim: 4096, widths: '4096' }, 'a run that fits in'],
  ])('%o is refused in one line', (wrong, message) => {
    expect(() => runScenario(decoupling, wrong)).toThrow(message);
  });
});
