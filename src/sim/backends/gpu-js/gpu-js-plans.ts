import { type Layers, MOMENTS, type NetworkShape } from '../backend.js';
import { optimizerStep, stepCoefficients, type TrainingRule } from '../optimizer.js';
import { type DeviceBatch, gpuJsArithmetic, KernelShelf, type KernelSource } from './gpu-js-arithmetic.js';
import type { GpuInstance, Handle, Kernel, Pipeline, PlanResult } from './gpu-module.js';
import {
  diagonalDisplacement,
  displacement,
  firstLayerStep,
  modeSteps,
  product,
  residual,
  rowMoments,
  secondLayerStep,
} from './kernels.js';

/** What ran the kernels of a plan: `backend` tells it of the first one only, and any of them may fall back. */
export function ranOn({ backend, plan }: Pipeline): (string | null)[] {
  const kernels = [...(plan?.genericClones.values() ?? [])];
  return [backend, ...kernels.map(({ kernel }) => kernel.constructor.mode)];
}

/** Adds the row sums of each moment in float64. */
export function sumRows(rowSums: Float64Array, rows: number): Float64Array {
  const moments = new Float64Array(rowSums.length / rows);
  for (let pair = 0; pair < moments.length / MOMENTS; pair++) {
    for (let row = 0; row < rows; row++) {
      for (let moment = 0; moment < MOMENTS; moment++) {
        moments[pair * MOMENTS + moment]! += rowSums[(pair * rows + row) * MOMENTS + moment]!;
      }
    }
  }
  return moments;
}

/** Inputs of an optimisation before the layers. */
const FIXED_INPUTS = 4;

/** Plans that are kept: each holds its arrays on the device, and a study of many sizes would fill it. */
const MOST_PLANS = 32;

/**
 * The launches of one gpu.js instance, each compiled when first needed and kept. Sizes are compiled in, since gpu.js
 * silently truncates loops whose bound is an argument and reads stale data when an input shrinks.
 */
export class GpuJsPlans {
  private readonly plans = new Map<string, Pipeline>();
  private disposed = false;

  constructor(private readonly gpu: GpuInstance) {}

  /** Takes (first, second, target, rates, scales), returns {first, second}. */
  networkDescent({ rows, hidden, cols }: NetworkShape, count: number, steps: number): Pipeline {
    return this.cached(`networks ${rows} ${hidden} ${cols} ${count} ${steps}`, () => {
      const residuals = this.kernel(residual, { hidden }, [cols, rows, count]);
      const firstSteps = this.kernel(firstLayerStep, { cols }, [hidden, rows, count]);
      const secondSteps = this.kernel(secondLayerStep, { rows }, [cols, hidden, count]);
      return (first: Handle, second: Handle, target: Handle, rates: Handle, scales: Handle) => {
        let layers = { first, second };
        for (let step = 0; step < steps; step++) {
          const error = residuals(layers.first, layers.second, target);
          layers = {
            first: firstSteps(layers.first, layers.second, error, rates, scales, step),
            second: secondSteps(layers.first, layers.second, error, rates, scales, step),
          };
        }
        return layers;
      };
    });
  }

  /**
   * Takes (target, rates, scales, coefficients, both layers, both layers of each moment, and `withInputs` the second moments of the
   * inputs); returns both layers, then both of each moment.
   */
  optimization(
    { rows, hidden, cols }: NetworkShape,
    count: number,
    steps: number,
    optimizer: TrainingRule,
    withInputs: boolean,
  ): Pipeline {
    const key = `optimize ${optimizer.name} ${rows} ${hidden} ${cols} ${count} ${steps} ${withInputs}`;
    return this.cached(key, () => {
      const shelf = new KernelShelf(this.gpu, count);
      const names = Object.keys(stepCoefficients(optimizer, 1));
      const plan = (...handles: Handle[]) => {
        const [target, rates, scales, coefficients] = handles as [Handle, Handle, Handle, Handle];
        let state: readonly Layers<DeviceBatch>[] = Array.from({ length: 1 + optimizer.moments }, (_, index) => ({
          first: { handle: handles[FIXED_INPUTS + 2 * index]!, rows, cols: hidden },
          second: { handle: handles[FIXED_INPUTS + 2 * index + 1]!, rows: hidden, cols },
        }));
        const moments = withInputs ? handles.at(-1)! : undefined;
        const inputs = { rates, scales, coefficients, moments };
        for (let step = 0; step < steps; step++) {
          const arithmetic = gpuJsArithmetic(shelf, inputs, names, step);
          state = optimizerStep(arithmetic, optimizer, { rows, hidden, cols }, state, { handle: target, rows, cols });
        }
        return state.flatMap(({ first, second }) => [first.handle, second.handle]);
      };
      // gpu.js makes as many handles as the function says that it takes.
      const length = FIXED_INPUTS + 2 * (1 + optimizer.moments) + (withInputs ? 1 : 0);
      return Object.defineProperty(plan, 'length', { value: length });
    });
  }

  /** Takes (factors, sigmas, scales, rates), returns the factors. */
  modeDescent(modes: number, steps: number): Pipeline {
    return this.cached(`modes ${modes} ${steps}`, () => {
      const descend = this.kernel(modeSteps, { steps }, [modes]);
      return (factors: Handle, sigmas: Handle, scales: Handle, rates: Handle) =>
        descend(factors, sigmas, scales, rates);
    });
  }

  /** Takes (first, second, residual, noise1, noise2), or with `modes` (factors, residual, noise1, noise2); returns row moments. */
  moments({ rows, hidden, cols }: NetworkShape, count: number, replicates: number, modes?: number): Pipeline {
    return this.cached(`moments ${rows} ${hidden} ${cols} ${modes} ${count} ${replicates}`, () => {
      const output = [cols, rows, count * replicates];
      const multiply = this.gpu.createKernel(product, {
        constants: { inner: hidden },
        output: [cols, rows, replicates],
      });
      const sum = this.gpu.createKernel(rowMoments, {
        constants: { cols, replicates },
        output: [MOMENTS, rows, count * replicates],
      });
      if (modes === undefined) {
        const displace = this.kernel(displacement, { hidden, replicates }, output);
        return (first: Handle, second: Handle, error: Handle, noise1: Handle, noise2: Handle) =>
          sum(error, displace(first, second, noise1, noise2), multiply(noise1, noise2));
      }
      const displace = this.kernel(diagonalDisplacement, { modes, replicates }, output);
      return (factors: Handle, error: Handle, noise1: Handle, noise2: Handle) =>
        sum(error, displace(factors, noise1, noise2), multiply(noise1, noise2));
    });
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    this.plans.clear();
    await this.gpu.destroy();
  }

  private kernel(source: KernelSource, constants: Record<string, number>, output: number[]): Kernel {
    return this.gpu.createKernel(source, { constants, output });
  }

  private cached(key: string, build: () => (...handles: never[]) => PlanResult): Pipeline {
    // A new launch would bring back to life threads that nobody stops.
    if (this.disposed) throw new Error('the backend was disposed of');
    const plan = this.plans.get(key) ?? this.gpu.createPipeline(build() as (...handles: Handle[]) => PlanResult);
    // Set anew, so that the first key is the one that was used least recently.
    this.plans.delete(key);
    this.plans.set(key, plan);
    if (this.plans.size > MOST_PLANS) {
      const [oldest, dropped] = this.plans.entries().next().value!;
      this.plans.delete(oldest);
      // gpu.js finishes what runs before it frees anything.
      void dropped.destroy();
    }
    return plan;
  }
}
