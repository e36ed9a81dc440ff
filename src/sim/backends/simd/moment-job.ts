import {
  type Layers,
  MOMENTS,
  type NetworkShape,
  type NoiseBatch,
  type NoiseSource,
  type PerturbedNetworks,
} from '../backend.js';
import { ranges, shareOf } from '../ensembles.js';
import { padded } from './arena.js';
import { runOn, type SimdSession } from './job.js';

/** What drawing one normal number costs, in multiplications, and what the kernel wants beside its numbers. */
const NOISE_WORK = 30;
const NOISE_ROOM = 528;
const NUMBERS_AT_ONCE = 32;

/** Noise that is in the shared memory. */
interface KeptNoise extends Layers<number> {
  readonly batch: NoiseBatch;
  /** Products of both layers, once they were asked for. */
  products?: number;
}

/** Inner products of perturbed networks, with the noise of the study in hand kept where the threads see it. */
export class MomentJobs {
  private keptNoise: KeptNoise | undefined;

  constructor(private readonly session: SimdSession) {}

  /** See `Backend.perturbationMoments`. */
  async run(networks: PerturbedNetworks, noise: NoiseBatch): Promise<Float64Array> {
    const { arena } = this.session;
    const { shape, count, layers } = networks;
    const { rows, hidden, cols } = shape;
    const [p, h, q] = [padded(rows), padded(hidden), padded(cols)];
    const { replicates } = noise;
    const isDiagonal = 'factors' in layers;
    const kept = await this.noiseAddresses(noise, shape);
    arena.clear();
    const products = isDiagonal ? [await this.productsOf(kept, shape)] : [];
    const residual = arena.putMatrices(networks.residual, count, rows, cols);
    const pairs = count * replicates;
    const out = arena.reserve(8 * MOMENTS * pairs);
    let weights: number[];
    if (isDiagonal) {
      const stride = Math.max(p, h, q);
      const spread = new Float64Array(count * stride);
      for (const network of ranges(count, 1))
        spread.set(shareOf(layers.factors, count, network), network.from * stride);
      weights = [arena.put(spread), stride];
    } else {
      const { first, second } = arena.putLayers(layers, count, shape);
      weights = [first, second];
    }
    await runOn(this.session, {
      kernel: isDiagonal ? 'diagonalMoments' : 'moments',
      numbers: [...weights, residual, kept.first, kept.second, ...products, replicates, p, h, q, out],
      items: pairs,
      workPerItem: isDiagonal ? 8 * p * q : 3 * p * h * q,
      scratchBytes: 2 * arena.bytes * p * q,
    });
    return new Float64Array(arena.numbers(out, MOMENTS * pairs, 'f64'));
  }

  /** A study puts the same noise on every checkpoint, so that the latest one stays. */
  private async noiseAddresses(noise: NoiseBatch, shape: NetworkShape): Promise<KeptNoise> {
    if (this.keptNoise?.batch === noise) return this.keptNoise;
    const { arena } = this.session;
    arena.forget();
    this.keptNoise = undefined;
    const { source, replicates } = noise;
    const addresses =
      source === undefined
        ? arena.putLayers(noise, replicates, shape)
        : await this.drawNoise(source, replicates, shape);
    arena.keep();
    this.keptNoise = { batch: noise, ...addresses };
    return this.keptNoise;
  }

  /** Products of the noise's two layers, which are the same for every network: they stay beside the noise. */
  private async productsOf(kept: KeptNoise, { rows, hidden, cols }: NetworkShape): Promise<number> {
    if (kept.products !== undefined) return kept.products;
    const { arena } = this.session;
    const { replicates } = kept.batch;
    const [p, h, q] = [padded(rows), padded(hidden), padded(cols)];
    const products = arena.reserveMatrices(replicates, rows, cols);
    arena.keep();
    await runOn(this.session, {
      kernel: 'noiseProducts',
      numbers: [kept.first, kept.second, p, h, q, products],
      items: replicates,
      workPerItem: p * h * q,
      scratchBytes: 0,
    });
    arena.clear();
    kept.products = products;
    return products;
  }

  /** Draws the noise on the threads: the numbers of the host, but for the last bits of logarithm and cosine. */
  private async drawNoise(
    { seed, purpose, stream }: NoiseSource,
    replicates: number,
    { rows, hidden, cols }: NetworkShape,
  ): Promise<Layers<number>> {
    const { arena } = this.session;
    const first = arena.reserveMatrices(replicates, rows, hidden);
    const second = arena.reserveMatrices(replicates, hidden, cols);
    const numbers = rows * hidden + hidden * cols;
    const key = [lowerWord(seed), upperWord(seed)];
    await runOn(this.session, {
      kernel: 'drawNoise',
      numbers: [first, second, rows, hidden, cols, ...key, purpose, lowerWord(stream), upperWord(stream)],
      items: replicates,
      workPerItem: NOISE_WORK * numbers,
      scratchBytes: NOISE_ROOM + arena.bytes * (numbers + NUMBERS_AT_ONCE),
    });
    return { first, second };
  }
}

/** Lower half of an integer below 2^53, as the 32 bits that a kernel takes. */
function lowerWord(integer: number): number {
  return integer | 0;
}

function upperWord(integer: number): number {
  return Math.floor(integer / 2 ** 32) | 0;
}
