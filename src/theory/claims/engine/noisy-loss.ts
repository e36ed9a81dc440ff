import { Matrix } from 'ml-matrix';
import type { LayerNoise } from '../../sensitivity.js';
import type { Network } from './drawn-network.js';
import { explicitLoss, lossBound, weightCount, weightsOf } from './explicit-loss.js';
import type { NoiseModel } from './noise-model.js';

/**
 * Mean of `‖W̃1W̃2 - A‖²` over the noise, less its value without noise, entry by entry and for any model of the noise.
 *
 * @param network weights and task
 * @param scales standard deviation of the noise on each entry of `W1` and of `W2`
 * @param model how the noise is drawn
 */
export function explicitExcess(network: Network, scales: LayerNoise, model: NoiseModel): number {
  const lossAt = (draw: number): number => {
    const { first, second } = moved(network, scales, draw);
    return explicitLoss([first, second], network.task)(weightsOf([first, second]));
  };
  if (model.draw === 'in step') return (lossAt(model.mean + 1) + lossAt(model.mean - 1)) / 2 - lossAt(0);
  const drift = model.mean === 0 ? 0 : lossAt(model.mean) - lossAt(0);
  return drift + excessByDifferences(moved(network, scales, model.mean), scales);
}

/**
 * Rounding of `explicitExcess`: each second difference combines a few losses, each a sum of `h` terms per entry, and there is
 * one for every weight.
 */
export function excessRounding(network: Network, scales: LayerNoise, model: NoiseModel): number {
  const { rows, columns: hidden } = network.first;
  const reach = 1 + Math.abs(model.mean);
  const bound = lossBound(network, {
    first: scales.first * reach * Math.sqrt(rows * hidden),
    second: scales.second * reach * Math.sqrt(hidden * network.second.columns),
  });
  return 2 * Number.EPSILON * (hidden + 4) * weightCount(network) * bound + TINY;
}

/** Keeps the tolerance positive where nothing is left to round. */
const TINY = 1e-300;

/** The network with every weight displaced by `draw` times the scale of its layer. */
function moved({ first, second, task }: Network, scales: LayerNoise, draw: number): Network {
  return {
    first: Matrix.add(first, draw * scales.first),
    second: Matrix.add(second, draw * scales.second),
    task,
  };
}

/**
 * Mean of `‖(W1 + γ1E1)(W2 + γ2E2) - A‖²`, less its value without noise, for independent entries of mean zero and variance 1.
 *
 * For fixed `W1` the loss is a quadratic polynomial of all entries of `W2`, whose cross terms have mean zero: the mean adds,
 * for each entry, the second difference that `±γ2` makes. What results is a quadratic polynomial of the entries of `W1`,
 * and the same holds again. A row of `W1` meets only its own row of the task, so that the loss is a sum over rows.
 */
export function excessByDifferences({ first, second, task }: Network, noise: LayerNoise): number {
  const columns = second.transpose().to2DArray();
  let excess = 0;
  for (let index = 0; index < task.rows; index++) {
    const [row, target] = [first.getRow(index), task.getRow(index)];
    const centre = meanOverSecond(row, columns, target, noise.second);
    excess += centre.excess;
    for (let k = 0; k < row.length; k++) {
      const at = row[k]!;
      row[k] = at + noise.first;
      const above = meanOverSecond(row, columns, target, noise.second);
      row[k] = at - noise.first;
      const below = meanOverSecond(row, columns, target, noise.second);
      row[k] = at;
      excess += (above.mean + below.mean) / 2 - centre.mean;
    }
  }
  return excess;
}

/** Mean of the loss of one row over the noise of `W2` alone, and its part that is due to the noise. */
function meanOverSecond(
  row: readonly number[],
  columns: readonly (readonly number[])[],
  target: readonly number[],
  gamma: number,
): { mean: number; excess: number } {
  let loss = 0;
  let excess = 0;
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    let residual = -target[index]!;
    for (let k = 0; k < row.length; k++) residual += row[k]! * column[k]!;
    loss += residual ** 2;
    for (let k = 0; k < row.length; k++) {
      const moved = row[k]! * gamma;
      excess += ((residual + moved) ** 2 + (residual - moved) ** 2) / 2 - residual ** 2;
    }
  }
  return { mean: loss + excess, excess };
}
