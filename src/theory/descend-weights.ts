import { Matrix } from 'ml-matrix';
import type { Weights } from './balance.js';

/**
 * Gradient descent on `‖W1W2 - A‖²` for full weight matrices in float64: `steps` simultaneous steps
 * `W1 ← W1 - 2η(W - A)W2ᵀ`, `W2 ← W2 - 2ηW1ᵀ(W - A)`.
 *
 * @param first `W1`, `p×h`; not changed
 * @param second `W2`, `h×q`; not changed
 * @param task the task `A`, `p×q`
 * @param rate learning rate `η`
 * @param steps number of steps, an integer from 0
 * @returns the weights after the last step; with non-finite entries where descent diverged
 */
export function descendWeights(
  first: Matrix,
  second: Matrix,
  task: Matrix,
  rate: number,
  steps: number,
): Weights {
  let [left, right] = [first.clone(), second.clone()];
  for (let step = 0; step < steps; step += 1) {
    const pull = left
      .mmul(right)
      .sub(task)
      .mul(-2 * rate);
    [left, right] = [
      Matrix.add(left, pull.mmul(right.transpose())),
      Matrix.add(right, left.transpose().mmul(pull)),
    ];
  }
  return { first: left, second: right };
}
