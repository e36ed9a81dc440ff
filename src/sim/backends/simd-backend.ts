import { optimizerStep, stepCoefficients } from '../optimizers/optimizer-step.js';
import { Arena, padded } from '../simd/arena.js';
import { BYTES, type Precision } from '../simd/kernel-exports.js';
import type { Place } from '../simd/optimizer-program.js';
import { type ProgramMatrix, RecordedArithmetic } from '../simd/recorded-arithmetic.js';
import { SimdThreads } from '../simd/simd-threads.js';
import type {
  Backend,
  ModeBatch,
  NetworkBatch,
  NoiseBatch,
  OptimizedNetworks,
  OptimizerRun,
  PerturbedNetworks,
  Weights,
} from './backend.js';
import { MOMENTS } from './backend.js';

/** Bytes of networks that are in the shared memory at the same time; larger ensembles go through in parts. */
const PART_BYTES = 256 * 2 ** 20;

/** Modes in one group of the kernel: eight vectors. */
const GROUP_BYTES = 128;

/** Work that a thread takes at a time, in multiplications, so that no thread waits long for the last one. */
const GRAIN_WORK = 2e6;

/**
 * Our own WebAssembly SIMD kernels on worker threads and shared memory, in float32 or float64. Networks stay in the cache for
 * all steps of a call. Results do not depend on the number of threads.
 */
