import type { MatrixArithmetic } from '../backend.js';
import type { GpuInstance, Handle, Kernel } from './gpu-module.js';
import {
  combination,
  descended,
  entryProducts,
  entrySigns,
  frobeniusNorm,
  overBothNorms,
  overNorm,
  overRoot,
  product,
  productOfTransposed,
  productWithInputs,
  productWithTransposed,
} from './kernels.js';

/** Matrices on the device, with the shape that kernels have to be told. */
export interface DeviceBatch {
  readonly handle: Handle;
  readonly rows: number;
  readonly cols: number;
}

/** What the steps of one launch read besides the matrices. */
export interface StepInputs {
  /** Learning rate of each step. */
  readonly rates: Handle;
  /** Factor on the learning rate of each network. */
  readonly scales: Handle;
  /** One row for each step, in the order of the names. */
  readonly coefficients: Handle;
  /** Second moments of the inputs: networks of the first step, of the second, …; absent for their expectation. */
  readonly moments: Handle | undefined;
}

export type KernelSource = Parameters<GpuInstance['createKernel']>[0];

/** Creates each kernel of one plan once, however many of its steps use it. */
export class KernelShelf {
  private readonly kernels = new Map<string, Kernel>();

  constructor(
    private readonly gpu: GpuInstance,
    readonly networks: number,
  ) {}

  kernel(source: KernelSource, rows: number, cols: number, constants: Record<string, number>): Kernel {
    const key = [source.name, rows, cols, ...Object.values(constants)].join(' ');
    let kernel = this.kernels.get(key);
    if (kernel === undefined) {
      kernel = this.gpu.createKernel(source, { constants, output: [cols, rows, this.networks] });
      this.kernels.set(key, kernel);
    }
    return kernel;
  }
}

/**
 * Arithmetic of one step as calls of kernels, recorded while gpu.js traces a plan.
 *
 * @param names of the coefficients, in the order of their columns
 * @param step which row of the inputs belongs to this step
 */
export function gpuJsArithmetic(
  shelf: KernelShelf,
  { rates, scales, coefficients, moments }: StepInputs,
  names: readonly string[],
  step: number,
): MatrixArithmetic<DeviceBatch> {
  /** A batch of rows × cols matrices that a kernel makes of others. */
  const made = (
    source: KernelSource,
    { rows, cols }: Pick<DeviceBatch, 'rows' | 'cols'>,
    constants: Record<string, number>,
    ...from: (Handle | number)[]
  ): DeviceBatch => ({ handle: shelf.kernel(source, rows, cols, constants)(...from), rows, cols });

  /** Frobenius norms, a batch of 1×1 matrices. */
  const norms = ({ handle, rows, cols }: DeviceBatch) =>
    made(frobeniusNorm, { rows: 1, cols: 1 }, { rows, cols }, handle).handle;

  return {
    product: (left, right) =>
      made(product, { rows: left.rows, cols: right.cols }, { inner: left.cols }, left.handle, right.handle),
    productWithTransposed: (left, right) =>
      made(
        productWithTransposed,
        { rows: left.rows, cols: right.rows },
        { inner: left.cols },
        left.handle,
        right.handle,
      ),
    productOfTransposed: (left, right) =>
      made(productOfTransposed, { rows: left.cols, cols: right.cols }, { inner: left.rows }, left.handle, right.handle),
    combination: (a, left, b, right) => {
      const constants = { a: names.indexOf(a), b: names.indexOf(b) };
      return made(combination, left, constants, left.handle, right.handle, coefficients, step);
    },
    entryProducts: (left, right) => made(entryProducts, left, {}, left.handle, right.handle),
    signs: (batch) => made(entrySigns, batch, {}, batch.handle),
    overRoot: (numerator, squares, epsilon) => made(overRoot, numerator, { epsilon }, numerator.handle, squares.handle),
    normalized: (batch, epsilon) => made(overNorm, batch, { epsilon }, batch.handle, norms(batch)),
    normalizedTogether: (left, right, epsilon) => {
      const both = [norms(left), norms(right)];
      const over = (batch: DeviceBatch) => made(overBothNorms, batch, { epsilon }, batch.handle, ...both);
      return [over(left), over(right)];
    },
    throughInputs: (batch) => {
      if (moments === undefined) return batch;
      const constants = { inner: batch.cols, networks: shelf.networks };
      return made(productWithInputs, batch, constants, batch.handle, moments, step);
    },
    descended: (weights, direction, factor) =>
      made(descended, weights, { factor }, weights.handle, direction.handle, rates, scales, step),
  };
}
