/**
 * What gpu.js gives a kernel as `this`; where nothing else is said, thread (x, y, z) makes the entry in column x and row y for network z.
 * A kernel is turned into text and compiled for the device, so it may use nothing but its arguments, `this` and Math: no inner functions,
 * no captured names, loop bounds from `constants` only (a bound from an argument stops silently at 1000). Devices divide inexactly, so an
 * index that is a quotient is `floor((z + 0.5) / n)`, and of Math they are exact to a few units in the last place in `floor` and `sqrt` only.
 */
export interface KernelContext<Constant extends string> {
  readonly thread: { readonly x: number; readonly y: number; readonly z: number };
  readonly constants: Readonly<Record<Constant, number>>;
}

/** One number for each network of the ensemble. */
export type Vector = readonly number[];

/** A matrix for each network of the ensemble: network, row, column. */
export type Batch = readonly (readonly (readonly number[])[])[];

/** A row of numbers for each step. */
export type Table = readonly (readonly number[])[];

/** `X Y`. */
export function product(this: KernelContext<'inner'>, left: Batch, right: Batch): number {
  let sum = 0;
  for (let k = 0; k < this.constants.inner; k++) {
    sum += left[this.thread.z]![this.thread.y]![k]! * right[this.thread.z]![k]![this.thread.x]!;
  }
  return sum;
}

/** `Xᵀ Y`. */
export function productOfTransposed(this: KernelContext<'inner'>, left: Batch, right: Batch): number {
  let sum = 0;
  for (let k = 0; k < this.constants.inner; k++) {
    sum += left[this.thread.z]![k]![this.thread.y]! * right[this.thread.z]![k]![this.thread.x]!;
  }
  return sum;
}

/** `X Yᵀ`. */
export function productWithTransposed(this: KernelContext<'inner'>, left: Batch, right: Batch): number {
  let sum = 0;
  for (let k = 0; k < this.constants.inner; k++) {
    sum += left[this.thread.z]![this.thread.y]![k]! * right[this.thread.z]![this.thread.x]![k]!;
  }
  return sum;
}

/** `X C` with the second moments C of the inputs in this step: `moments` holds those of all networks in the first step, in the second, …. */
export function productWithInputs(
  this: KernelContext<'inner' | 'networks'>,
  batch: Batch,
  moments: Batch,
  step: number,
): number {
  const at = step * this.constants.networks + this.thread.z;
  let sum = 0;
  for (let k = 0; k < this.constants.inner; k++) {
    sum += batch[this.thread.z]![this.thread.y]![k]! * moments[at]![k]![this.thread.x]!;
  }
  return sum;
}

/** Residual `W1 W2 − A`. */
export function residual(this: KernelContext<'hidden'>, first: Batch, second: Batch, target: Batch): number {
  let sum = 0;
  for (let k = 0; k < this.constants.hidden; k++) {
    sum += first[this.thread.z]![this.thread.y]![k]! * second[this.thread.z]![k]![this.thread.x]!;
  }
  return sum - target[this.thread.z]![this.thread.y]![this.thread.x]!;
}

/**
 * One gradient-descent step of the first layer, `W1 − 2η (W1 W2 − A) W2ᵀ`. η is the step's rate times the network's own scale; at rate 0
 * nothing changes, whatever overflows.
 */
export function firstLayerStep(
  this: KernelContext<'cols'>,
  first: Batch,
  second: Batch,
  residual: Batch,
  rates: Vector,
  scales: Vector,
  step: number,
): number {
  let sum = 0;
  for (let k = 0; k < this.constants.cols; k++) {
    sum += residual[this.thread.z]![this.thread.y]![k]! * second[this.thread.z]![this.thread.x]![k]!;
  }
  let change = 0;
  if (rates[step] !== 0) {
    change = 2 * rates[step]! * scales[this.thread.z]! * sum;
  }
  return first[this.thread.z]![this.thread.y]![this.thread.x]! - change;
}

