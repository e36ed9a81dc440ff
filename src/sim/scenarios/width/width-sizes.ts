import { InvalidInputError } from '../../../theory/invalid-input.js';
import { fastestInFloat64 } from '../../backends/open-backend.js';
import { initialDeviation } from '../../noise/means.js';
import { noiseAccuracy } from '../../noise/noise-accuracy.js';
import type { NoiseStudy } from '../../noise/noise-curves.js';
import { eventLoopTurns } from '../../scenario/compute.js';
import { requireMemory } from '../../scenario/memory.js';
import type { Compute, RunContext } from '../../scenario/scenario.js';
import type { EngineName } from '../../training/engine-name.js';
import {
  type PreparedPretraining,
  preparePretraining,
  resolvePretraining,
} from '../../training/pretraining.js';
import type { WidthParameters } from './width.js';

/** A network of one size, ready to be trained and perturbed. */
export interface PreparedSize {
  readonly dim: number;
  readonly study: NoiseStudy;
  readonly prepared: PreparedPretraining;
}

/** All networks of a run, in the order of `dims`. */
export interface PreparedSizes {
  readonly sizes: readonly PreparedSize[];
  readonly compute: Compute;
  readonly warnings: readonly string[];
  /** Lets go of the backend of a size that is done with. */
  release(dim: number): Promise<void>;
  /** Lets go of all that are left. */
  dispose(): Promise<void>;
}

/** Bytes that a mode takes at each recorded time: value and rounding expected of it, twice while planned, and what it was. */
const BYTES_PER_RECORDED_MODE = 40;

/**
 * Plans the training of every size before any is trained, so that what cannot be done is refused at once, and all on one
 * backend: where `auto` finds that one size needs float64, all sizes are computed in it.
 *
 * @throws InvalidInputError when the engine or backend cannot do it, or it would not fit in memory
 */
export async function prepareSizes(
  parameters: WidthParameters,
  engines: readonly EngineName[],
  context: RunContext,
): Promise<PreparedSizes> {
  const { dims, times } = parameters;
  if (context.engine !== 'exact') {
    const modes = dims.reduce((sum, dim) => sum + dim, 0);
    requireMemory('dims', dims, modes * times.length * BYTES_PER_RECORDED_MODE);
  }
  const sizes = new Map<number, PreparedSize>();
  const release = async (dim: number) => {
    const simulated = sizes.get(dim)?.prepared.simulated;
    sizes.delete(dim);
    await simulated?.backend.dispose();
  };
  const dispose = async () => {
    for (const dim of [...sizes.keys()]) await release(dim);
  };
  const turn = eventLoopTurns(context.signal);
  try {
    // The largest is the one that may not fit.
    for (const dim of [...dims].reverse()) {
      await turn();
      sizes.set(dim, await prepareSize(dim, parameters, engines, context));
    }
    const all = () => dims.map((dim) => sizes.get(dim)!);
    const precise = all().find(({ prepared }) => prepared.compute.precision === 'f64');
    const others = all().filter(({ prepared }) => prepared.compute.precision !== 'f64');
    if (precise === undefined || others.length === 0) {
      const { compute } = all()[0]!.prepared;
      return { sizes: all(), compute, warnings: warningsOf(all()), release, dispose };
    }
    const { compute } = precise.prepared;
    const backend = await fastestInFloat64();
    for (const { dim } of others) {
      await turn();
      await release(dim);
      sizes.set(dim, await prepareSize(dim, parameters, engines, { ...context, backend }));
    }
    return {
      sizes: all(),
      compute: { ...compute, reason: `dim ${precise.dim}: ${compute.reason}` },
      warnings: warningsOf(all()),
      release,
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function prepareSize(
  dim: number,
  parameters: WidthParameters,
  engines: readonly EngineName[],
  context: RunContext,
): Promise<PreparedSize> {
  const { gammas, noise, times, replicates, spectrum, tau, learningRate } = parameters;
  const pretraining = resolvePretraining({ dim, spectrum, tau, times, learningRate });
  const scale = noise === 'init' ? initialDeviation(pretraining) : 1;
  const study: NoiseStudy = {
    times,
    gammas: gammas.map((gamma) => gamma * scale),
    replicates,
    seed: context.seed,
  };
  try {
    const accuracy = noiseAccuracy(pretraining, study);
    return { dim, study, prepared: await preparePretraining(pretraining, engines, context, accuracy) };
  } catch (error) {
    if (!(error instanceof InvalidInputError && error.option === 'dim')) throw error;
    throw new InvalidInputError('dims', dim, error.allowed);
  }
}

/** Each warning once, with the sizes that it concerns unless it concerns all. */
function warningsOf(sizes: readonly PreparedSize[]): string[] {
  const concerned = new Map<string, number[]>();
  for (const { dim, prepared } of sizes) {
    for (const text of prepared.simulated?.warnings ?? []) {
      concerned.set(text, [...(concerned.get(text) ?? []), dim]);
    }
  }
  return [...concerned].map(([text, dims]) =>
    dims.length === sizes.length ? text : `dim ${dims.join(', ')}: ${text}`,
  );
}
