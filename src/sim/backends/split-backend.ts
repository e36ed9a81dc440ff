import {
  answering,
  type Backend,
  MOMENTS,
  type NetworkBatch,
  type NoiseBatch,
  type OptimizedNetworks,
  type OptimizerRun,
  type PerturbedNetworks,
  type Weights,
} from './backend.js';
import { type BatchLimits, deviceLaunches, itemsPerLaunch, ranges } from './gpu-js/launches.js';

/** Steps of an optimiser whose inputs lie on a device at the same time, at most. */
const INPUT_STEPS = deviceLaunches.optimizers.sizes[0]!;

/** The same backend for any number of networks and draws: what a device cannot hold at once goes there in parts. */
export function splitting(backend: Backend, limits: BatchLimits): Backend {
  return answering(backend, (call) => {
    switch (call.name) {
      case 'descendModes':
        return backend.descendModes(...call.inputs);
      case 'descendNetworks':
        return descendInParts(backend, limits, ...call.inputs);
      case 'optimizeNetworks':
        return optimizeInParts(backend, limits, ...call.inputs);
      case 'perturbationMoments':
        return perturbInParts(backend, limits, ...call.inputs);
    }
  });
}

async function descendInParts(
  backend: Backend,
  limits: BatchLimits,
  batch: NetworkBatch,
  rates: readonly number[],
): Promise<Weights> {
  const most = itemsPerLaunch(limits, largestMatrix(batch));
  if (batch.count <= most) return backend.descendNetworks(batch, rates);
  const result = emptyLike(batch);
  for (const range of ranges(batch.count, most)) {
    place(result, await backend.descendNetworks(slice(batch, range), rates), batch.count, range);
  }
  return result;
}

async function optimizeInParts(
  backend: Backend,
  limits: BatchLimits,
  networks: OptimizedNetworks,
  run: OptimizerRun,
): Promise<OptimizedNetworks> {
  const { count, shape } = networks;
  const inputs = run.inputs === undefined ? 0 : INPUT_STEPS * shape.cols ** 2;
  const matrices = run.inputs === undefined ? 1 : INPUT_STEPS;
  const most = itemsPerLaunch(limits, Math.max(largestMatrix(networks), inputs), matrices);
  if (count <= most) return backend.optimizeNetworks(networks, run);
  const result = { ...networks, ...emptyLike(networks), moments: networks.moments.map(emptyLike) };
  for (const range of ranges(count, most)) {
    const part = await backend.optimizeNetworks(...sliceRun(networks, run, range));
    place(result, part, count, range);
    part.moments.forEach((moment, index) => {
      place(result.moments[index]!, moment, count, range);
    });
  }
  return { ...result, taken: networks.taken + run.rates.length };
}

async function perturbInParts(
  backend: Backend,
  limits: BatchLimits,
  networks: PerturbedNetworks,
  noise: NoiseBatch,
): Promise<Float64Array> {
  const { count, shape } = networks;
  const entries = Math.max(largestMatrix(networks), shape.rows * MOMENTS);
  const draws = Math.min(noise.replicates, itemsPerLaunch(limits, entries));
  const most = Math.max(1, Math.floor(itemsPerLaunch(limits, entries) / draws));
  if (draws === noise.replicates && count <= most) return backend.perturbationMoments(networks, noise);
  const result = new Float64Array(count * noise.replicates * MOMENTS);
  for (const drawn of ranges(noise.replicates, draws)) {
    const noisePart = sliceNoise(noise, drawn);
    for (const range of ranges(count, most)) {
      const part = await backend.perturbationMoments(slicePerturbed(networks, range), noisePart);
      const width = noisePart.replicates * MOMENTS;
      for (let network = range.from; network < range.to; network++) {
        const from = (network - range.from) * width;
        const at = (network * noise.replicates + drawn.from) * MOMENTS;
        result.set(part.subarray(from, from + width), at);
      }
    }
  }
  return result;
}

type Range = { readonly from: number; readonly to: number };

function largestMatrix({ shape: { rows, hidden, cols } }: Pick<NetworkBatch, 'shape'>): number {
  return Math.max(rows * hidden, hidden * cols, rows * cols);
}

/** Items of a range, out of an array that holds as many numbers for each of `count` items. */
function items(values: Float64Array, count: number, { from, to }: Range): Float64Array {
  const size = values.length / count;
  return values.subarray(from * size, to * size);
}

function emptyLike({ first, second }: Weights): Weights {
  return { first: new Float64Array(first.length), second: new Float64Array(second.length) };
}

function place(whole: Weights, part: Weights, count: number, range: Range): void {
  items(whole.first, count, range).set(part.first);
  items(whole.second, count, range).set(part.second);
}

function sliceWeights({ first, second }: Weights, count: number, range: Range): Weights {
  return { first: items(first, count, range), second: items(second, count, range) };
}

function slice(batch: NetworkBatch, range: Range): NetworkBatch {
  return {
    shape: batch.shape,
    count: range.to - range.from,
    ...sliceWeights(batch, batch.count, range),
    target: items(batch.target, batch.count, range),
    rateScale: items(batch.rateScale, batch.count, range),
  };
}

function sliceRun(networks: OptimizedNetworks, run: OptimizerRun, range: Range): [OptimizedNetworks, OptimizerRun] {
  const { count, taken } = networks;
  const moments = networks.moments.map((moment) => sliceWeights(moment, count, range));
  return [
    { ...slice(networks, range), moments, taken },
    { ...run, inputs: run.inputs && sliceInputs(run.inputs, run.rates.length, count, range) },
  ];
}

/** Inputs are step by step, networks within a step. */
function sliceInputs(inputs: Float64Array, steps: number, count: number, range: Range): Float64Array {
  const part = new Float64Array((inputs.length / count) * (range.to - range.from));
  for (let step = 0; step < steps; step++) {
    const ofStep = items(inputs, steps, { from: step, to: step + 1 });
    const wanted = items(ofStep, count, range);
    part.set(wanted, step * wanted.length);
  }
  return part;
}

function slicePerturbed(networks: PerturbedNetworks, range: Range): PerturbedNetworks {
  const { shape, count, layers } = networks;
  return {
    shape,
    count: range.to - range.from,
    layers:
      'factors' in layers
        ? { modes: layers.modes, factors: items(layers.factors, count, range) }
        : sliceWeights(layers, count, range),
    residual: items(networks.residual, count, range),
  };
}

function sliceNoise(noise: NoiseBatch, range: Range): NoiseBatch {
  return { replicates: range.to - range.from, ...sliceWeights(noise, noise.replicates, range) };
}