/** The same of the second layer, `W2 − 2η W1ᵀ (W1 W2 − A)`. */
export function secondLayerStep(
  this: KernelContext<'rows'>,
  first: Batch,
  second: Batch,
  residual: Batch,
  rates: Vector,
  scales: Vector,
  step: number,
): number {
  let sum = 0;
  for (let k = 0; k < this.constants.rows; k++) {
    sum += first[this.thread.z]![k]![this.thread.y]! * residual[this.thread.z]![k]![this.thread.x]!;
  }
  let change = 0;
  if (rates[step] !== 0) {
    change = 2 * rates[step]! * scales[this.thread.z]! * sum;
  }
  return second[this.thread.z]![this.thread.y]![this.thread.x]! - change;
}

/**
 * Many steps of the scalar recurrence `D ← D − 2η D (D² − σ)` (T0); thread x is one mode of one network. η is the step's rate times the
 * scale of the mode's network; at rate 0 nothing changes, whatever overflows.
 */
export function modeSteps(
  this: KernelContext<'steps'>,
  factors: Vector,
  sigmas: Vector,
  scales: Vector,
  rates: Vector,
): number {
  let factor = factors[this.thread.x]!;
  const sigma = sigmas[this.thread.x]!;
  const scale = 2 * scales[this.thread.x]!;
  for (let step = 0; step < this.constants.steps; step++) {
    if (rates[step] !== 0) {
      factor = factor - scale * rates[step]! * factor * (factor * factor - sigma);
    }
  }
  return factor;
}

/** First-order displacement `E1 W2 + W1 E2` of every network under every draw of noise; z is network × replicates + replicate. */
export function displacement(
  this: KernelContext<'hidden' | 'replicates'>,
  first: Batch,
  second: Batch,
  noise1: Batch,
  noise2: Batch,
): number {
  const network = Math.floor((this.thread.z + 0.5) / this.constants.replicates);
  const replicate = this.thread.z - network * this.constants.replicates;
  let sum = 0;
  for (let k = 0; k < this.constants.hidden; k++) {
    sum +=
      noise1[replicate]![this.thread.y]![k]! * second[network]![k]![this.thread.x]! +
      first[network]![this.thread.y]![k]! * noise2[replicate]![k]![this.thread.x]!;
  }
  return sum;
}

/** The same where both layers are diagonal with the same factors, in O(1) per entry; `factors` is a batch of single rows. */
export function diagonalDisplacement(
  this: KernelContext<'modes' | 'replicates'>,
  factors: Batch,
  noise1: Batch,
  noise2: Batch,
): number {
  const network = Math.floor((this.thread.z + 0.5) / this.constants.replicates);
  const replicate = this.thread.z - network * this.constants.replicates;
  let sum = 0;
  if (this.thread.x < this.constants.modes) {
    sum += noise1[replicate]![this.thread.y]![this.thread.x]! * factors[network]![0]![this.thread.x]!;
  }
  if (this.thread.y < this.constants.modes) {
    sum += factors[network]![0]![this.thread.y]! * noise2[replicate]![this.thread.y]![this.thread.x]!;
  }
  return sum;
}

/**
 * Row sums of the five inner products that make up the excess loss of a perturbed network (see `excess.ts`): with
 * residual R, first-order displacement B and second-order displacement C, thread x = 0…4 sums ⟨R,B⟩, ‖B‖², ⟨R,C⟩,
 * ⟨B,C⟩, ‖C‖² over row y; z is network × replicates + replicate.
 */
export function rowMoments(
  this: KernelContext<'cols' | 'replicates'>,
  residual: Batch,
  displacement: Batch,
  noiseProduct: Batch,
): number {
  const network = Math.floor((this.thread.z + 0.5) / this.constants.replicates);
  const replicate = this.thread.z - network * this.constants.replicates;
  let sum = 0;
  for (let k = 0; k < this.constants.cols; k++) {
    const r = residual[network]![this.thread.y]![k]!;
    const b = displacement[this.thread.z]![this.thread.y]![k]!;
    const c = noiseProduct[replicate]![this.thread.y]![k]!;
    let left = b;
    let right = b;
    if (this.thread.x === 0) {
      left = r;
    }
    if (this.thread.x === 2) {
      left = r;
      right = c;
    }
    if (this.thread.x === 3) {
      right = c;
    }
    if (this.thread.x === 4) {
      left = c;
      right = c;
    }
    sum += left * right;
  }
  return sum;
}

