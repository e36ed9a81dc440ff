import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import type { LayerNoise } from '../../sensitivity.js';
import type { Drawn } from './claim.js';
import { decades, type Network, weighted } from './draws.js';

// The loss of a network written out entry by entry, its derivatives by exact differences, and its mean under noise.

/** All weights of a network in one list: layer by layer, row by row. */
export function weightsOf(layers: readonly Matrix[]): Float64Array {
  return Float64Array.from(layers.flatMap((layer) => layer.to1DArray()));
}

/** The loss `‖W1 ⋯ WL - A‖²` as a function of all weights, written out in loops over entries; `layers` gives the shapes. */
export function explicitLoss(layers: readonly Matrix[], task: Matrix): SeparatelyQuadratic {
  const shapes = layers.map(({ rows, columns }) => ({ rows, columns }));
  const target = Float64Array.from(task.to1DArray());
  // Differences evaluate the loss thousands of times: the products W1W2, W1W2W3, … have their places once for all.
  const products = shapes.map(({ columns }) => new Float64Array(task.rows * columns));
  return (weights) => {
    let product = weights;
    let offset = 0;
    for (let layer = 0; layer < shapes.length; layer++) {
      const { rows, columns } = shapes[layer]!;
      if (layer > 0) {
        multiply(products[layer]!, product, task.rows, rows, weights, offset, columns);
        product = products[layer]!;
      }
      offset += rows * columns;
    }
    let loss = 0;
    for (let entry = 0; entry < target.length; entry++) loss += (product[entry]! - target[entry]!) ** 2;
    return loss;
  };
}

/** Writes the product of a `rows×inner` matrix with the `inner×columns` one that starts at `offset` of `right`. */
function multiply(
  product: Float64Array,
  left: Float64Array,
  rows: number,
  inner: number,
  right: Float64Array,
  offset: number,
  columns: number,
): void {
  // Two columns at a time, so that no sum waits for the one before; a last one without a partner is its own.
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += 2) {
      const next = Math.min(column + 1, columns - 1);
      let sum = 0;
      let nextSum = 0;
      for (let k = 0; k < inner; k++) {
        const factor = left[row * inner + k]!;
        sum += factor * right[offset + k * columns + column]!;
        nextSum += factor * right[offset + k * columns + next]!;
      }
      product[row * columns + column] = sum;
      product[row * columns + next] = nextSum;
    }
  }
}

/** A bound on `‖(W1 + X1)(W2 + X2) - A‖²` for `X1` and `X2` of at most these norms. Rounding of the loss is in units of it. */
export function lossBound({ first, second, task }: Network, displacement: Record<'first' | 'second', number>): number {
  const product = (first.norm() + displacement.first) * (second.norm() + displacement.second);
  return 2 * (product ** 2 + task.norm() ** 2);
}

export function weightCount({ first, second }: Network): number {
  return first.rows * first.columns + second.rows * second.columns;
}

/**
 * A polynomial that is at most quadratic in each single coordinate, whatever the others are, as the loss of a linear
 * network is in its weights. Central differences of such a function have no truncation error at any step, so that they
 * are an exact and formula-free source of its derivatives and of its mean under noise.
 */
export type SeparatelyQuadratic = (point: Float64Array) => number;

/** Gradient by central differences. */
export function slopes(of: SeparatelyQuadratic, point: Float64Array, step: number): Float64Array {
  const probe = Float64Array.from(point);
  return point.map((_, index) => {
    const [above, below] = aboveAndBelow(of, probe, index, step);
    return (above - below) / (2 * step);
  });
}

/** Trace of the Hessian: the sum of the second differences along the coordinates. */
export function hessianTraceOf(of: SeparatelyQuadratic, point: Float64Array, step: number): number {
  const probe = Float64Array.from(point);
  const centre = of(probe);
  let trace = 0;
  for (let index = 0; index < probe.length; index++) {
    const [above, below] = aboveAndBelow(of, probe, index, step);
    trace += (above - 2 * centre + below) / step ** 2;
  }
  return trace;
}

/** Hessian: slopes along one coordinate of the slopes along another. */
export function hessianOf(of: SeparatelyQuadratic, point: Float64Array, step: number): Matrix {
  const hessian = Matrix.zeros(point.length, point.length);
  const probe = Float64Array.from(point);
  const centre = of(probe);
  for (let index = 0; index < point.length; index++) {
    const at = point[index]!;
    const [above, below] = aboveAndBelow(of, probe, index, step);
    hessian.set(index, index, (above - 2 * centre + below) / step ** 2);
    for (let other = 0; other < index; other++) {
      probe[index] = at + step;
      const [bothAbove, firstAbove] = aboveAndBelow(of, probe, other, step);
      probe[index] = at - step;
      const [secondAbove, bothBelow] = aboveAndBelow(of, probe, other, step);
      probe[index] = at;
      const mixed = (bothAbove - firstAbove - secondAbove + bothBelow) / (4 * step ** 2);
      hessian.set(index, other, mixed);
      hessian.set(other, index, mixed);
    }
  }
  return hessian;
}

