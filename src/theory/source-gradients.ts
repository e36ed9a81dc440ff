import type { Matrix } from 'ml-matrix';
import type { Weights } from './balance.js';
import { hessianProduct } from './hessian.js';

/** A source of data that shows some inputs, and what it asks of them. */
export interface Source {
  /** The task `A`, `p×q`. */
  readonly task: Matrix;
  /** `F`, `q×r`: inputs have the covariance `FFᵀ`; with orthonormal columns a projection. */
  readonly inputs: Matrix;
}

/** Gradient in all weights of the loss `‖(W1W2 − A)F‖²` of a source: `2(RF)(W2F)ᵀ` and `2W1ᵀ(RF)Fᵀ`, with `R = W1W2 − A`. */
export function sourceGradient({ first, second }: Weights, { task, inputs }: Source): Weights {
  const seen = first.mmul(second).sub(task).mmul(inputs).mul(2);
  return {
    first: seen.mmul(second.mmul(inputs).transpose()),
    second: first.transpose().mmul(seen).mmul(inputs.transpose()),
  };
}

/** Product of the Hessian of that loss with a direction: that of the network `W1, W2F` for the task `AF`. */
export function sourceHessianProduct(
  { first, second }: Weights,
  { task, inputs }: Source,
  direction: Weights,
): Weights {
  const product = hessianProduct(first, second.mmul(inputs), task.mmul(inputs), {
    first: direction.first,
    second: direction.second.mmul(inputs),
  });
  return { first: product.first, second: product.second.mmul(inputs.transpose()) };
}
