import type { NetworkShape, NoiseBatch } from '../backends/backend.js';
import { fillGaussian } from './gaussian.js';

/** Memory that one batch of noise and what the backends derive from it may take, in bytes. */
const BATCH_BYTES = 64 * 2 ** 20;

/**
 * The noise of a Monte Carlo study: replicate r perturbs every checkpoint with the same draw, stream (seed, r), so that
 * curves are smooth in time and in γ and no number depends on how replicates are batched.
 */
export class NoiseReplicates {
  private readonly batchSize: number;
  private kept: NoiseBatch | undefined;

  /**
   * @param batchBytes memory that one batch may take; one replicate always fits
   * @param from the first stream: studies whose noise must be independent take streams that do not overlap
   */
  constructor(
    readonly shape: NetworkShape,
    readonly replicates: number,
    readonly seed: number,
    batchBytes = BATCH_BYTES,
    private readonly from = 0,
  ) {
    this.batchSize = Math.max(1, Math.min(replicates, Math.floor(batchBytes / bytesPerReplicate(shape))));
  }

  /** All replicates in order, in batches; a study of one batch draws it once and keeps it. */
  *batches(): Generator<NoiseBatch, void, undefined> {
    for (let start = 0; start < this.replicates; start += this.batchSize) {
      const count = Math.min(this.batchSize, this.replicates - start);
      if (count < this.replicates) yield this.draw(start, count);
      else {
        this.kept ??= this.draw(start, count);
        yield this.kept;
      }
    }
  }

  private draw(start: number, count: number): NoiseBatch {
    const { rows, hidden, cols } = this.shape;
    const firstSize = rows * hidden;
    const secondSize = hidden * cols;
    const first = new Float64Array(count * firstSize);
    const second = new Float64Array(count * secondSize);
    const both = new Float64Array(firstSize + secondSize);
    for (let index = 0; index < count; index++) {
      fillGaussian(both, this.seed, 'perturbation', this.from + start + index);
      first.set(both.subarray(0, firstSize), index * firstSize);
      second.set(both.subarray(firstSize), index * secondSize);
    }
    return { replicates: count, first, second };
  }
}

/** Bytes that one replicate takes: float64 noise, its float32 copies, and both displacements on the device. */
export function bytesPerReplicate({ rows, hidden, cols }: NetworkShape): number {
  return 16 * (rows * hidden + hidden * cols) + 8 * rows * cols + 24 * 5 * rows;
}
