import { createHash } from 'node:crypto';
import {
  answering,
  type Backend,
  type BackendCall,
  type CallResult,
  make,
  type NoiseBatch,
  type Weights,
} from './backend.js';
import { backendRecord } from './backend-list.js';

/**
 * Keeps what the calls of a backend gave, so that a run that was cut off can be run again without computing it anew. Calls are told
 * apart by their number, which a deterministic run repeats, and by a fingerprint of what went in.
 */
export interface CallJournal {
  /** Number of the next call of the run, from 0. */
  nextCall(): number;
  /** What a call gave in an earlier run, bit for bit; undefined where that was not kept. */
  recall(call: number, fingerprint: string): Promise<readonly Float64Array[] | undefined>;
  /** Keeps what a call gave, if that is worth the room. @param elapsed milliseconds that the call took */
  keep(call: number, fingerprint: string, result: readonly Float64Array[], elapsed: number): Promise<void>;
}

/**
 * The same backend, except that calls which a journal has are answered from it, and others are kept there. Since every call is a
 * function of what goes in, the numbers are the same either way, to the last bit.
 */
export function journaled(backend: Backend, journal: CallJournal): Backend {
  // Where the card or the library that computes decides the numbers, it is part of the call.
  const device = backendRecord(backend.name)?.isPortable ? '' : backend.device;
  const place = [backend.name, backend.precision, device];
  return answering(backend, async (call) => {
    const number = journal.nextCall();
    const fingerprint = fingerprintOf([...place, call.name, ...inputsOf(call)]);
    const known = await journal.recall(number, fingerprint);
    if (known !== undefined) return restored(call, known);
    const started = performance.now();
    const result = await make(backend, call);
    await journal.keep(number, fingerprint, arraysOf(result), performance.now() - started);
    return result;
  });
}

function inputsOf(call: BackendCall): readonly unknown[] {
  switch (call.name) {
    case 'descendNetworks': {
      const [{ shape, count, first, second, target, rateScale }, rates] = call.inputs;
      return [shape, count, first, second, target, rateScale, rates];
    }
    case 'optimizeNetworks': {
      const [{ shape, count, first, second, target, rateScale, moments, taken }, run] = call.inputs;
      const networks = [shape, count, first, second, target, rateScale, taken, ...moments.flatMap(layersOf)];
      return [...networks, run.optimizer.name, run.rates, run.inputs];
    }
    case 'descendModes': {
      const [{ count, modes, factors, sigmas, rateScale }, rates] = call.inputs;
      return [count, modes, factors, sigmas, rateScale, rates];
    }
    case 'perturbationMoments': {
      const [{ shape, count, layers, residual }, noise] = call.inputs;
      const weights = 'factors' in layers ? [layers.modes, layers.factors] : layersOf(layers);
      return [shape, count, ...weights, residual, ...noiseInputs(noise)];
    }
  }
}

function arraysOf(result: CallResult): readonly Float64Array[] {
  if (result instanceof Float64Array) return [result];
  return [...layersOf(result), ...('moments' in result ? result.moments.flatMap(layersOf) : [])];
}

function restored(call: BackendCall, arrays: readonly Float64Array[]): CallResult {
  if (call.name === 'descendModes' || call.name === 'perturbationMoments') return arrays[0]!;
  const [layers, ...moments] = Array.from({ length: arrays.length / 2 }, (_, pair) => ({
    first: arrays[2 * pair]!,
    second: arrays[2 * pair + 1]!,
  }));
  if (call.name === 'descendNetworks') return layers!;
  const [networks, { rates }] = call.inputs;
  return { ...networks, ...layers!, moments, taken: networks.taken + rates.length };
}

function layersOf({ first, second }: Weights): readonly Float64Array[] {
  return [first, second];
}

/** The layers of noise are looked at only where nothing else tells what they are, for they may be drawn on first sight. */
function noiseInputs(noise: NoiseBatch): readonly unknown[] {
  return noise.source === undefined
    ? [noise.replicates, ...layersOf(noise)]
    : [noise.replicates, JSON.stringify(noise.source)];
}

/** Numbers of each array that are looked at: the run is deterministic, so that this guards against mistakes alone. */
const SAMPLE = 256;

function fingerprintOf(inputs: readonly unknown[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) {
    if (input instanceof Float64Array || isNumbers(input)) {
      const stride = Math.max(1, Math.ceil(input.length / SAMPLE));
      const sample = Float64Array.from({ length: Math.ceil(input.length / stride) }, (_, i) => input[i * stride]!);
      hash.update(`${input.length}:`).update(sample);
    } else hash.update(`${JSON.stringify(input)};`);
  }
  return hash.digest('hex').slice(0, 32);
}

function isNumbers(input: unknown): input is readonly number[] {
  return Array.isArray(input) && (input.length === 0 || typeof input[0] === 'number');
}

/** Counts the work of a run as it goes on. */
export interface WorkMeter {
  /** Optimiser steps made so far, each network counted on its own. */
  networkSteps: number;
}

/**
 * The same backend, except that each call waits for its turn and that steps are counted.
 *
 * @param turn gives signals, timers and keys their turn; throws once the run has been interrupted
 */
export function interruptible(backend: Backend, turn: () => Promise<void>, work?: WorkMeter): Backend {
  return answering(backend, async (call) => {
    await turn();
    if (work !== undefined) work.networkSteps += networkSteps(call);
    return make(backend, call);
  });
}

function networkSteps(call: BackendCall): number {
  if (call.name === 'perturbationMoments') return 0;
  const [{ count }, steps] = call.inputs;
  return count * ('rates' in steps ? steps.rates : steps).length;
}
