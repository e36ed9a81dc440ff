import { expect, test } from 'vitest';
import { openBackend } from '../../../../src/sim/backends/open-backend.js';
import { recipeOf } from '../../../../src/sim/scenarios/decoupling/rules.js';
import { sphereStart, trainCell } from '../../../../src/sim/scenarios/decoupling/train-cell.js';
import { fromNothing, optimizerOracle } from '../../../support/optimizer-oracle.js';

test('divergence is told by its very step, whenever networks are looked at', async () => {
  const shape = { rows: 2, hidden: 3, cols: 2 };
  const steps = 24;
  const settings = { sphere: 'frobenius', radius: 1, gainRate: 0.1, weightDecay: 0, warmup: 0.1, steps } as const;
  const recipe = recipeOf({ kind: 'plain', hasDecay: false, hasWarmup: false }, 'gradient-descent', settings);
  const cell = {
    ...{ shape, recipe, radius: 1, inputs: undefined, looks: [3, 6, 17, 24] },
    starts: [0, 1].map((training) => sphereStart(shape, 'frobenius', 3, training)),
    learningRates: [0.01, 0.9, 2, 20],
    target: Float64Array.of(1, 0, 0, 0.5),
  };
  const { backend } = await openBackend('reference');
  const networks = await trainCell(backend, cell);
  await backend.dispose();
  const expected = networks.map(({ learningRate, training }) => {
    const batch = { shape, count: 1, ...cell.starts[training]!, target: cell.target, rateScale: Float64Array.of(1) };
    for (let step = 1; step <= steps; step++) {
      const rates = recipe.shares.slice(0, step).map((share) => learningRate * share);
      const { first, second } = optimizerOracle(fromNothing(batch, 0), { optimizer: recipe.rule, rates } as never);
      if (![...first, ...second].every((weight) => Number.isFinite(weight ** 4))) return step;
    }
    return undefined;
  });
  expect(networks.map(({ divergedAt }) => divergedAt)).toEqual(expected);
  // Steps of all kinds: never, at a look, and between looks.
  expect(expected).toContain(undefined);
  expect(expected).toContain(6);
  expect(expected.some((step) => step !== undefined && !cell.looks.includes(step))).toBe(true);
});
