import {
  answering,
  type Backend,
  MOMENTS,
  make,
  type NetworkBatch,
  type NoiseBatch,
  type PerturbedNetworks,
} from '../backend.js';
import { inParts, joined, ranges, shareOf } from '../ensembles.js';

/** How a run of steps is cut into launches of compiled sizes. */
export interface LaunchSizes {
  /** Sizes that get compiled, largest first. */
  readonly sizes: readonly number[];
  /**
   * Whether a run that one launch can hold is one launch, at the price of idle steps: worth it where reading the state back
   * costs more than they do.
   */
  readonly whole: boolean;
}

/** Launches of each kind of run. */
export interface Launches {
  readonly networks: LaunchSizes;
  readonly modes: LaunchSizes;
  /** A step of rate 0 would still change what an optimiser remembers, so these are never padded. */
  readonly optimizers: LaunchSizes;
}

/** On the processor reading back costs a copy, idle steps cost as much as others, and each size takes time to compile. */
export const processorLaunches: Launches = {
  networks: { sizes: [64, 8], whole: false },
  modes: { sizes: [4096, 256, 16], whole: false },
  optimizers: { sizes: [16, 4, 1], whole: false },
};

/**
 * On a device the state stays for a whole call of up to 1024 steps. Sizes grow by a quarter or less, so that a ninth of
 * the steps are idle on average and a quarter at worst, and ever-changing lengths compile a few dozen plans at most.
 */
export const deviceLaunches: Launches = {
  networks: { sizes: [...fineSizes(8, 1024)], whole: true },
  modes: { sizes: [4096, 1024, 256, 64, 16], whole: true },
  optimizers: { sizes: [64, 16, 4, 1], whole: false },
};

/** Cuts a run of steps into launches; the last one may be padded with steps of rate 0, which change nothing. */
export function launchesOf(rates: readonly number[], { sizes, whole }: LaunchSizes): Float32Array[] {
  const parts: Float32Array[] = [];
  for (let start = 0; start < rates.length; ) {
    const remaining = rates.length - start;
    const holdsAll = whole ? sizes.findLast((candidate) => candidate >= remaining) : undefined;
    const size = holdsAll ?? sizes.find((candidate) => candidate <= remaining) ?? sizes.at(-1)!;
    const part = new Float32Array(size);
    part.set(rates.slice(start, start + size));
    parts.push(part);
    start += size;
  }
  return parts;
}

/**
 * The same launches, none of more steps than a bound; the smallest size always stays.
 *
 * @param steps that the device may be given at once
 */
export function shorterLaunches({ sizes, whole }: LaunchSizes, steps: number): LaunchSizes {
  const short = sizes.filter((size) => size <= steps);
  return { sizes: short.length > 0 ? short : [sizes.at(-1)!], whole };
}

/** 4, 5, 6 and 7 times each power of two, largest first. */
function* fineSizes(smallest: number, largest: number): Generator<number> {
  for (let octave = largest; octave >= smallest; octave /= 2) {
    yield octave;
    for (const eighths of [7, 6, 5]) if (octave > smallest) yield (octave * eighths) / 8;
  }
}

/** What one launch of a device may hold. */
export interface BatchLimits {
  readonly matrices: number;
  readonly entries: number;
}

/** Work of one launch on a device that also draws the screen, or whose driver ends what takes several seconds. */
const LAUNCH_FLOPS = 5e11;

/**
 * How many items one launch takes.
 *
 * @param entries numbers that an item has in the largest array
 * @param matrices that an item has in the largest batch
 * @returns at least 1: an item that does not fit even alone is refused by the device itself
 */
export function itemsPerLaunch(limits: BatchLimits, entries: number, matrices = 1): number {
  return Math.max(1, Math.floor(Math.min(limits.matrices / matrices, limits.entries / entries)));
}

/** Steps of so many floating-point operations that one launch takes: about five seconds of a card with 100 GFLOP/s. */
export function stepsPerLaunch(flopsPerStep: number): number {
  return Math.floor(LAUNCH_FLOPS / flopsPerStep);
}

/**
 * Launches short enough for a device, which must not be busy for long; a processor has no limits and may.
 *
 * @param work of a step, in units of a step of plain descent
 */
export function launchesWithin(
  limits: BatchLimits | undefined,
  launches: LaunchSizes,
  { shape, count }: Pick<NetworkBatch, 'shape' | 'count'>,
  work = 1,
): LaunchSizes {
  if (limits === undefined) return launches;
  // Three products of 2 · rows · hidden · cols.
  return shorterLaunches(launches, stepsPerLaunch(6 * work * shape.rows * shape.hidden * shape.cols * count));
}

/** The same backend for any number of networks and draws: what a device cannot hold at once goes there in parts. */
export function splitting(backend: Backend, limits: BatchLimits): Backend {
  return answering(backend, async (call) => {
    if (call.name === 'descendModes') return make(backend, call);
    const [networks] = call.inputs;
    const { rows, hidden, cols } = networks.shape;
    const largest = Math.max(rows * hidden, hidden * cols, rows * cols);
    if (call.name === 'descendNetworks') {
      const [batch, rates] = call.inputs;
      return inParts(batch, itemsPerLaunch(limits, largest), (part) => backend.descendNetworks(part, rates));
    }
    if (call.name === 'perturbationMoments')
      return perturbInParts(backend, limits, Math.max(largest, rows * MOMENTS), ...call.inputs);
    const [batch, run] = call.inputs;
    const { inputs, rates } = run;
    if (inputs === undefined) {
      return inParts(batch, itemsPerLaunch(limits, largest), (part) => backend.optimizeNetworks(part, run));
    }
    const most = itemsPerLaunch(limits, Math.max(largest, INPUT_STEPS * cols ** 2), INPUT_STEPS);
    return inParts(batch, most, (part, range) => {
      // Inputs lie step by step, and in each network by network.
      const steps = [...ranges(rates.length, 1)].map((step) => shareOf(inputs, rates.length, step));
      const seen = steps.map((ofStep) => shareOf(ofStep, batch.count, range));
      return backend.optimizeNetworks(part, { ...run, inputs: joined(seen) });
    });
  });
}

/** Steps of an optimiser whose inputs lie on a device at the same time, at most. */
const INPUT_STEPS = deviceLaunches.optimizers.sizes[0]!;

async function perturbInParts(
  backend: Backend,
  limits: BatchLimits,
  entries: number,
  networks: PerturbedNetworks,
  { first, second, replicates }: NoiseBatch,
): Promise<Float64Array> {
  const { count } = networks;
  const draws = Math.min(replicates, itemsPerLaunch(limits, entries));
  const most = Math.max(1, Math.floor(itemsPerLaunch(limits, entries) / draws));
  const moments = new Float64Array(count * replicates * MOMENTS);
  for (const drawn of ranges(replicates, draws)) {
    const noise = { replicates: drawn.to - drawn.from, ...shareOf({ first, second }, replicates, drawn) };
    const part = await inParts(networks, most, (some) => backend.perturbationMoments(some, noise));
    for (const { from, to } of ranges(count, 1)) {
      moments.set(shareOf(part, count, { from, to }), (from * replicates + drawn.from) * MOMENTS);
    }
  }
  return moments;
}
