// @ts-nocheck: TypeScript refuses the decorators and does not know `real`
import { DESCEND, multiply, SUBTRACT, transpose } from './multiply';

/**
 * One simultaneous step of both layers on `‖W1 W2 − A‖²`: the residual first, then W2 from the old W1, then W1 from a transposed
 * copy of the old W2, each added where the weights stand.
 *
 * @param scratch room for `rows × cols` and `cols × hidden` numbers
 * @param step `2η`
 */
@inline function descend(
  first: usize, second: usize, target: usize, scratch: usize,
  rows: i32, hidden: i32, cols: i32, step: real,
): void {
  const size = sizeof<real>();
  const firstRow = <usize>hidden * size;
  const targetRow = <usize>cols * size;
  const transposed = scratch + <usize>rows * targetRow;
  multiply(first, firstRow, size, second, rows, cols, hidden, scratch, target, 0, SUBTRACT);
  transpose(second, hidden, cols, transposed);
  multiply(first, size, firstRow, scratch, hidden, cols, rows, second, 0, step, DESCEND);
  multiply(scratch, targetRow, size, transposed, rows, hidden, cols, first, 0, step, DESCEND);
}

/**
 * Gradient descent of the networks `from` to `to`, one after the other, so that each stays in the cache for all its steps. A
 * step of rate 0 changes nothing, whatever overflows.
 *
 * @param rates of the steps
 * @param scales factor on the rate, of every network
 */
@inline export function descendNetworks(
  first: usize, second: usize, target: usize, scales: usize, rates: usize, steps: i32,
  rows: i32, hidden: i32, cols: i32, scratch: usize, from: i32, to: i32,
): void {
  const size = sizeof<real>();
  for (let network = from; network < to; network++) {
    const w1 = first + <usize>network * (<usize>(rows * hidden)) * size;
    const w2 = second + <usize>network * (<usize>(hidden * cols)) * size;
    const goal = target + <usize>network * (<usize>(rows * cols)) * size;
    const scale = load<real>(scales + <usize>network * size);
    for (let step = 0; step < steps; step++) {
      const rate = load<real>(rates + <usize>step * size);
      if (rate != 0) descend(w1, w2, goal, scratch, rows, hidden, cols, 2 * (rate * scale));
    }
  }
}
