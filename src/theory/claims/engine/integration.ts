import { Matrix } from 'ml-matrix';
import type { Weights } from '../../balance.js';
import type { Mode } from '../../mode.js';

// Gradient flow without the closed forms under test: the published sigmoid, quadrature, and an integrator from the equations alone.

/** Singular value `s` of a mode and its gap `σ - s`, with full relative accuracy. */
export type ModeState = { readonly value: number; readonly gap: number };

/**
 * A mode under gradient flow by the sigmoid as it was published (Saxe, McClelland and Ganguli 2014),
 * `s = σ/(1 + (σ/s0 - 1) e^{-4σt})`, and `s0/(1 + 4 s0 t)` for `σ = 0`: what claims compare our own evaluation with.
 */
export function sigmoid({ sigma, start }: Mode, time: number): ModeState {
  if (start === 0) return { value: 0, gap: sigma };
  if (sigma === 0) {
    const value = start / (1 + 4 * start * time);
    return { value, gap: -value };
  }
  const left = Math.exp(-4 * sigma * time);
  const lacking = ((sigma - start) / start) * left;
  // The same sum without cancellation far above σ.
  const total = start > sigma ? (sigma / start) * left - Math.expm1(-4 * sigma * time) : 1 + lacking;
  const value = sigma / total;
  return { value, gap: value * lacking };
}

const POINTS = 16;

/** The 16-point Gauss–Legendre rule on [-1, 1]: roots of `P_16` by Newton's method. */
const nodes = Array.from({ length: POINTS }, (_, index) => {
  let at = Math.cos((Math.PI * (index + 0.75)) / (POINTS + 0.5));
  let { value, slope } = legendre(at);
  for (let iteration = 0; iteration < 10; iteration++) {
    at -= value / slope;
    ({ value, slope } = legendre(at));
  }
  return { at, weight: 2 / ((1 - at * at) * slope * slope) };
});

/** `P_16` and its derivative by the three-term recurrence. */
function legendre(at: number): { value: number; slope: number } {
  let [previous, value] = [1, at];
  for (let degree = 2; degree <= POINTS; degree++) {
    [previous, value] = [value, ((2 * degree - 1) * at * value - (degree - 1) * previous) / degree];
  }
  return { value, slope: (POINTS * (at * value - previous)) / (at * at - 1) };
}

/**
 * `∫ f` over one panel by 16-point Gauss–Legendre quadrature: exact to rounding for functions that are analytic within three
 * times the panel about its middle.
 */
export function panelIntegral(integrand: (at: number) => number, from: number, to: number): number {
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  return half * nodes.reduce((sum, { at, weight }) => sum + weight * integrand(middle + half * at), 0);
}

// Gradient flow from its definition alone: Ẇ1 = -2(W1W2 - A)W2ᵀ, Ẇ2 = -2W1ᵀ(W1W2 - A) has polynomial right-hand sides, so
// that the Taylor coefficients of a solution follow one from the other. An integrator of this kind is exact to rounding
// for every start, and shares no formula with the closed forms that claims judge by it.

/** Share of the time for which the series is sure to converge that one step is made for at most, and the order that this takes. */
const LONGEST_SHARE = 1 / 16;
const HIGHEST_ORDER = 13;

/** What a step may leave out of a solution of norm 1. */
const LEFT_OUT = 2 ** -51;

/**
 * Time for which the series is sure to converge: with `z = max(‖W1‖, ‖W2‖)²` and `f = ‖A‖` the equation `ẏ = 2fy + 2y³`,
 * `y(0) = √z`, majorises the flow and has a solution until `ln(1 + f/z)/(4f) ≥ 1/(4z + 2f)`.
 */
function safeRadius(first: Matrix, second: Matrix, task: Matrix): number {
  const largest = Math.max(first.norm(), second.norm()) ** 2;
  return 1 / (4 * largest + 2 * task.norm());
}

/**
 * Where the series is to be cut for a step of a share of the safe radius. Until nine tenths of that radius the majorant stays
 * below 3.3 √z, whatever z and f, so that by Cauchy's estimate order n leaves at most `3.3 √z xⁿ⁺¹/(1 − x)`, x the step over
 * those nine tenths.
 */
function orderFor(share: number): number {
  const ratio = share / 0.9;
  return Math.max(1, Math.ceil(Math.log((LEFT_OUT * (1 - ratio)) / 3.3) / Math.log(ratio)) - 1);
}

/** The longest time that one Taylor step is made for. */
export function longestStep(first: Matrix, second: Matrix, task: Matrix): number {
  return LONGEST_SHARE * safeRadius(first, second, task);
}

/** Weights after gradient flow of `‖W1W2 - A‖²` for a time, in as many Taylor steps as it needs. */
export function flowByTaylor(first: Matrix, second: Matrix, task: Matrix, time: number): Weights {
  let weights: Weights = { first, second };
  for (let left = time; left > 0; ) {
    const radius = safeRadius(weights.first, weights.second, task);
    const step = Math.min(left, LONGEST_SHARE * radius);
    weights = taylorStep(weights, task, step, orderFor(step / radius));
    left = step === left ? 0 : left - step;
  }
  return weights;
}

/**
 * One step of the series. With `R` the residual `W1W2 - A`, coefficient by coefficient,
 * `R_n = Σ_k W1_k W2_{n-k}` (less A for n = 0), `W1_{n+1} = -2/(n+1) Σ_k R_k W2_{n-k}ᵀ`, `W2_{n+1} = -2/(n+1) Σ_k W1_{n-k}ᵀ R_k`.
 * Every sum over k and over an index of the matrices is one long product of two rows of numbers: one lists the coefficients
 * upwards, the other, see `Coefficients`, downwards. The series is cut at the order `last`.
 */
