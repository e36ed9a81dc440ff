import { Matrix } from 'ml-matrix';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Backend } from '../../../../src/sim/backends/backend.js';
import { openBackend } from '../../../../src/sim/backends/open-backend.js';
import { recipeOf } from '../../../../src/sim/scenarios/decoupling/rules.js';
import {
  type DecouplingStudy,
  type TrainedCell,
  trainedCells,
} from '../../../../src/sim/scenarios/decoupling/study.js';
import { sphereStart, trainCell } from '../../../../src/sim/scenarios/decoupling/train-cell.js';

const STEPS = 12;
const GRID = [0.01, 0.02, 0.03, 0.045, 0.07, 0.1, 0.15, 0.22, 0.33];
const WIDTHS = [2, 16];

const task = new Matrix([
  [1.4, 0.2],
  [-0.3, 0.6],
]);
const study: DecouplingStudy = {
  ...{ dim: 2, task, radius: 1, seed: 5, sphere: 'frobenius' },
  ...{ gains: ['row'], optimizers: ['adam'], widths: WIDTHS, learningRates: GRID },
  ...{ trainings: 2, batch: 'full', steps: STEPS, gainRate: 0.02, weightDecay: 0.1, warmup: 0.2 },
};

let backend: Backend;
const cells: TrainedCell[] = [];

beforeAll(async () => {
  ({ backend } = await openBackend('reference'));
  for await (const cell of trainedCells(backend, study)) cells.push(cell);
});

afterAll(() => backend.dispose());

const ratesOf = ({ networks }: TrainedCell) => [...new Set(networks.map(({ learningRate }) => learningRate))];

test('networks are those of the whole grid, at the rates that were tried', async () => {
  expect(cells.length).toBe(5 * WIDTHS.length);
  for (const cell of cells.filter(({ parameterization }) => parameterization.kind === 'decoupled')) {
    const shape = { rows: 2, hidden: cell.width, cols: 2 };
    const whole = await trainCell(backend, {
      ...{ shape, radius: 1, learningRates: GRID, inputs: undefined },
      recipe: recipeOf(cell.parameterization, cell.optimizer, study),
      starts: [0, 1].map((training) => sphereStart(shape, 'frobenius', study.seed, training)),
      target: Float64Array.from(task.to1DArray()),
      looks: Array.from({ length: STEPS }, (_, at) => at + 1),
    });
    const rates = ratesOf(cell);
    expect(cell.networks).toEqual(whole.filter(({ learningRate }) => rates.includes(learningRate)));
    expect([...cell.logLosses.keys()]).toEqual(rates);
  }
});

test('every best rate has both of its neighbours, and the search leaves others out', () => {
  for (const cell of cells) {
    const rates = ratesOf(cell);
    const at = GRID.indexOf(cell.rate);
    const neighbours = [GRID[at - 1], GRID[at + 1]].filter((rate) => rate !== undefined);
    expect(rates).toEqual(expect.arrayContaining([cell.rate, ...neighbours]));
  }
  const tried = cells.reduce((sum, cell) => sum + ratesOf(cell).length, 0);
  expect(tried).toBeLessThan(cells.length * (GRID.length - 2));
});

test('the widest networks are trained at the best rate of the narrowest too', () => {
  let apart = 0;
  cells.forEach((widest, at) => {
    if (widest.width !== WIDTHS.at(-1)) return;
    const narrowest = cells[at - WIDTHS.length + 1]!;
    expect(narrowest.width).toBe(WIDTHS[0]);
    expect(ratesOf(widest)).toContain(narrowest.rate);
    if (Math.abs(GRID.indexOf(widest.rate) - GRID.indexOf(narrowest.rate)) > 1) apart++;
  });
  // Where both are neighbours on the grid it would be tried anyway.
  expect(apart).toBeGreaterThan(0);
});
