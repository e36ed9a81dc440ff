import { Matrix } from 'ml-matrix';
import type { Weights } from '../balance.js';

/*
 * Gradient flow from its definition alone: Ẇ1 = -2(W1W2 - A)W2ᵀ, Ẇ2 = -2W1ᵀ(W1W2 - A) has polynomial right-hand sides, so
 * that the Taylor coefficients of a solution follow one from the other. An integrator of this kind is exact to rounding
 * for every start, and shares no formula with the closed forms that claims judge by it.
 */

/** Coefficients beyond this one are below rounding within `longestStep`. */
const ORDER = 16;

/**
 * Time for which the Taylor series of order 16 is exact to rounding. With `z = max(‖W1‖, ‖W2‖)²` and `f = ‖A‖` the equation
 * `ẏ = 2fy + 2y³`, `y(0) = √z`, majorises the flow and has a solution until `ln(1 + f/z)/(4f) ≥ 1/(4z + 2f)`; this is a sixteenth of
 * that, so that by Cauchy's estimate at half of the radius what is cut off is below `8^-17 = 4e-16` of the majorant there.
 *
 * @param first `W1`, `p×h`
 * @param second `W2`, `h×q`
 * @param task the task `A`, `p×q`
 */
export function longestStep(first: Matrix, second: Matrix, task: Matrix): number {
  const largest = Math.max(first.norm(), second.norm()) ** 2;
  return 1 / (64 * largest + 32 * task.norm());
}

/**
 * Weights after gradient flow of `‖W1W2 - A‖²` for a time, in as many Taylor steps as it needs.
 *
 * @param first `W1`, `p×h`, at time 0
 * @param second `W2`, `h×q`, at time 0
 * @param task the task `A`, `p×q`
 * @param time gradient-flow time, from 0
 */
export function flowByTaylor(first: Matrix, second: Matrix, task: Matrix, time: number): Weights {
  let weights: Weights = { first, second };
  for (let left = time; left > 0; ) {
    const step = Math.min(left, longestStep(weights.first, weights.second, task));
    weights = taylorStep(weights, task, step);
    left = step === left ? 0 : left - step;
  }
  return weights;
}

function taylorStep({ first, second }: Weights, task: Matrix, step: number): Weights {
  const [rows, hidden, cols] = [first.rows, first.columns, second.columns];
  const lefts = [Float64Array.from(first.to1DArray())];
  const rights = [Float64Array.from(second.to1DArray())];
  const residuals: Float64Array[] = [];
  const negativeTask = Float64Array.from(task.to1DArray(), (value) => -value);
  for (let order = 0; order < ORDER; order++) {
    const residual = order === 0 ? negativeTask : new Float64Array(rows * cols);
    for (let k = 0; k <= order; k++) addProduct(residual, lefts[k]!, rights[order - k]!, rows, hidden, cols);
    residuals.push(residual);
    const left = new Float64Array(rows * hidden);
    const right = new Float64Array(hidden * cols);
    for (let k = 0; k <= order; k++) {
      addProductTransposed(left, residuals[k]!, rights[order - k]!, rows, cols, hidden);
      addTransposedProduct(right, lefts[order - k]!, residuals[k]!, hidden, rows, cols);
    }
    const factor = -2 / (order + 1);
    lefts.push(left.map((value) => value * factor));
    rights.push(right.map((value) => value * factor));
  }
  return {
    first: Matrix.from1DArray(rows, hidden, sumOfPowers(lefts, step)),
    second: Matrix.from1DArray(hidden, cols, sumOfPowers(rights, step)),
  };
}

/** Horner's rule for every entry. */
function sumOfPowers(coefficients: readonly Float64Array[], at: number): number[] {
  return Array.from(coefficients[0]!, (_, entry) =>
    coefficients.reduceRight((sum, coefficient) => sum * at + coefficient[entry]!, 0),
  );
}

/** `target += X Y` for `X` of `rows×inner` and `Y` of `inner×cols`, all row by row. */
function addProduct(
  target: Float64Array,
  x: Float64Array,
  y: Float64Array,
  rows: number,
  inner: number,
  cols: number,
): void {
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const factor = x[row * inner + k]!;
      for (let column = 0; column < cols; column++)
        target[row * cols + column]! += factor * y[k * cols + column]!;
    }
  }
}

/** `target += X Yᵀ` for `X` of `rows×inner` and `Y` of `cols×inner`. */
function addProductTransposed(
  target: Float64Array,
  x: Float64Array,
  y: Float64Array,
  rows: number,
  inner: number,
  cols: number,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < cols; column++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += x[row * inner + k]! * y[column * inner + k]!;
      target[row * cols + column]! += sum;
    }
  }
}

/** `target += Xᵀ Y` for `X` of `inner×rows` and `Y` of `inner×cols`. */
function addTransposedProduct(
  target: Float64Array,
  x: Float64Array,
  y: Float64Array,
  rows: number,
  inner: number,
  cols: number,
): void {
  for (let k = 0; k < inner; k++) {
    for (let row = 0; row < rows; row++) {
      const factor = x[k * rows + row]!;
      for (let column = 0; column < cols; column++)
        target[row * cols + column]! += factor * y[k * cols + column]!;
    }
  }
}
