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
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += left[row * inner + k]! * right[offset + k * columns + column]!;
      product[row * columns + column] = sum;
    }
  }
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
