import { fillGaussian } from '../backends/random.js';

/**
 * How much smaller a rate must be on mini-batches of B standard normal inputs of length q than on all of them, `1 + (q+1)/B`: the
 * second moments of a batch obey `E C² = (1 + (q+1)/B) I`, so that this is by how much the noise lowers the rate at which the mean
 * square of an error stops to shrink.
 */
export function batchSlowdown(size: number, batch: number): number {
  return 1 + (size + 1) / batch;
}

/** Streams of one network: its steps come one after the other. */
const STEPS_PER_NETWORK = 2 ** 32;

/**
 * Second moments `C = Σ x xᵀ / B` of mini-batches of B standard normal inputs. Network n draws its batch of step k from
 * stream (seed, n, k), whatever else is drawn, so that two schedules see the same inputs in the same step.
 */
export class InputMoments {
  private readonly inputs: Float64Array;
  /** The moments of all networks in the first steps, as far as they were drawn: a place for as many steps as are kept. */
  private kept: Float64Array | undefined;
  private keptSteps = 0;

  /**
   * @param size length q of an input
   * @param batch number B of inputs in a mini-batch, an integer from 1
   * @param networks number of networks
   * @param from number of the first network: studies whose inputs must be independent take numbers that do not overlap, below 2^21
   * @param keptBytes memory in which moments are kept, the first steps first, for trainings that see the same inputs one after the other
   */
  constructor(
    readonly size: number,
    readonly batch: number,
    readonly networks: number,
    readonly seed: number,
    private readonly from = 0,
    private readonly keptBytes = 0,
  ) {
    this.inputs = new Float64Array(size * batch);
  }

  /**
   * The moments of some steps, steps × networks × q × q; not to be changed, since they may be those that are kept.
   *
   * @param from number of steps before them
   */
  draw(from: number, steps: number): Float64Array {
    const perStep = this.networks * this.size * this.size;
    const most = Math.floor(this.keptBytes / Float64Array.BYTES_PER_ELEMENT / perStep);
    if (from > this.keptSteps || from + steps > most) {
      const moments = new Float64Array(steps * perStep);
      for (let step = 0; step < steps; step++) this.drawStep(from + step, moments, step * perStep);
      return moments;
    }
    this.kept ??= new Float64Array(most * perStep);
    for (; this.keptSteps < from + steps; this.keptSteps++)
      this.drawStep(this.keptSteps, this.kept, this.keptSteps * perStep);
    return this.kept.subarray(from * perStep, (from + steps) * perStep);
  }

  private drawStep(step: number, moments: Float64Array, at: number): void {
    const { size, networks } = this;
    for (let network = 0; network < networks; network++) {
      const stream = (this.from + network) * STEPS_PER_NETWORK + step;
      fillGaussian(this.inputs, this.seed, 'gradient noise', stream);
      this.accumulate(moments, at + network * size * size);
    }
  }

  /** Adds up `x xᵀ / B` of the drawn inputs; sample b is entries b, B + b, 2B + b, …. */
  private accumulate(moments: Float64Array, at: number): void {
    const { inputs, size, batch } = this;
    for (let row = 0; row < size; row++) {
      // Three entries at a time, so that no sum waits for the one before; beyond the diagonal they are written again later, alike.
      for (let column = 0; column <= row; column += 3) {
        const [second, third] = [Math.min(column + 1, size - 1), Math.min(column + 2, size - 1)];
        let [sum, secondSum, thirdSum] = [0, 0, 0];
        for (let sample = 0; sample < batch; sample++) {
          const input = inputs[row * batch + sample]!;
          sum += input * inputs[column * batch + sample]!;
          secondSum += input * inputs[second * batch + sample]!;
          thirdSum += input * inputs[third * batch + sample]!;
        }
        moments[at + row * size + column] = moments[at + column * size + row] = sum / batch;
        moments[at + row * size + second] = moments[at + second * size + row] = secondSum / batch;
        moments[at + row * size + third] = moments[at + third * size + row] = thirdSum / batch;
      }
    }
  }
}
