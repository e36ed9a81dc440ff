import type {
  ModeBatch,
  NetworkBatch,
  NoiseBatch,
  PerturbedNetworks,
  Weights,
} from '../../src/sim/backends/backend.js';

/*
 * The work of a backend done again in plain float64 loops, with a bound on what rounding may do to a backend. All bounds
 * are first-order running error bounds with unit roundoff u; SECOND_ORDER covers terms of order u², which are below
 * n u ≤ 2000 · 2⁻²⁴ ≈ 10⁻⁴ of the first-order ones.
 */
const SECOND_ORDER = 1.001;

/** Unit roundoff of a backend's arithmetic, plus that of this oracle itself. */
export function unitRoundoff(precision: 'f32' | 'f64'): number {
  return (precision === 'f32' ? 2 ** -24 : 2 ** -53) + 2 ** -53;
}

/** Values of one oracle and how far each may be off. */
export interface Bounded {
  readonly values: Float64Array;
  readonly bounds: Float64Array;
}

/** The largest error as a share of its bound, 1 at most where a backend is right; NaN where a value is not a number. */
export function worstShare(actual: Float64Array, { values, bounds }: Bounded): number {
  let worst = 0;
  values.forEach((value, index) => {
    const error = Math.abs(actual[index]! - value);
    // An error of exactly zero is within a bound of zero.
    const share = error === 0 ? 0 : error / bounds[index]!;
    if (!(share <= worst) && !Number.isNaN(worst)) worst = share;
  });
  return worst;
}

/**
 * `D ← D − 2cη D(D² − σ)`. One step of a backend rounds: c, η and σ when they are stored, c·η, ·D, ·(…), D² and D² − σ, and
 * the last difference, so from the same D it errs by at most `u (|D′| + 2cη|D| (6|D² − σ| + D² + σ))`. An error e of D
 * grows to at most `|f′(D)| e + 6cη|D| e² + 2cη e³`, since f is a cubic.
 */
export function modesOracle(batch: ModeBatch, rates: readonly number[], u: number): Bounded {
  const values = Float64Array.from(batch.factors);
  const bounds = values.map((value) => u * Math.abs(value));
  values.forEach((_, index) => {
    const sigma = batch.sigmas[index]!;
    const scale = batch.rateScale[Math.floor(index / batch.modes)]!;
    let factor = values[index]!;
    let error = bounds[index]!;
    for (const rate of rates) {
      const pace = 2 * scale * rate;
      const difference = factor * factor - sigma;
      const next = factor - pace * factor * difference;
      const slope = Math.abs(1 + pace * (sigma - 3 * factor * factor));
      const bent = pace * (3 * Math.abs(factor) * error + error * error);
      const rounding = Math.abs(next) + pace * Math.abs(factor) * (6 * Math.abs(difference) + factor * factor + sigma);
      error = (slope + bent) * error + SECOND_ORDER * u * rounding;
      factor = next;
    }
    values[index] = factor;
    bounds[index] = error;
  });
  return { values, bounds };
}

/** Both layers after the steps, and for each network a bound on the Frobenius norm of the error of each layer. */
export interface BoundedWeights extends Weights {
  readonly firstBounds: readonly number[];
  readonly secondBounds: readonly number[];
}

/**
 * Gradient descent of both layers. Norms are Frobenius norms. A product with inner length n rounds by at most
 * `n u ‖X‖‖Y‖`; the residual adds one rounding of itself and one of the stored target; a step multiplies by a rate that
 * was rounded three times more (η, c, cη) and once with the sum; the difference rounds the new layer. Errors e1, e2 that
 * are already there move the residual by `ρ = ‖W1‖e2 + ‖W2‖e1 + e1e2` and the step by `ρ(‖W2‖ + e2) + ‖R‖e2`.
 */
