import { createHash } from 'node:crypto';
import type { Backend, NoiseBatch, Weights } from './backend.js';

/**
 * Keeps what the calls of a backend gave, so that a run that was cut off can be run again without computing it anew. Calls are told
 * apart by their number, which a deterministic run repeats, and by a fingerprint of what went in.
 */
export interface CallJournal {
  /** Number of the next call of the run, from 0. */
  nextCall(): number;
  /** What a call gave in an earlier run, bit for bit; undefined where that was not kept. */
  recall(call: number, fingerprint: string): Promise<readonly Float64Array[] | undefined>;
  /**
   * Keeps what a call gave, if that is worth the room.
   *
   * @param elapsed milliseconds that the call took
   */
  keep(call: number, fingerprint: string, result: readonly Float64Array[], elapsed: number): Promise<void>;
}

/** Backends whose numbers depend on the card or the library that computes. */
const DEVICE_DECIDES: ReadonlySet<string> = new Set(['webgpu', 'blas']);

/**
 * The same backend, except that calls which a journal has are answered from it, and others are kept there. Since every call is a
 * function of what goes in, the numbers are the same either way, to the last bit.
 */
export function journaled(backend: Backend, journal: CallJournal): Backend {
  // The other backends give the same on any machine.
  const device = DEVICE_DECIDES.has(backend.name) ? backend.device : '';
  const place = [backend.name, backend.precision, device];
  const answer = async (
    inputs: readonly unknown[],
    compute: () => Promise<readonly Float64Array[]>,
  ): Promise<readonly Float64Array[]> => {
    const call = journal.nextCall();
    const fingerprint = fingerprintOf([...place, ...inputs]);
    const known = await journal.recall(call, fingerprint);
    if (known !== undefined) return known;
    const started = performance.now();
    const result = await compute();
    await journal.keep(call, fingerprint, result, performance.now() - started);
    return result;
  };
  return {
    name: backend.name,
    precision: backend.precision,
    device: backend.device,
    async descendNetworks(batch, rates) {
      const { shape, count, first, second, target, rateScale } = batch;
      const inputs = ['descendNetworks', shape, count, first, second, target, rateScale, rates];
      const [newFirst, newSecond] = await answer(inputs, async () =>
        layersOf(await backend.descendNetworks(batch, rates)),
      );
      return { first: newFirst!, second: newSecond! };
    },
    async optimizeNetworks(networks, run) {
      const { shape, count, first, second, target, rateScale, moments, taken } = networks;
      const { optimizer, rates, inputs: seen } = run;
      const inputs = [
        'optimizeNetworks',
        ...[shape, count, first, second, target, rateScale, taken],
        ...moments.flatMap(layersOf),
        ...[optimizer.name, rates, seen],
      ];
      const [newFirst, newSecond, ...rest] = await answer(inputs, async () => {
        const result = await backend.optimizeNetworks(networks, run);
        return [result.first, result.second, ...result.moments.flatMap(layersOf)];
      });
      const kept: Weights[] = [];
      for (let index = 0; index < rest.length; index += 2)
        kept.push({ first: rest[index]!, second: rest[index + 1]! });
      const layers = { first: newFirst!, second: newSecond!, moments: kept };
      return { ...networks, ...layers, taken: taken + rates.length };
    },
    async descendModes(batch, rates) {
      const { count, modes, factors, sigmas, rateScale } = batch;
      const inputs = ['descendModes', count, modes, factors, sigmas, rateScale, rates];
      const [result] = await answer(inputs, async () => [await backend.descendModes(batch, rates)]);
      return result!;
    },
    async perturbationMoments(networks, noise) {
      const { shape, count, layers, residual } = networks;
      const weights = 'factors' in layers ? [layers.modes, layers.factors] : layersOf(layers);
      const inputs = ['perturbationMoments', shape, count, ...weights, residual, ...noiseInputs(noise)];
      const [result] = await answer(inputs, async () => [await backend.perturbationMoments(networks, noise)]);
      return result!;
    },
    dispose: () => backend.dispose(),
  };
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
      const sample = Float64Array.from(
        { length: Math.ceil(input.length / stride) },
        (_, i) => input[i * stride]!,
      );
      hash.update(`${input.length}:`).update(sample);
    } else hash.update(`${JSON.stringify(input)};`);
  }
  return hash.digest('hex').slice(0, 32);
}

function isNumbers(input: unknown): input is readonly number[] {
  return Array.isArray(input) && (input.length === 0 || typeof input[0] === 'number');
}
