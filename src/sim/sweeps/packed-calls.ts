import {
  type Backend,
  type BackendCall,
  type CallResult,
  MOMENTS,
  type ModeBatch,
  type NetworkBatch,
  type NoiseBatch,
  type PerturbedNetworks,
  type Weights,
} from '../backends/backend.js';

/** A call of a backend that waits for others with which it can be made together. */
export interface WaitingCall {
  readonly backend: Backend;
  readonly call: BackendCall;
  readonly resolve: (result: CallResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls that one call of the backend can serve: the same steps for networks of one shape, or the same noise. */
export function together(calls: readonly WaitingCall[]): WaitingCall[][] {
  const groups: WaitingCall[][] = [];
  for (const call of calls) {
    const group = groups.find(([first]) => first!.backend === call.backend && fits(first!.call, call.call));
    if (group === undefined) groups.push([call]);
    else group.push(call);
  }
  return groups;
}

function fits(first: BackendCall, call: BackendCall): boolean {
  if (first.name === 'descendModes' && call.name === 'descendModes')
    return first.inputs[0].modes === call.inputs[0].modes && sameNumbers(first.inputs[1], call.inputs[1]);
  if (first.name === 'descendNetworks' && call.name === 'descendNetworks')
    return sameFields(first.inputs[0].shape, call.inputs[0].shape) && sameNumbers(first.inputs[1], call.inputs[1]);
  if (first.name !== 'perturbationMoments' || call.name !== 'perturbationMoments') return false;
  const [a, b] = [first.inputs[0], call.inputs[0]];
  return sameFields(a.shape, b.shape) && sameLayers(a, b) && sameNoise(first.inputs[1], call.inputs[1]);
}

/** Whether two batches hold the same noise: drawn from the same streams, or the same object. */
export function sameNoise(first: NoiseBatch, second: NoiseBatch): boolean {
  if (first === second) return true;
  if (first.source === undefined || second.source === undefined) return false;
  return first.replicates === second.replicates && sameFields(first.source, second.source);
}

function sameLayers({ layers: a }: PerturbedNetworks, { layers: b }: PerturbedNetworks): boolean {
  if ('factors' in a) return 'factors' in b && a.modes === b.modes;
  return !('factors' in b);
}

/** Whether two records of plain values are equal. */
export function sameFields<Fields extends object>(first: Fields, second: Fields): boolean {
  return (Object.keys(first) as (keyof Fields)[]).every((key) => first[key] === second[key]);
}

function sameNumbers(first: readonly number[], second: readonly number[]): boolean {
  return first.length === second.length && first.every((value, index) => value === second[index]);
}

/**
 * Makes calls that {@link together} has put into one group as one call of the backend, and hands each its part.
 *
 * @param noise for moments: the batch that stands for all that are the same
 */
export async function callTogether(group: readonly WaitingCall[], noise: NoiseBatch | undefined): Promise<void> {
  try {
    const results = await resultsOf(group, noise);
    group.forEach(({ resolve }, index) => {
      resolve(results[index]!);
    });
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}

function resultsOf(group: readonly WaitingCall[], noise: NoiseBatch | undefined): Promise<readonly CallResult[]> {
  const [{ backend, call }] = group as [WaitingCall];
  const batches = <Batch>() => group.map((one) => one.call.inputs[0] as Batch);
  switch (call.name) {
    case 'descendModes':
      return descendModesOf(backend, batches<ModeBatch>(), call.inputs[1]);
    case 'descendNetworks':
      return descendNetworksOf(backend, batches<NetworkBatch>(), call.inputs[1]);
    case 'perturbationMoments':
      return momentsOf(backend, batches<PerturbedNetworks>(), noise!);
    case 'optimizeNetworks':
      throw new Error('calls of optimisers are made one by one');
  }
}

async function descendModesOf(
  backend: Backend,
  batches: readonly ModeBatch[],
  rates: readonly number[],
): Promise<readonly Float64Array[]> {
  const { modes } = batches[0]!;
  const factors = await backend.descendModes(
    {
      count: countOf(batches),
      modes,
      factors: joined(batches.map((one) => one.factors)),
      sigmas: joined(batches.map((one) => one.sigmas)),
      rateScale: joined(batches.map((one) => one.rateScale)),
    },
    rates,
  );
  return cut(factors, batches, modes);
}

async function descendNetworksOf(
  backend: Backend,
  batches: readonly NetworkBatch[],
  rates: readonly number[],
): Promise<readonly Weights[]> {
  const { shape } = batches[0]!;
  const weights = await backend.descendNetworks(
    {
      shape,
      count: countOf(batches),
      first: joined(batches.map((one) => one.first)),
      second: joined(batches.map((one) => one.second)),
      target: joined(batches.map((one) => one.target)),
      rateScale: joined(batches.map((one) => one.rateScale)),
    },
    rates,
  );
  const first = cut(weights.first, batches, shape.rows * shape.hidden);
  const second = cut(weights.second, batches, shape.hidden * shape.cols);
  return batches.map((_, index) => ({ first: first[index]!, second: second[index]! }));
}

async function momentsOf(
  backend: Backend,
  all: readonly PerturbedNetworks[],
  noise: NoiseBatch,
): Promise<readonly Float64Array[]> {
  const moments = await backend.perturbationMoments(
    {
      shape: all[0]!.shape,
      count: countOf(all),
      layers: joinedLayers(all),
      residual: joined(all.map((one) => one.residual)),
    },
    noise,
  );
  return cut(moments, all, noise.replicates * MOMENTS);
}

function joinedLayers(all: readonly PerturbedNetworks[]): PerturbedNetworks['layers'] {
  const layers = all.map((one) => one.layers);
  const diagonal = layers.flatMap((one) => ('factors' in one ? [one] : []));
  if (diagonal.length > 0) return { factors: joined(diagonal.map((one) => one.factors)), modes: diagonal[0]!.modes };
  const full = layers.flatMap((one) => ('factors' in one ? [] : [one]));
  return { first: joined(full.map((one) => one.first)), second: joined(full.map((one) => one.second)) };
}

function countOf(batches: readonly { readonly count: number }[]): number {
  return batches.reduce((sum, { count }) => sum + count, 0);
}

function joined(parts: readonly Float64Array[]): Float64Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

function cut(values: Float64Array, batches: readonly { readonly count: number }[], size: number): Float64Array[] {
  let place = 0;
  return batches.map(({ count }) => {
    const from = place;
    place += count * size;
    return values.slice(from, place);
  });
}
