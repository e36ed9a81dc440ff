import { createHash } from 'node:crypto';
import { answering, type Backend, type BackendCall, type CallResult, make } from './backend.js';
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
  return answering(backend, async (call) => {
    const number = journal.nextCall();
    const fingerprint = fingerprintOf([backend.name, backend.precision, device, call.name, inputsOf(call)]);
    const known = await journal.recall(number, fingerprint);
    if (known !== undefined) return restored(call, known);
    const started = performance.now();
    const result = await make(backend, call);
    await journal.keep(number, fingerprint, arraysOf(result), performance.now() - started);
    return result;
  });
}

/** What a call depends on. */
function inputsOf(call: BackendCall): unknown {
  if (call.name === 'optimizeNetworks') {
    const [networks, { optimizer, rates, inputs }] = call.inputs;
    return [networks, optimizer.name, rates, inputs];
  }
  if (call.name !== 'perturbationMoments') return call.inputs;
  const [networks, noise] = call.inputs;
  // The layers of noise are looked at only where nothing else tells what they are, for they may be drawn on first sight.
  return [networks, noise.replicates, noise.source ?? [noise.first, noise.second]];
}

function arraysOf(result: CallResult): readonly Float64Array[] {
  if (result instanceof Float64Array) return [result];
  return [result, ...('moments' in result ? result.moments : [])].flatMap(({ first, second }) => [first, second]);
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

/** Numbers of each array that are looked at: the run is deterministic, so that this guards against mistakes alone. */
const SAMPLE = 256;

function fingerprintOf(inputs: unknown): string {
  const hash = createHash('sha256');
  const look = (input: unknown): void => {
    if (input instanceof Float64Array || isNumbers(input)) {
      const stride = Math.max(1, Math.ceil(input.length / SAMPLE));
      const sample = Float64Array.from({ length: Math.ceil(input.length / stride) }, (_, i) => input[i * stride]!);
      hash.update(`${input.length}:`).update(sample);
    } else if (typeof input === 'object' && input !== null) {
      for (const [name, part] of Object.entries(input)) {
        hash.update(`${name}:`);
        look(part);
      }
    } else hash.update(`${JSON.stringify(input)};`);
  };
  look(inputs);
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
