/** More halvings than this only happen when the root is at zero itself. */
const MOST_HALVINGS = 200;

/**
 * Root of a function that is negative (or zero) on the left and positive on the right, by bisection down to neighbouring
 * doubles: slow, and right for every continuous function.
 *
 * @param negative where the function is not positive
 * @param positive where the function is positive
 * @param evaluate the function
 * @returns the point of the last bracket where the function is not positive
 */
export function bisect(negative: number, positive: number, evaluate: (at: number) => number): number {
  let left = negative;
  let right = positive;
  for (let halving = 0; halving < MOST_HALVINGS; halving += 1) {
    const middle = left + (right - left) / 2;
    if (middle === left || middle === right) break;
    if (evaluate(middle) > 0) right = middle;
    else left = middle;
  }
  return left;
}