export class SimdBackend implements Backend {
  readonly name = 'simd';
  readonly device: string;
  private readonly arena: Arena;
  private keptNoise:
    | { readonly batch: NoiseBatch; readonly first: number; readonly second: number }
    | undefined;
  private tail: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly precision: Precision,
    private readonly threads: SimdThreads,
  ) {
    this.device = `WebAssembly SIMD, ${threads.count} thread${threads.count === 1 ? '' : 's'}`;
    this.arena = new Arena(threads.memory, precision);
  }

  /**
   * Starts the threads.
   *
   * @param threads how many; by default one for each core
   * @throws Error when they cannot run the kernels
   */
  static async open(precision: Precision = 'f32', threads?: number): Promise<SimdBackend> {
    return new SimdBackend(precision, await SimdThreads.start(precision, threads));
  }

  async descendNetworks(batch: NetworkBatch, rates: readonly number[]): Promise<Weights> {
    return this.alone(async () => {
      const { rows, hidden, cols } = batch.shape;
      const first = new Float64Array(batch.first.length);
      const second = new Float64Array(batch.second.length);
      for (const { from, to } of this.parts(batch)) {
        this.arena.clear();
        const part = networkPart(batch, from, to);
        const addresses = this.putNetworks(part);
        const [p, h, q] = [padded(rows), padded(hidden), padded(cols)];
        const scratchBytes = this.arena.bytes * (p * q + q * h);
        await this.threads.run({
          kind: 'kernel',
          kernel: 'descendNetworks',
          numbers: [
            addresses.first,
            addresses.second,
            addresses.target,
            this.arena.put(part.rateScale),
            this.arena.put(rates),
            rates.length,
            p,
            h,
            q,
          ],
          takesScratch: true,
          items: part.count,
          grain: grainOf(6 * p * h * q * rates.length),
          ...this.scratch(scratchBytes),
        });
        first.set(this.arena.takeMatrices(addresses.first, part.count, rows, hidden), from * rows * hidden);
        second.set(this.arena.takeMatrices(addresses.second, part.count, hidden, cols), from * hidden * cols);
      }
      return { first, second };
    });
  }

  async optimizeNetworks(networks: OptimizedNetworks, run: OptimizerRun): Promise<OptimizedNetworks> {
    return this.alone(async () => {
      const { shape, count, taken } = networks;
      const { rows, hidden, cols } = shape;
      const { optimizer, rates, inputs } = run;
      this.arena.clear();
      const [p, h, q] = [padded(rows), padded(hidden), padded(cols)];
      const { bytes } = this.arena;
      const state = (address: number, height: number, width: number): ProgramMatrix => ({
        place: { kind: 'state', address, stride: height * width * bytes } satisfies Place,
        rows: height,
        cols: width,
      });
      const addresses = this.putNetworks(networks);
      const firstMoments = networks.moments.map(({ first }) =>
        state(this.arena.putMatrices(first, count, rows, hidden), p, h),
      );
      const secondMoments = networks.moments.map(({ second }) =>
        state(this.arena.putMatrices(second, count, hidden, cols), h, q),
      );
      const batch = {
        first: state(addresses.first, p, h),
        second: state(addresses.second, h, q),
        firstMoments,
        secondMoments,
      };
      const seen: ProgramMatrix | undefined = inputs && {
        place: {
          kind: 'inputs',
          address: this.arena.putMatrices(inputs, count * rates.length, cols, cols),
          stride: q * q * bytes,
        },
        rows: q,
        cols: q,
      };
      const names = Object.keys(stepCoefficients(optimizer, 1));
      const recorded = new RecordedArithmetic(names, bytes, seen);
      const after = optimizerStep(recorded, optimizer, shape, batch, state(addresses.target, p, q));
      recorded.store(after.first, batch.first);
      recorded.store(after.second, batch.second);
      after.firstMoments.forEach((moment, index) => {
        recorded.store(moment, firstMoments[index]!);
      });
      after.secondMoments.forEach((moment, index) => {
        recorded.store(moment, secondMoments[index]!);
      });
      await this.threads.run({
        kind: 'program',
        program: {
          operations: recorded.operations,
          networks: count,
          rates,
          scales: Array.from(networks.rateScale),
          coefficients: rates.map((_, step) => Object.values(stepCoefficients(optimizer, taken + step + 1))),
        },
        items: count,
        grain: 1,
        ...this.scratch(recorded.roomBytes),
      });
      const take = ({ place }: ProgramMatrix, height: number, width: number) =>
        this.arena.takeMatrices((place as { address: number }).address, count, height, width);
      return {
        ...networks,
        first: take(batch.first, rows, hidden),
        second: take(batch.second, hidden, cols),
        moments: firstMoments.map((moment, index) => ({
          first: take(moment, rows, hidden),
          second: take(secondMoments[index]!, hidden, cols),
        })),
        taken: taken + rates.length,
      };
    });
  }

  async descendModes(batch: ModeBatch, rates: readonly number[]): Promise<Float64Array> {
    return this.alone(async () => {
      this.arena.clear();
      const groupSize = GROUP_BYTES / this.arena.bytes;
      const groups = Math.ceil(batch.factors.length / groupSize);
      const room = (values: (index: number) => number) => {
        const address = this.arena.reserve(groups * GROUP_BYTES);
        const numbers = this.arena.numbers(address, groups * groupSize);
        for (let index = 0; index < numbers.length; index++) {
          numbers[index] = index < batch.factors.length ? values(index) : 0;
        }
        return address;
      };
      const factors = room((index) => batch.factors[index]!);
      const sigmas = room((index) => batch.sigmas[index]!);
      const scales = room((index) => batch.rateScale[Math.floor(index / batch.modes)]!);
      const runs = runsOf(rates);
      await this.threads.run({
        kind: 'kernel',
        kernel: 'descendModes',
        numbers: [
          factors,
          sigmas,
          scales,
          this.arena.put(runs.map(({ rate }) => rate)),
          this.arena.putIntegers(runs.map(({ steps }) => steps)),
          runs.length,
        ],
        takesScratch: true,
        items: groups,
        grain: grainOf(groupSize * rates.length),
        ...this.scratch(GROUP_BYTES),
      });
      return new Float64Array(this.arena.numbers(factors, batch.factors.length));
    });
  }

  async perturbationMoments(networks: PerturbedNetworks, noise: NoiseBatch): Promise<Float64Array> {
    return this.alone(async () => {
      const { shape, count, layers } = networks;
      const { rows, hidden, cols } = shape;
      const [p, h, q] = [padded(rows), padded(hidden), padded(cols)];
      const { replicates } = noise;
      const kept = this.noiseAddresses(noise, shape);
      this.arena.clear();
      const residual = this.arena.putMatrices(networks.residual, count, rows, cols);
      const pairs = count * replicates;
      const out = this.arena.reserve(8 * MOMENTS * pairs);
      const common = [residual, kept.first, kept.second, replicates, p, h, q, out];
      const isDiagonal = 'factors' in layers;
      const numbers = isDiagonal
        ? this.diagonalNumbers(layers, count, Math.max(p, h, q), common)
        : [
            this.arena.putMatrices(layers.first, count, rows, hidden),
            this.arena.putMatrices(layers.second, count, hidden, cols),
            ...common,
          ];
      await this.threads.run({
        kind: 'kernel',
        kernel: isDiagonal ? 'diagonalMoments' : 'moments',
        numbers,
        takesScratch: false,
        items: pairs,
        grain: grainOf((isDiagonal ? 1 : 3) * p * h * q),
        ...this.scratch(0),
      });
      return this.arena.doubles(out, MOMENTS * pairs).slice();
    });
  }

  async dispose(): Promise<void> {
    await this.threads.dispose();
  }

  /** Calls share the memory, so that each waits for the one before. */
  private async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => {});
    return result;
  }

  private putNetworks(batch: NetworkBatch): { first: number; second: number; target: number } {
    const { rows, hidden, cols } = batch.shape;
    return {
      first: this.arena.putMatrices(batch.first, batch.count, rows, hidden),
      second: this.arena.putMatrices(batch.second, batch.count, hidden, cols),
      target: this.arena.putMatrices(batch.target, batch.count, rows, cols),
    };
  }

  private scratch(bytes: number): { scratch: number; scratchBytes: number } {
    // Threads that write to one cache line would wait for each other.
    const scratchBytes = 128 * Math.ceil(bytes / 128);
    return { scratch: this.arena.reserve(scratchBytes * this.threads.count), scratchBytes };
  }

  /** A study puts the same noise on every checkpoint, so that the latest one stays. */
  private noiseAddresses(noise: NoiseBatch, { rows, hidden, cols }: PerturbedNetworks['shape']) {
    if (this.keptNoise?.batch === noise) return this.keptNoise;
    this.arena.forget();
    const first = this.arena.putMatrices(noise.first, noise.replicates, rows, hidden);
    const second = this.arena.putMatrices(noise.second, noise.replicates, hidden, cols);
    this.arena.keep();
    this.keptNoise = { batch: noise, first, second };
    return this.keptNoise;
  }

  private diagonalNumbers(
    { factors, modes }: { readonly factors: Float64Array; readonly modes: number },
    count: number,
    stride: number,
    common: readonly number[],
  ): number[] {
    const spread = new Float64Array(count * stride);
    for (let network = 0; network < count; network++) {
      spread.set(factors.subarray(network * modes, (network + 1) * modes), network * stride);
    }
    return [this.arena.put(spread), stride, ...common];
  }

  private *parts({ shape, count }: NetworkBatch): Generator<{ from: number; to: number }> {
    const [p, h, q] = [padded(shape.rows), padded(shape.hidden), padded(shape.cols)];
    const size = Math.max(1, Math.floor(PART_BYTES / (BYTES[this.precision] * (p * h + h * q + p * q))));
    for (let from = 0; from < count; from += size) yield { from, to: Math.min(from + size, count) };
  }
}

function networkPart(batch: NetworkBatch, from: number, to: number): NetworkBatch {
  const { rows, hidden, cols } = batch.shape;
  return {
    shape: batch.shape,
    count: to - from,
    first: batch.first.subarray(from * rows * hidden, to * rows * hidden),
    second: batch.second.subarray(from * hidden * cols, to * hidden * cols),
    target: batch.target.subarray(from * rows * cols, to * rows * cols),
    rateScale: batch.rateScale.subarray(from, to),
  };
}

function grainOf(workPerItem: number): number {
  return Math.max(1, Math.ceil(GRAIN_WORK / Math.max(1, workPerItem)));
}

/** Equal rates in a row. */
function runsOf(rates: readonly number[]): { rate: number; steps: number }[] {
  const runs: { rate: number; steps: number }[] = [];
  for (const rate of rates) {
    const last = runs.at(-1);
    if (last !== undefined && last.rate === rate) last.steps++;
    else runs.push({ rate, steps: 1 });
  }
  return runs;
}
