import type { Matrix } from 'ml-matrix';
import type { Network } from './drawn-network.js';
import type { SeparatelyQuadratic } from './exact-differences.js';

/** All weights of a network in one list: layer by layer, row by row. */
export function weightsOf(layers: readonly Matrix[]): Float64Array {
  return Float64Array.from(layers.flatMap((layer) => layer.to1DArray()));
}

/**
 * The loss `‖W1 ⋯ WL - A‖²` as a function of all weights, written out in loops over entries.
 *
 * @param layers gives the shapes of the layers
 * @param task the task `A`
 */
export function explicitLoss(layers: readonly Matrix[], task: Matrix): SeparatelyQuadratic {
  const shapes = layers.map(({ rows, columns }) => ({ rows, columns }));
  const target = Float64Array.from(task.to1DArray());
  return (weights) => {
    let product = weights;
    let offset = 0;
    shapes.forEach(({ rows, columns }, layer) => {
      if (layer > 0) product = multiply(product, task.rows, rows, weights, offset, columns);
      offset += rows * columns;
    });
    let loss = 0;
    for (let entry = 0; entry < target.length; entry++) loss += (product[entry]! - target[entry]!) ** 2;
    return loss;
  };
}

/** Product of a `rows×inner` matrix with the `inner×columns` one that starts at `offset` of `right`. */
function multiply(
  left: Float64Array,
  rows: number,
  inner: number,
  right: Float64Array,
  offset: number,
  columns: number,
): Float64Array {
  const product = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const factor = left[row * inner + k]!;
      for (let column = 0; column < columns; column++) {
        product[row * columns + column]! += factor * right[offset + k * columns + column]!;
      }
    }
  }
  return product;
}

/**
 * A bound on `‖(W1 + X1)(W2 + X2) - A‖²` over all displacements of these norms. Rounding of the loss is in units of it.
 *
 * @param network weights and task
 * @param displacement largest norms of `X1` and `X2`
 */
export function lossBound(
  { first, second, task }: Network,
  displacement: { readonly first: number; readonly second: number },
): number {
  const product = (first.norm() + displacement.first) * (second.norm() + displacement.second);
  return 2 * (product ** 2 + task.norm() ** 2);
}

/** Number of weights of the two layers. */
export function weightCount({ first, second }: Network): number {
  return first.rows * first.columns + second.rows * second.columns;
}