/**
 * Mean of the function when every coordinate moves up or down by its own scale with equal chance, by going through all
 * `2^n` cases. A separately quadratic function has this same mean under any independent noise of mean zero and these
 * standard deviations, Gaussian noise among them, since it only meets the first two moments of each coordinate.
 */
export function meanOverSigns(of: SeparatelyQuadratic, point: Float64Array, scales: ArrayLike<number>): number {
  const cases = 2 ** point.length;
  let total = 0;
  for (let pattern = 0; pattern < cases; pattern++) {
    total += of(point.map((at, index) => at + ((pattern >> index) & 1 ? scales[index]! : -scales[index]!)));
  }
  return total / cases;
}

/** The function at a step up and at a step down in one coordinate of a point, which is then as it was. */
function aboveAndBelow(of: SeparatelyQuadratic, probe: Float64Array, index: number, step: number): [number, number] {
  const at = probe[index]!;
  probe[index] = at + step;
  const above = of(probe);
  probe[index] = at - step;
  const below = of(probe);
  probe[index] = at;
  return [above, below];
}

/**
 * `d/dt (q‖W1‖² + p‖W2‖²)` under gradient flow, `-2q⟨W1, ∂L/∂W1⟩ - 2p⟨W2, ∂L/∂W2⟩`, with the gradient from central
 * differences of the loss written out: no formula of the theory enters.
 *
 * @returns the velocity and a bound on its rounding
 */
export function flowOfSensitivity(network: Network): { velocity: number; rounding: number } {
  const { first, second, task } = network;
  const weights = weightsOf([first, second]);
  const step = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) || 1;
  const gradient = slopes(explicitLoss([first, second], task), weights, step);
  const split = first.rows * first.columns;
  let velocity = 0;
  let sizes = 0;
  weights.forEach((weight, index) => {
    const coefficient = index < split ? second.columns : first.rows;
    velocity -= 2 * coefficient * weight * gradient[index]!;
    sizes += 2 * coefficient * Math.abs(weight);
  });
  const bound = lossBound(network, { first: step, second: step });
  return { velocity, rounding: (Number.EPSILON * (first.columns + 4) * sizes * bound) / step + TINY };
}

/** Keeps the tolerance positive where nothing is left to round. */
const TINY = 1e-300;

/** How the noise of the weights is drawn, in units of the noise scale `γ` of each weight's layer: mostly independent of mean zero. */
export const noiseModel = fc.record({
  /** `independent`, or one fair sign for all weights of the network: still of variance `γ²` each, but in step. */
  draw: weighted([10, fc.constant('independent' as const)], [1, fc.constant('in step' as const)]),
  mean: weighted([10, fc.constant(0)], [1, decades(-1, 0.5)]),
});

export type NoiseModel = Drawn<typeof noiseModel>;

/** Whether a plain value is a noise model. */
export function isNoiseModel({ draw, mean }: NoiseModel): boolean {
  return (draw === 'independent' || draw === 'in step') && Number.isFinite(mean);
}

/** What T1 asks of the noise: two of its moments, not its shape. */
export const noiseHypotheses = [
  {
    name: 'independent',
    statement: 'the noise of each weight is independent of that of the others',
    holds: ({ noise }: { readonly noise: NoiseModel }) => noise.draw === 'independent',
  },
  {
    name: 'centred',
    statement: 'the noise of each weight has mean zero',
    holds: ({ noise }: { readonly noise: NoiseModel }) => noise.mean === 0,
  },
];

/** Mean of `‖W̃1W̃2 - A‖²` over the noise, less its value without noise, entry by entry and for any model of the noise. */
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

/** The network with every weight displaced by `draw` times the scale of its layer. */
function moved({ first, second, task }: Network, scales: LayerNoise, draw: number): Network {
  return { first: Matrix.add(first, draw * scales.first), second: Matrix.add(second, draw * scales.second), task };
}

/**
 * Mean of `‖(W1 + γ1E1)(W2 + γ2E2) - A‖²`, less its value without noise, for independent entries of mean zero and variance 1.
 *
 * For fixed `W1` the loss is a quadratic polynomial of all entries of `W2`, whose cross terms have mean zero: the mean adds,
 * for each entry, the second difference that `±γ2` makes. What results is a quadratic polynomial of the entries of `W1`,
 * and the same holds again. A row of `W1` meets only its own row of the task, so that the loss is a sum over rows.
 */
function excessByDifferences({ first, second, task }: Network, noise: LayerNoise): number {
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
  columns: readonly number[][],
  target: readonly number[],
  gamma: number,
) {
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
