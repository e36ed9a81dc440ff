import {
  type Backend,
  type BackendCall,
  type CallResult,
  make,
  type NoiseBatch,
  type PerturbedNetworks,
} from '../backends/backend.js';
import { joined, shareOf } from '../backends/ensembles.js';

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

/** One call on all networks of a group, and what it gives for each of its members. */
async function resultsOf(group: readonly WaitingCall[], noise: NoiseBatch | undefined): Promise<readonly CallResult[]> {
  const [{ backend, call }] = group as [WaitingCall];
  const batches = group.map((one) => one.call.inputs[0]);
  const [, how] = call.inputs;
  const all = joined(batches);
  const result = await make(backend, { ...call, inputs: [all, noise ?? how] } as BackendCall);
  const { count } = all;
  let to = 0;
  return batches.map((batch) => {
    const from = to;
    to += batch.count;
    return shareOf(result, count, { from, to });
  });
}
