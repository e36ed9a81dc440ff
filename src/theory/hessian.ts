import { Matrix } from 'ml-matrix';
import type { Weights } from './balance.js';
import { type LanczosOptions, largestEigenvalue } from './lanczos.js';

/**
 * Product of the Hessian of `‖W1W2 - A‖²` in all weights with a direction `(X1, X2)`:
 * `2(dW W2ᵀ + (W - A)X2ᵀ)` on `W1` and `2(W1ᵀdW + X1ᵀ(W - A))` on `W2`, with `dW = X1W2 + W1X2`.
 *
 * @param first `W1`, `p×h`
 * @param second `W2`, `h×q`
 * @param task the task `A`, `p×q`
 * @param direction `X1` and `X2`, of the shapes of the weights
 */
export function hessianProduct(first: Matrix, second: Matrix, task: Matrix, direction: Weights): Weights {
  return hessianMap(first, second, task)(direction);
}

/** `hessianProduct` for many directions at one network. */
function hessianMap(first: Matrix, second: Matrix, task: Matrix): (direction: Weights) => Weights {
  const residual = first.mmul(second).sub(task);
  const [firstTransposed, secondTransposed] = [first.transpose(), second.transpose()];
  return (direction) => {
    const change = direction.first.mmul(second).add(first.mmul(direction.second));
    return {
      first: change.mmul(secondTransposed).add(residual.mmul(direction.second.transpose())).mul(2),
      second: firstTransposed.mmul(change).add(direction.first.transpose().mmul(residual)).mul(2),
    };
  };
}

/**
 * Sharpness of `‖W1W2 - A‖²`: the largest eigenvalue of its Hessian in all weights, matrix-free. At the balanced minimum it is
 * `4σ_1`, and gradient descent at a minimum is stable below the rate `2/sharpness` (T2 iii). With a pull `λ` toward `W_0` the Hessian
 * is `1 + λ` times that of `A_eff` (T5).
 *
 * @param first `W1`, `p×h`
 * @param second `W2`, `h×q`
 * @param task the task `A`, `p×q`
 * @param options tolerance, and the first vector: all weights of a direction, those of `W1` row by row and then those of `W2`
 * @returns the sharpness, never negative except by rounding; NaN where a weight is not finite
 */
export function sharpness(first: Matrix, second: Matrix, task: Matrix, options: LanczosOptions = {}): number {
  const split = first.rows * first.columns;
  const product = hessianMap(first, second, task);
  const map = (vector: readonly number[]): number[] => {
    const { first: onFirst, second: onSecond } = product({
      first: Matrix.from1DArray(first.rows, first.columns, vector.slice(0, split)),
      second: Matrix.from1DArray(second.rows, second.columns, vector.slice(split)),
    });
    return [...onFirst.to1DArray(), ...onSecond.to1DArray()];
  };
  return largestEigenvalue(map, split + second.rows * second.columns, options);
}