function taylorStep({ first, second }: Weights, task: Matrix, step: number, last: number): Weights {
  const [rows, hidden, cols] = [first.rows, first.columns, second.columns];
  const places = placesFor(rows, hidden, cols);
  const { leftRows, leftColumns, rightRows, rightColumns, residualRows, residualColumns } = places;
  const setLeft = (order: number, row: number, unit: number, value: number) => {
    leftRows.set(order, row, unit, value);
    leftColumns.set(order, unit, row, value);
  };
  const setRight = (order: number, unit: number, column: number, value: number) => {
    rightRows.set(order, unit, column, value);
    rightColumns.set(order, column, unit, value);
  };
  for (let unit = 0; unit < hidden; unit++) {
    for (let row = 0; row < rows; row++) setLeft(0, row, unit, first.get(row, unit));
    for (let column = 0; column < cols; column++) setRight(0, unit, column, second.get(unit, column));
  }
  for (let order = 0; order < last; order++) {
    convolve(leftRows, rightColumns, order, (row, column, sum) => {
      const value = order === 0 ? sum - task.get(row, column) : sum;
      residualRows.set(order, row, column, value);
      residualColumns.set(order, column, row, value);
    });
    const factor = -2 / (order + 1);
    convolve(residualRows, rightRows, order, (row, unit, sum) => {
      setLeft(order + 1, row, unit, factor * sum);
    });
    convolve(residualColumns, leftColumns, order, (column, unit, sum) => {
      setRight(order + 1, unit, column, factor * sum);
    });
  }
  return { first: sumOfPowers(leftRows, step, last), second: sumOfPowers(rightRows, step, last) };
}

/** Where the coefficients of a network of some shape are kept while a step is made; nothing is read that it has not written. */
function placesFor(rows: number, hidden: number, cols: number) {
  const shape = `${rows} ${hidden} ${cols}`;
  if (lastPlaces?.shape !== shape) {
    lastPlaces = {
      shape,
      leftRows: new Coefficients(rows, hidden),
      leftColumns: new Coefficients(hidden, rows, 'downwards'),
      rightRows: new Coefficients(hidden, cols, 'downwards'),
      rightColumns: new Coefficients(cols, hidden, 'downwards'),
      residualRows: new Coefficients(rows, cols),
      residualColumns: new Coefficients(cols, rows),
    };
  }
  return lastPlaces;
}

/** Those of the last step: most steps have the shape of the one before. */
let lastPlaces:
  | (Record<`${'left' | 'right' | 'residual'}${'Rows' | 'Columns'}`, Coefficients> & { shape: string })
  | undefined;

/** The Taylor coefficients of a matrix of functions, row by row, and within a row in the order of their powers or its reverse. */
class Coefficients {
  readonly entries: Float64Array;
  /** Numbers per row. */
  readonly stride: number;
  /** Where the coefficients of power 0 begin in the first row, and how much farther on each next power. */
  readonly origin: number;
  readonly perOrder: number;

  constructor(
    readonly rows: number,
    readonly columns: number,
    direction: 'upwards' | 'downwards' = 'upwards',
  ) {
    this.stride = (HIGHEST_ORDER + 1) * columns;
    this.origin = direction === 'upwards' ? 0 : HIGHEST_ORDER * columns;
    this.perOrder = direction === 'upwards' ? columns : -columns;
    this.entries = new Float64Array(rows * this.stride);
  }

  /** Where the entries of a row begin that belong to a power. */
  begin(row: number, order: number): number {
    return row * this.stride + this.origin + order * this.perOrder;
  }

  set(order: number, row: number, column: number, value: number): void {
    this.entries[this.begin(row, order) + column] = value;
  }
}

/**
 * Hands on `Σ_k Σ_j X_k[row, j] Y_{order-k}[other, j]`, k from 0 to the order, for every row of both. Two rows by two at a time, so that
 * no sum waits for the one before and every number read is used twice; a last row without a partner is its own.
 */
function convolve(
  upwards: Coefficients,
  downwards: Coefficients,
  order: number,
  take: (row: number, other: number, sum: number) => void,
): void {
  const x = upwards.entries;
  const y = downwards.entries;
  const length = (order + 1) * upwards.columns;
  for (let row = 0; row < upwards.rows; row += 2) {
    const nextRow = Math.min(row + 1, upwards.rows - 1);
    const xFrom = upwards.begin(row, 0);
    const xNext = upwards.begin(nextRow, 0);
    for (let other = 0; other < downwards.rows; other += 2) {
      const nextOther = Math.min(other + 1, downwards.rows - 1);
      const yFrom = downwards.begin(other, order);
      const yNext = downwards.begin(nextOther, order);
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let at = 0; at < length; at++) {
        const left = x[xFrom + at]!;
        const nextLeft = x[xNext + at]!;
        const right = y[yFrom + at]!;
        const nextRight = y[yNext + at]!;
        a += left * right;
        b += left * nextRight;
        c += nextLeft * right;
        d += nextLeft * nextRight;
      }
      take(row, other, a);
      if (nextOther > other) take(row, nextOther, b);
      if (nextRow > row) take(nextRow, other, c);
      if (nextRow > row && nextOther > other) take(nextRow, nextOther, d);
    }
  }
}

/** Horner's rule for every entry, up to the power `last`. */
function sumOfPowers(coefficients: Coefficients, at: number, last: number): Matrix {
  const sums = Matrix.zeros(coefficients.rows, coefficients.columns);
  for (let row = 0; row < sums.rows; row++) {
    for (let column = 0; column < sums.columns; column++) {
      let sum = 0;
      for (let order = last; order >= 0; order--) {
        sum = sum * at + coefficients.entries[coefficients.begin(row, order) + column]!;
      }
      sums.set(row, column, sum);
    }
  }
  return sums;
}
