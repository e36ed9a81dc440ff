import {
  type Backend,
  MOMENTS,
  type NetworkShape,
  type NoiseBatch,
  type PerturbedNetworks,
  type Weights,
} from '../backends/backend.js';
import { fillGaussian, purposeWord } from '../backends/random.js';
import { bytesPerReplicate } from '../scenario/memory.js';

/** A Monte Carlo mean with its standard error. */
export interface Estimate {
  readonly mean: number;
  /** Sample standard deviation over the square root of the replicates. */
  readonly standardError: number;
}

/** An estimate with its leave-one-group-out means, for the jackknife: the errors of what is not a mean, such as where a curve turns. */
export interface GroupedEstimate extends Estimate {
  /** Means over all draws but one group; draw r is in group r mod {@link DRAW_GROUPS}. One for each group that has draws. */
  readonly withoutGroup: readonly number[];
}

/** Groups of draws that are left out in turn: a standard error from ten is itself good to a quarter. */
export const DRAW_GROUPS = 10;

/**
 * Excess loss of a network perturbed by noise of scale γ, `‖(W1+γE1)(W2+γE2) − A‖² − ‖W1W2 − A‖²`, averaged over the
 * replicates for every γ.
 *
 * With residual R, `B = E1W2 + W1E2` and `C = E1E2` the perturbed residual is `R + γB + γ²C`, so the excess is exactly
 * `2γ⟨R,B⟩ + γ²(‖B‖² + 2⟨R,C⟩) + 2γ³⟨B,C⟩ + γ⁴‖C‖²`: five inner products serve every γ, and the loss itself is never
 * subtracted from a number that is almost equal to it.
 *
 * @param network one network
 */
export async function estimateExcess(
  backend: Backend,
  network: PerturbedNetworks,
  noise: NoiseReplicates,
  gammas: readonly number[],
): Promise<GroupedEstimate[]> {
  const running = gammas.map(() => new RunningEstimate());
  for (const batch of noise.batches()) {
    const moments = await backend.perturbationMoments(network, batch);
    for (let at = 0; at < moments.length; at += MOMENTS) {
      gammas.forEach((gamma, index) => {
        running[index]!.add(excess(moments, at, gamma));
      });
    }
  }
  return running.map((estimate) => estimate.result());
}

function excess(moments: Float64Array, at: number, gamma: number): number {
  const linear = 2 * moments[at]!;
  const quadratic = moments[at + 1]! + 2 * moments[at + 2]!;
  const cubic = 2 * moments[at + 3]!;
  return gamma * (linear + gamma * (quadratic + gamma * (cubic + gamma * moments[at + 4]!)));
}

/** Mean and variance by Welford's recurrence, which does not cancel. */
export class RunningEstimate {
  private count = 0;
  private mean = 0;
  private squares = 0;
  private readonly sums = new Float64Array(DRAW_GROUPS);

  add(value: number): void {
    this.sums[this.count % DRAW_GROUPS]! += value;
    this.count++;
    const before = value - this.mean;
    this.mean += before / this.count;
    this.squares += before * (value - this.mean);
  }

  result(): GroupedEstimate {
    const variance = this.squares / (this.count - 1);
    return {
      mean: this.mean,
      standardError: Math.sqrt(variance / this.count),
      withoutGroup: Array.from({ length: Math.min(DRAW_GROUPS, this.count) }, (_, group) => this.meanWithout(group)),
    };
  }

  private meanWithout(group: number): number {
    const size = Math.ceil((this.count - group) / DRAW_GROUPS);
    return this.mean + (this.mean * size - this.sums[group]!) / (this.count - size);
  }
}

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
      if (count < this.replicates) yield this.batch(start, count);
      else {
        this.kept ??= this.batch(start, count);
        yield this.kept;
      }
    }
  }

  /** Noise that is drawn on the host when it is looked at, and not at all where a backend draws it itself. */
  private batch(start: number, replicates: number): NoiseBatch {
    const { shape, seed } = this;
    const stream = this.from + start;
    let drawn: Weights | undefined;
    const layers = () => {
      drawn ??= drawLayers(shape, replicates, seed, stream);
      return drawn;
    };
    return {
      replicates,
      source: { seed, purpose: purposeWord('perturbation'), stream },
      get first() {
        return layers().first;
      },
      get second() {
        return layers().second;
      },
    };
  }
}

function drawLayers({ rows, hidden, cols }: NetworkShape, replicates: number, seed: number, stream: number): Weights {
  const firstSize = rows * hidden;
  const secondSize = hidden * cols;
  const first = new Float64Array(replicates * firstSize);
  const second = new Float64Array(replicates * secondSize);
  const both = new Float64Array(firstSize + secondSize);
  for (let index = 0; index < replicates; index++) {
    fillGaussian(both, seed, 'perturbation', stream + index);
    first.set(both.subarray(0, firstSize), index * firstSize);
    second.set(both.subarray(firstSize), index * secondSize);
  }
  return { first, second };
}
