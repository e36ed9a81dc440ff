import {
  type Backend,
  MOMENTS,
  type ModeBatch,
  type NetworkBatch,
  type NoiseBatch,
  type OptimizedNetworks,
  type OptimizerRun,
  type PerturbedNetworks,
  requireKnownStep,
  type Weights,
} from '../backend.js';
import { stepCoefficients } from '../optimizer.js';
import { type DeviceChoice, type GpuJsDevice, type GpuJsMode, openGpuJsDevice } from './gpu-js-device.js';
import { GpuJsPlans, ownCopy, ranOn, sumRows } from './gpu-js-plans.js';
import { flatten, type GpuInput, loadGpuModule, type NestedArray, type Pipeline } from './gpu-module.js';
import { launchesOf, launchesWithin, splitting } from './launches.js';

/** An optimiser's step has up to this many times the work of plain descent: five Newton–Schulz iterations of both layers. */
const OPTIMIZER_WORK = 10;

/**
 * gpu.js in one of its modes, in float32. Whole runs of steps are one launch: intermediate results never leave the
 * device.
 */
export class GpuJsBackend implements Backend {
  readonly precision = 'f32';
  readonly device: string;

  private constructor(
    readonly name: GpuJsMode,
    private readonly on: GpuJsDevice,
    private readonly plans: GpuJsPlans,
    private readonly input: (values: Float32Array, size: number[]) => GpuInput,
  ) {
    this.device = on.description;
  }

  /**
   * Opens gpu.js in a mode.
   *
   * @param choice of devices, where the mode has any
   * @throws Error when a kernel of that mode does not run or miscalculates, or another mode runs in its place
   */
  static async open(mode: GpuJsMode, choice: DeviceChoice = { software: true }): Promise<Backend> {
    const device = await openGpuJsDevice(mode, choice);
    let backend: GpuJsBackend | undefined;
    try {
      const { GPU, input } = await loadGpuModule();
      const gpu = new GPU({ mode });
      backend = new GpuJsBackend(mode, device, new GpuJsPlans(gpu), input);
      await requireKnownStep(backend);
    } catch (error) {
      await (backend === undefined ? device.release() : backend.dispose());
      throw error;
    }
    return device.limits === undefined ? backend : splitting(backend, device.limits);
  }

  async descendNetworks(batch: NetworkBatch, rates: readonly number[]): Promise<Weights> {
    const { rows, hidden, cols } = batch.shape;
    let { first, second } = batch;
    const target = this.upload(batch.target, [cols, rows, batch.count]);
    const scales = Float32Array.from(batch.rateScale);
    for (const part of launchesOf(rates, launchesWithin(this.on.limits, this.on.launches.networks, batch))) {
      const plan = this.plans.networkDescent(batch.shape, batch.count, part.length);
      const result = (await this.launch(plan, [
        this.upload(first, [hidden, rows, batch.count]),
        this.upload(second, [cols, hidden, batch.count]),
        target,
        part,
        scales,
      ])) as { first: NestedArray; second: NestedArray };
      first = flatten(result.first, first.length);
      second = flatten(result.second, second.length);
    }
    return { first: ownCopy(first, batch.first), second: ownCopy(second, batch.second) };
  }

