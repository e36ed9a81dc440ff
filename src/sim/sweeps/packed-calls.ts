import {
  type Backend,
  MOMENTS,
  type ModeBatch,
  type NetworkBatch,
  type NoiseBatch,
  type PerturbedNetworks,
  type Weights,
} from '../backends/backend.js';

/** A call of a backend that waits for others with which it can be made together. */
export type WaitingCall = { readonly backend: Backend; readonly reject: (error: unknown) => void } & (
  | {
      readonly kind: 'modes';
      readonly batch: ModeBatch;
      readonly rates: readonly number[];
      readonly resolve: (factors: Float64Array) => void;
    }
  | {
      readonly kind: 'networks';
      readonly batch: NetworkBatch;
      readonly rates: readonly number[];
      readonly resolve: (weights: Weights) => void;
    }
  | {
      readonly kind: 'moments';
      readonly networks: PerturbedNetworks;
      readonly noise: NoiseBatch;
      readonly resolve: (moments: Float64Array) => void;
    }
);

type Of<Kind extends WaitingCall['kind']> = Extract<WaitingCall, { kind: Kind }>;

/** Calls that one call of the backend can serve: the same steps for networks of one shape, or the same noise. */
export function together(calls: readonly WaitingCall[]): WaitingCall[][] {
  const groups: WaitingCall[][] = [];
  for (const call of calls) {
    const group = groups.find(([first]) => fits(first!, call));
    if (group === undefined) groups.push([call]);
    else group.push(call);
  }
  return groups;
}

function fits(first: WaitingCall, call: WaitingCall): boolean {
  if (first.backend !== call.backend) return false;
  if (first.kind === 'modes' && call.kind === 'modes')
    return first.batch.modes === call.batch.modes && sameNumbers(first.rates, call.rates);
  if (first.kind === 'networks' && call.kind === 'networks')
    return sameFields(first.batch.shape, call.batch.shape) && sameNumbers(first.rates, call.rates);
  if (first.kind !== 'moments' || call.kind !== 'moments') return false;
  const [a, b] = [first.networks, call.networks];
  return sameFields(a.shape, b.shape) && sameLayers(a, b) && sameNoise(first.noise, call.noise);
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
export async function callTogether(
  group: readonly WaitingCall[],
  noise: NoiseBatch | undefined,
): Promise<void> {
  try {
    const [{ kind }] = group as [WaitingCall];
    if (kind === 'modes') await descendModesOf(group as readonly Of<'modes'>[]);
    else if (kind === 'networks') await descendNetworksOf(group as readonly Of<'networks'>[]);
    else await momentsOf(group as readonly Of<'moments'>[], noise!);
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}

async function descendModesOf(group: readonly Of<'modes'>[]): Promise<void> {
  const [{ backend, batch, rates }] = group as [Of<'modes'>];
  const batches = group.map((call) => call.batch);
  const factors = await backend.descendModes(
    {
      count: countOf(batches),
      modes: batch.modes,
      factors: joined(batches.map((one) => one.factors)),
      sigmas: joined(batches.map((one) => one.sigmas)),
      rateScale: joined(batches.map((one) => one.rateScale)),
    },
    rates,
  );
  const parts = cut(factors, batches, batch.modes);
  group.forEach(({ resolve }, index) => {
    resolve(parts[index]!);
  });
}

async function descendNetworksOf(group: readonly Of<'networks'>[]): Promise<void> {
  const [{ backend, batch, rates }] = group as [Of<'networks'>];
  const batches = group.map((call) => call.batch);
  const { rows, hidden, cols } = batch.shape;
  const weights = await backend.descendNetworks(
    {
      shape: batch.shape,
      count: countOf(batches),
      first: joined(batches.map((one) => one.first)),
      second: joined(batches.map((one) => one.second)),
      target: joined(batches.map((one) => one.target)),
      rateScale: joined(batches.map((one) => one.rateScale)),
    },
    rates,
  );
  const first = cut(weights.first, batches, rows * hidden);
  const second = cut(weights.second, batches, hidden * cols);
  group.forEach(({ resolve }, index) => {
    resolve({ first: first[index]!, second: second[index]! });
  });
}

async function momentsOf(group: readonly Of<'moments'>[], noise: NoiseBatch): Promise<void> {
  const [{ backend, networks }] = group as [Of<'moments'>];
  const all = group.map((call) => call.networks);
  const moments = await backend.perturbationMoments(
    {
      shape: networks.shape,
      count: countOf(all),
      layers: joinedLayers(all),
      residual: joined(all.map((one) => one.residual)),
    },
    noise,
  );
  const parts = cut(moments, all, noise.replicates * MOMENTS);
  group.forEach(({ resolve }, index) => {
    resolve(parts[index]!);
  });
}

function joinedLayers(all: readonly PerturbedNetworks[]): PerturbedNetworks['layers'] {
  const layers = all.map((one) => one.layers);
  const diagonal = layers.flatMap((one) => ('factors' in one ? [one] : []));
  if (diagonal.length > 0)
    return { factors: joined(diagonal.map((one) => one.factors)), modes: diagonal[0]!.modes };
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

function cut(
  values: Float64Array,
  batches: readonly { readonly count: number }[],
  size: number,
): Float64Array[] {
  let place = 0;
  return batches.map(({ count }) => {
    const from = place;
    place += count * size;
    return values.slice(from, place);
  });
}