export function networksOracle(batch: NetworkBatch, rates: readonly number[], u: number): BoundedWeights {
  const { rows, hidden, cols } = batch.shape;
  const first = Float64Array.from(batch.first);
  const second = Float64Array.from(batch.second);
  const firstBounds: number[] = [];
  const secondBounds: number[] = [];
  for (let network = 0; network < batch.count; network++) {
    const w1 = first.subarray(network * rows * hidden, (network + 1) * rows * hidden);
    const w2 = second.subarray(network * hidden * cols, (network + 1) * hidden * cols);
    const target = batch.target.subarray(network * rows * cols, (network + 1) * rows * cols);
    let [e1, e2] = [u * norm(w1), u * norm(w2)];
    for (const rate of rates) {
      const pace = 2 * rate * batch.rateScale[network]!;
      const residual = product(w1, w2, rows, hidden, cols);
      residual.forEach((value, index) => {
        residual[index] = value - target[index]!;
      });
      const [n1, n2, nr] = [norm(w1), norm(w2), norm(residual)];
      const moved = n1 * e2 + n2 * e1 + e1 * e2 + u * (hidden * n1 * n2 + nr + norm(target));
      const step1 = product(residual, transposed(w2, hidden, cols), rows, cols, hidden);
      const step2 = product(transposed(w1, rows, hidden), residual, hidden, rows, cols);
      w1.forEach((value, index) => {
        w1[index] = value - pace * step1[index]!;
      });
      w2.forEach((value, index) => {
        w2[index] = value - pace * step2[index]!;
      });
      const before1 = e1;
      e1 += pace * (moved * (n2 + e2) + nr * e2 + (cols + 4) * u * nr * n2) + SECOND_ORDER * u * norm(w1);
      e2 += pace * (moved * (n1 + before1) + nr * before1 + (rows + 4) * u * nr * n1);
      e2 += SECOND_ORDER * u * norm(w2);
    }
    firstBounds.push(SECOND_ORDER * e1);
    secondBounds.push(SECOND_ORDER * e2);
  }
  return { first, second, firstBounds, secondBounds };
}

/**
 * The five moments. With the entries of every factor replaced by their sizes, each moment becomes the sum of the sizes of
 * its terms, and a term passes at most `4h + q + 12` roundings: storing its up to five factors, twice 2h + 1 in an entry of
 * the displacements, q + 1 in the row sum.
 */
export function momentsOracle(networks: PerturbedNetworks, noise: NoiseBatch, u: number): Bounded {
  const { rows, hidden, cols } = networks.shape;
  const { first, second } = denseLayers(networks);
  const values: number[] = [];
  const bounds: number[] = [];
  const roundings = 4 * hidden + cols + 12;
  for (let network = 0; network < networks.count; network++) {
    for (let replicate = 0; replicate < noise.replicates; replicate++) {
      const parts = [
        first.subarray(network * rows * hidden, (network + 1) * rows * hidden),
        second.subarray(network * hidden * cols, (network + 1) * hidden * cols),
        networks.residual.subarray(network * rows * cols, (network + 1) * rows * cols),
        noise.first.subarray(replicate * rows * hidden, (replicate + 1) * rows * hidden),
        noise.second.subarray(replicate * hidden * cols, (replicate + 1) * hidden * cols),
      ];
      values.push(...fiveMoments(parts, rows, hidden, cols));
      const sizes = parts.map((part) => part.map(Math.abs));
      bounds.push(...fiveMoments(sizes, rows, hidden, cols).map((size) => SECOND_ORDER * roundings * u * size));
    }
  }
  return { values: Float64Array.from(values), bounds: Float64Array.from(bounds) };
}

function fiveMoments(parts: readonly Float64Array[], rows: number, hidden: number, cols: number): number[] {
  const [w1, w2, residual, e1, e2] = parts as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const left = product(e1, w2, rows, hidden, cols);
  const right = product(w1, e2, rows, hidden, cols);
  const b = left.map((value, index) => value + right[index]!);
  const c = product(e1, e2, rows, hidden, cols);
  return [dot(residual, b), dot(b, b), dot(residual, c), dot(b, c), dot(c, c)];
}

/** Layers written out in full where they were given by their diagonal. */
export function denseLayers({ shape, count, layers }: PerturbedNetworks): Weights {
  if (!('factors' in layers)) return layers;
  const { rows, hidden, cols } = shape;
  const first = new Float64Array(count * rows * hidden);
  const second = new Float64Array(count * hidden * cols);
  for (let network = 0; network < count; network++) {
    for (let mode = 0; mode < layers.modes; mode++) {
      const factor = layers.factors[network * layers.modes + mode]!;
      first[network * rows * hidden + mode * hidden + mode] = factor;
      second[network * hidden * cols + mode * cols + mode] = factor;
    }
  }
  return { first, second };
}

/** `X Y` for row-major matrices, `rows × inner` times `inner × cols`. */
export function product(x: Float64Array, y: Float64Array, rows: number, inner: number, cols: number): Float64Array {
  const result = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const value = x[i * inner + k]!;
      for (let j = 0; j < cols; j++) result[i * cols + j]! += value * y[k * cols + j]!;
    }
  }
  return result;
}

function transposed(x: Float64Array, rows: number, cols: number): Float64Array {
  return Float64Array.from({ length: x.length }, (_, at) => x[(at % rows) * cols + Math.floor(at / rows)]!);
}

function dot(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, value, index) => sum + value * y[index]!, 0);
}

export function norm(x: Float64Array): number {
  return Math.sqrt(dot(x, x));
}
