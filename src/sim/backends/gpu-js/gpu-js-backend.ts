import { availableParallelism } from 'node:os';
import { type Backend, type DeviceChoice, type Layers, MOMENTS, requireKnownStep } from '../backend.js';
import { stepCoefficients } from '../optimizer.js';
import { GpuJsPlans, ranOn, sumRows } from './gpu-js-plans.js';
import { flatten, type GpuInput, loadGpuModule, type NestedArray, type Pipeline } from './gpu-module.js';
import { launchesOf, launchesWithin, processorLaunches, splitting } from './launches.js';
import type { GpuJsDevice } from './webgpu-device.js';

/** Modes of gpu.js that are backends here. */
type GpuJsMode = 'cpu' | 'webasm' | 'webgpu';

/** gpu.js in one of its modes, in float32. Whole runs of steps are one launch: intermediate results never leave the device. */
export const GpuJsBackend = {
  /**
   * Opens gpu.js in a mode.
   *
   * @param choice of devices, where the mode has any
   * @throws Error when a kernel of that mode does not run or miscalculates, or another mode runs in its place
   */
  async open(mode: GpuJsMode, choice: DeviceChoice = { software: true }): Promise<Backend> {
    const device = await openGpuJsDevice(mode, choice);
    let backend: Backend | undefined;
    try {
      const { GPU, input } = await loadGpuModule();
      backend = backendOn(mode, device, new GpuJsPlans(new GPU({ mode })), input);
      await requireKnownStep(backend);
    } catch (error) {
      await (backend === undefined ? device.release() : backend.dispose());
      throw error;
    }
    return device.limits === undefined ? backend : splitting(backend, device.limits);
  },
};

/** The device of a mode; an error says what to install where there is none. */
async function openGpuJsDevice(mode: GpuJsMode, choice: DeviceChoice): Promise<GpuJsDevice> {
  if (mode === 'webgpu') return (await import('./webgpu-device.js')).openWebgpu(choice);
  return {
    description: mode === 'cpu' ? 'JavaScript, 1 thread' : `WebAssembly SIMD, up to ${availableParallelism()} threads`,
    ranAs: mode,
    launches: processorLaunches,
    check: () => {},
    release: async () => {},
  };
}

/** An optimiser's step has up to this many times the work of plain descent: five Newton–Schulz iterations of both layers. */
const OPTIMIZER_WORK = 10;

function backendOn(
  name: GpuJsMode,
  { description, launches, limits, ranAs, check, release }: GpuJsDevice,
  plans: GpuJsPlans,
  input: (values: Float32Array, size: number[]) => GpuInput,
): Backend {
  const upload = (values: Float64Array, size: number[]) => input(Float32Array.from(values), size);

  /** gpu.js falls back to another mode silently, which would make the record of the run a lie. */
  const launch = async (plan: Pipeline, parameters: GpuInput[]): Promise<unknown> => {
    const result = await plan(...parameters);
    const ran = ranOn(plan).find((mode) => mode !== ranAs);
    if (ran !== undefined) throw new Error(`${name} was asked for but ${ran} ran: ${plan.fallbackReason}`);
    check();
    return result;
  };

  return {
    name,
    precision: 'f32',
    device: description,
    async descendNetworks(batch, rates) {
      const { shape, count } = batch;
      const { rows, hidden, cols } = shape;
      let { first, second } = rounded(batch);
      const target = upload(batch.target, [cols, rows, count]);
      const scales = Float32Array.from(batch.rateScale);
      for (const part of launchesOf(rates, launchesWithin(limits, launches.networks, batch))) {
        const result = (await launch(plans.networkDescent(shape, count, part.length), [
          upload(first, [hidden, rows, count]),
          upload(second, [cols, hidden, count]),
          target,
          part,
          scales,
        ])) as Layers<NestedArray>;
        first = flatten(result.first, first.length);
        second = flatten(result.second, second.length);
      }
      return { first, second };
    },
    async optimizeNetworks(networks, { optimizer, rates, inputs }) {
      const { shape, count, taken } = networks;
      const { rows, hidden, cols } = shape;
      const target = upload(networks.target, [cols, rows, count]);
      const scales = Float32Array.from(networks.rateScale);
      const size = count * cols * cols;
      let state = [networks, ...networks.moments].map(rounded);
      let start = 0;
      for (const part of launchesOf(rates, launchesWithin(limits, launches.optimizers, networks, OPTIMIZER_WORK))) {
        const coefficients = Array.from(part, (_, step) =>
          Object.values(stepCoefficients(optimizer, taken + start + step + 1)),
        );
        const seen = inputs?.subarray(start * size, (start + part.length) * size);
        const result = (await launch(plans.optimization(shape, count, part.length, optimizer, seen !== undefined), [
          target,
          part,
          scales,
          upload(Float64Array.from(coefficients.flat()), [coefficients[0]!.length, part.length]),
          ...state.flatMap(({ first, second }) => [
            upload(first, [hidden, rows, count]),
            upload(second, [cols, hidden, count]),
          ]),
          ...(seen === undefined ? [] : [upload(seen, [cols, cols, count * part.length])]),
        ])) as NestedArray[];
        state = state.map(({ first, second }, index) => ({
          first: flatten(result[2 * index]!, first.length),
          second: flatten(result[2 * index + 1]!, second.length),
        }));
        start += part.length;
      }
      const [weights, ...moments] = state;
      return { ...networks, ...weights, moments, taken: taken + rates.length };
    },
    async descendModes(batch, rates) {
      let factors = inFloat32(batch.factors);
      const sigmas = Float32Array.from(batch.sigmas);
      const scales = Float32Array.from(factors, (_, index) => batch.rateScale[Math.floor(index / batch.modes)]!);
      for (const part of launchesOf(rates, launches.modes)) {
        const plan = plans.modeDescent(factors.length, part.length);
        const result = await launch(plan, [Float32Array.from(factors), sigmas, scales, part]);
        factors = flatten(result as NestedArray, factors.length);
      }
      return factors;
    },
    async perturbationMoments({ shape, count, layers, residual }, { first, second, replicates }) {
      const { rows, hidden, cols } = shape;
      const isDiagonal = 'factors' in layers;
      const plan = plans.moments(shape, count, replicates, isDiagonal ? layers.modes : undefined);
      const weights = isDiagonal
        ? [upload(layers.factors, [layers.modes, 1, count])]
        : [upload(layers.first, [hidden, rows, count]), upload(layers.second, [cols, hidden, count])];
      const result = await launch(plan, [
        ...weights,
        upload(residual, [cols, rows, count]),
        upload(first, [hidden, rows, replicates]),
        upload(second, [cols, hidden, replicates]),
      ]);
      return sumRows(flatten(result as NestedArray, count * replicates * rows * MOMENTS), rows);
    },
    async dispose() {
      await plans.dispose();
      await release();
    },
  };
}

/** The numbers that the device sees; also what a run of no steps returns, which is never the caller's own array. */
function inFloat32(values: Float64Array): Float64Array {
  return new Float64Array(new Float32Array(values));
}

function rounded({ first, second }: Layers<Float64Array>): Layers<Float64Array> {
  return { first: inFloat32(first), second: inFloat32(second) };
}