/** `a X + b Y`; a and b are the entries `a` and `b` of the step's row of coefficients. */
export function combination(
  this: KernelContext<'a' | 'b'>,
  left: Batch,
  right: Batch,
  coefficients: Table,
  step: number,
): number {
  return (
    coefficients[step]![this.constants.a]! * left[this.thread.z]![this.thread.y]![this.thread.x]! +
    coefficients[step]![this.constants.b]! * right[this.thread.z]![this.thread.y]![this.thread.x]!
  );
}

/** `W − factor · η · X`; η is the step's rate times the network's own scale. At rate 0 nothing changes, whatever overflows. */
export function descended(
  this: KernelContext<'factor'>,
  weights: Batch,
  direction: Batch,
  rates: Vector,
  scales: Vector,
  step: number,
): number {
  const entry = direction[this.thread.z]![this.thread.y]![this.thread.x]!;
  let change = 0;
  if (rates[step] !== 0) {
    change = this.constants.factor * rates[step]! * scales[this.thread.z]! * entry;
  }
  return weights[this.thread.z]![this.thread.y]![this.thread.x]! - change;
}

/** `x y` of every pair of entries. */
export function entryProducts(this: KernelContext<never>, left: Batch, right: Batch): number {
  return left[this.thread.z]![this.thread.y]![this.thread.x]! * right[this.thread.z]![this.thread.y]![this.thread.x]!;
}

/** −1, 0 or 1 for every entry. */
export function entrySigns(this: KernelContext<never>, batch: Batch): number {
  const entry = batch[this.thread.z]![this.thread.y]![this.thread.x]!;
  let sign = 0;
  if (entry > 0) {
    sign = 1;
  }
  if (entry < 0) {
    sign = -1;
  }
  return sign;
}

/** `x / (√y + ε)` of every entry. */
export function overRoot(this: KernelContext<'epsilon'>, numerator: Batch, squares: Batch): number {
  return (
    numerator[this.thread.z]![this.thread.y]![this.thread.x]! /
    (Math.sqrt(squares[this.thread.z]![this.thread.y]![this.thread.x]!) + this.constants.epsilon)
  );
}

/** `X / (norm + ε)` of every matrix; `norms` is a batch of 1×1 matrices. */
export function overNorm(this: KernelContext<'epsilon'>, batch: Batch, norms: Batch): number {
  return (
    batch[this.thread.z]![this.thread.y]![this.thread.x]! / (norms[this.thread.z]![0]![0]! + this.constants.epsilon)
  );
}

/** `X / (√(a² + b²) + ε)` of every matrix; the norms a and b are batches of 1×1 matrices. */
export function overBothNorms(
  this: KernelContext<'epsilon'>,
  batch: Batch,
  leftNorms: Batch,
  rightNorms: Batch,
): number {
  const left = leftNorms[this.thread.z]![0]![0]!;
  const right = rightNorms[this.thread.z]![0]![0]!;
  return (
    batch[this.thread.z]![this.thread.y]![this.thread.x]! /
    (Math.sqrt(left * left + right * right) + this.constants.epsilon)
  );
}

/** Frobenius norm of every matrix, a batch of 1×1 matrices. */
export function frobeniusNorm(this: KernelContext<'rows' | 'cols'>, batch: Batch): number {
  let sum = 0;
  for (let row = 0; row < this.constants.rows; row++) {
    for (let column = 0; column < this.constants.cols; column++) {
      const entry = batch[this.thread.z]![row]![column]!;
      sum += entry * entry;
    }
  }
  return Math.sqrt(sum);
}
