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

type KernelSource = Parameters<GpuInstance['createKernel']>[0];

/** Creates each kernel of one plan once, however many of its steps use it. */
export class KernelShelf {
  private readonly kernels = new Map<string, Kernel>();

  constructor(
    private readonly gpu: GpuInstance,
    readonly networks: number,
  ) {}

  kernel(source: KernelSource, rows: number, cols: number, constants: Record<string, number> = {}): Kernel {
    const key = [source.name, rows, cols, ...Object.values(constants)].join(' ');
    let kernel = this.kernels.get(key);
    if (kernel === undefined) {
      kernel = this.gpu.createKernel(source, { constants, output: [cols, rows, this.networks] });
      this.kernels.set(key, kernel);
    }
    return kernel;
  }
}

/** Arithmetic of one step as calls of kernels, recorded while gpu.js traces a plan. */
export class GpuJsArithmetic implements MatrixArithmetic<DeviceBatch> {
  /**
   * @param names of the coefficients, in the order of their columns
   * @param step which row of the inputs belongs to this step
   */
  constructor(
    private readonly shelf: KernelShelf,
    private readonly inputs: StepInputs,
    private readonly names: readonly string[],
    private readonly step: number,
  ) {}

  product(left: DeviceBatch, right: DeviceBatch): DeviceBatch {
    const kernel = this.shelf.kernel(product, left.rows, right.cols, { inner: left.cols });
    return { handle: kernel(left.handle, right.handle), rows: left.rows, cols: right.cols };
  }

  productWithTransposed(left: DeviceBatch, right: DeviceBatch): DeviceBatch {
    const kernel = this.shelf.kernel(productWithTransposed, left.rows, right.rows, { inner: left.cols });
    return { handle: kernel(left.handle, right.handle), rows: left.rows, cols: right.rows };
  }

  productOfTransposed(left: DeviceBatch, right: DeviceBatch): DeviceBatch {
    const kernel = this.shelf.kernel(productOfTransposed, left.cols, right.cols, { inner: left.rows });
    return { handle: kernel(left.handle, right.handle), rows: left.cols, cols: right.cols };
  }

  combination(a: string, left: DeviceBatch, b: string, right: DeviceBatch): DeviceBatch {
    const constants = { a: this.names.indexOf(a), b: this.names.indexOf(b) };
    const kernel = this.kernelFor(combination, left, constants);
    return { ...left, handle: kernel(left.handle, right.handle, this.inputs.coefficients, this.step) };
  }

  entryProducts(left: DeviceBatch, right: DeviceBatch): DeviceBatch {
    return { ...left, handle: this.kernelFor(entryProducts, left)(left.handle, right.handle) };
  }

  signs(batch: DeviceBatch): DeviceBatch {
    return { ...batch, handle: this.kernelFor(entrySigns, batch)(batch.handle) };
  }

  overRoot(numerator: DeviceBatch, squares: DeviceBatch, epsilon: number): DeviceBatch {
    const kernel = this.kernelFor(overRoot, numerator, { epsilon });
    return { ...numerator, handle: kernel(numerator.handle, squares.handle) };
  }

  normalized(batch: DeviceBatch, epsilon: number): DeviceBatch {
    return { ...batch, handle: this.kernelFor(overNorm, batch, { epsilon })(batch.handle, this.norms(batch)) };
  }

  normalizedTogether(left: DeviceBatch, right: DeviceBatch, epsilon: number): readonly [DeviceBatch, DeviceBatch] {
    const [leftNorms, rightNorms] = [this.norms(left), this.norms(right)];
    const over = (batch: DeviceBatch) => ({
      ...batch,
      handle: this.kernelFor(overBothNorms, batch, { epsilon })(batch.handle, leftNorms, rightNorms),
    });
    return [over(left), over(right)];
  }

  throughInputs(batch: DeviceBatch): DeviceBatch {
    const { moments } = this.inputs;
    if (moments === undefined) return batch;
    const kernel = this.kernelFor(productWithInputs, batch, { inner: batch.cols, networks: this.shelf.networks });
    return { ...batch, handle: kernel(batch.handle, moments, this.step) };
  }

  descended(weights: DeviceBatch, direction: DeviceBatch, factor: number): DeviceBatch {
    const { rates, scales } = this.inputs;
    const kernel = this.kernelFor(descended, weights, { factor });
    return { ...weights, handle: kernel(weights.handle, direction.handle, rates, scales, this.step) };
  }

  /** Frobenius norms, a batch of 1×1 matrices. */
  private norms({ handle, rows, cols }: DeviceBatch): Handle {
    return this.shelf.kernel(frobeniusNorm, 1, 1, { rows, cols })(handle);
  }

  private kernelFor(source: KernelSource, { rows, cols }: DeviceBatch, constants: Record<string, number> = {}): Kernel {
    return this.shelf.kernel(source, rows, cols, constants);
  }
}
