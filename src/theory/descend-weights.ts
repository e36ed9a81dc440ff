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
  const [rows, hidden, cols] = [first.rows, first.columns, second.columns];
  // On plain arrays: most networks here are 2×2, whose objects would take longer than their products.
  const left = Float64Array.from(first.to1DArray());
  const right = Float64Array.from(second.to1DArray());
  const aim = task.to1DArray();
  const pull = new Float64Array(rows * cols);
  const before = new Float64Array(left.length);
  for (let step = 0; step < steps; step += 1) {
    for (let row = 0; row < rows; row += 1) {
      for (let col = 0; col < cols; col += 1) {
        let product = 0;
        for (let k = 0; k < hidden; k += 1) product += left[row * hidden + k]! * right[k * cols + col]!;
        pull[row * cols + col] = (product - aim[row * cols + col]!) * (-2 * rate);
      }
    }
    before.set(left);
    for (let row = 0; row < rows; row += 1) {
      for (let k = 0; k < hidden; k += 1) {
        let change = 0;
        for (let col = 0; col < cols; col += 1) change += pull[row * cols + col]! * right[k * cols + col]!;
        left[row * hidden + k]! += change;
      }
    }
    for (let k = 0; k < hidden; k += 1) {
      for (let col = 0; col < cols; col += 1) {
        let change = 0;
        for (let row = 0; row < rows; row += 1) change += before[row * hidden + k]! * pull[row * cols + col]!;
        right[k * cols + col]! += change;
      }
    }
  }
  return {
    first: Matrix.from1DArray(rows, hidden, Array.from(left)),
    second: Matrix.from1DArray(hidden, cols, Array.from(right)),
  };
}