  async optimizeNetworks(networks: OptimizedNetworks, run: OptimizerRun): Promise<OptimizedNetworks> {
    const { shape, count } = networks;
    const { rows, hidden, cols } = shape;
    const { optimizer, rates, inputs } = run;
    const target = this.upload(networks.target, [cols, rows, count]);
    const scales = Float32Array.from(networks.rateScale);
    const inFirst = (values: Float64Array) => this.upload(values, [hidden, rows, count]);
    const inSecond = (values: Float64Array) => this.upload(values, [cols, hidden, count]);
    let { first, second, moments } = networks;
    let start = 0;
    const sizes = launchesWithin(this.on.limits, this.on.launches.optimizers, networks, OPTIMIZER_WORK);
    for (const part of launchesOf(rates, sizes)) {
      const rowsOfSteps = Array.from(part, (_, step) =>
        Object.values(stepCoefficients(optimizer, networks.taken + start + step + 1)),
      );
      const width = rowsOfSteps[0]!.length;
      const size = count * cols * cols;
      const seen = inputs?.subarray(start * size, (start + part.length) * size);
      const plan = this.plans.optimization(shape, count, part.length, optimizer, seen !== undefined);
      const result = (await this.launch(plan, [
        inFirst(first),
        inSecond(second),
        target,
        part,
        scales,
        this.upload(Float64Array.from(rowsOfSteps.flat()), [width, part.length]),
        ...moments.map((moment) => inFirst(moment.first)),
        ...moments.map((moment) => inSecond(moment.second)),
        ...(seen === undefined ? [] : [this.upload(seen, [cols, cols, count * part.length])]),
      ])) as NestedArray[];
      const sizes = { first: first.length, second: second.length };
      first = flatten(result[0]!, sizes.first);
      second = flatten(result[1]!, sizes.second);
      moments = moments.map((_, index) => ({
        first: flatten(result[2 + index]!, sizes.first),
        second: flatten(result[2 + moments.length + index]!, sizes.second),
      }));
      start += part.length;
    }
    return {
      ...networks,
      first: ownCopy(first, networks.first),
      second: ownCopy(second, networks.second),
      moments: moments.map((moment, index) => ({
        first: ownCopy(moment.first, networks.moments[index]!.first),
        second: ownCopy(moment.second, networks.moments[index]!.second),
      })),
      taken: networks.taken + rates.length,
    };
  }

  async descendModes(batch: ModeBatch, rates: readonly number[]): Promise<Float64Array> {
    let factors = batch.factors;
    const sigmas = Float32Array.from(batch.sigmas);
    const scales = Float32Array.from(factors, (_, index) => batch.rateScale[Math.floor(index / batch.modes)]!);
    for (const part of launchesOf(rates, this.on.launches.modes)) {
      const plan = this.plans.modeDescent(factors.length, part.length);
      const result = await this.launch(plan, [Float32Array.from(factors), sigmas, scales, part]);
      factors = flatten(result as NestedArray, factors.length);
    }
    return ownCopy(factors, batch.factors);
  }

  async perturbationMoments(networks: PerturbedNetworks, noise: NoiseBatch): Promise<Float64Array> {
    const { shape, count, layers } = networks;
    const { rows, hidden, cols } = shape;
    const { replicates } = noise;
    const noise1 = this.upload(noise.first, [hidden, rows, replicates]);
    const noise2 = this.upload(noise.second, [cols, hidden, replicates]);
    const residual = this.upload(networks.residual, [cols, rows, count]);
    const result =
      'factors' in layers
        ? await this.launch(this.plans.diagonalMoments(shape, layers.modes, count, replicates), [
            this.upload(layers.factors, [layers.modes, 1, count]),
            residual,
            noise1,
            noise2,
          ])
        : await this.launch(this.plans.moments(shape, count, replicates), [
            this.upload(layers.first, [hidden, rows, count]),
            this.upload(layers.second, [cols, hidden, count]),
            residual,
            noise1,
            noise2,
          ]);
    return sumRows(flatten(result as NestedArray, count * replicates * rows * MOMENTS), rows);
  }

  async dispose(): Promise<void> {
    await this.plans.dispose();
    await this.on.release();
  }

  private upload(values: Float64Array, size: number[]): GpuInput {
    return this.input(Float32Array.from(values), size);
  }

  /** gpu.js falls back to another mode silently, which would make the record of the run a lie. */
  private async launch(plan: Pipeline, parameters: GpuInput[]): Promise<unknown> {
    const result = await plan(...parameters);
    const ran = ranOn(plan).find((mode) => mode !== this.on.ranAs);
    if (ran !== undefined) throw new Error(`${this.name} was asked for but ${ran} ran: ${plan.fallbackReason}`);
    this.on.check();
    return result;
  }
}
