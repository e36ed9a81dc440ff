/** What rounding does to the losses of one network. */
export interface LossRounding {
  /**
   * Bound on the rounding of the pre-training loss, and of forgetting; with what the start has beside its diagonal, as
   * far as fine-tuning does not amplify it.
   */
  readonly lossPreRounding: number;
  readonly lossFtRounding: number;
  /** How large the rounding of these is likely to be. */
  readonly lossPreLikely: number;
  readonly lossFtLikely: number;
}

/** One part of a network that errs on its own: a mode, or a plane of two. */
export interface RoundedPart {
  /** Bound on the error of the part of the network, in the Frobenius norm. */
  readonly bound: number;
  readonly likely: number;
  /** How far it is from the pre-training task, and from the new one. */
  readonly fromPretraining: number;
  readonly fromTask: number;
}

/**
 * An error δ of a part that is g from the task moves the loss by up to `2gδ + δ²`. Bounds add up over the parts, likely errors, of
 * either sign, as squares.
 *
 * @param beside entries that rounding fills beside the parts, each by as much as the largest error; they count squared
 */
export function lossRounding(parts: readonly RoundedPart[], beside: number): LossRounding {
  let [boundPre, boundFt, squaredPre, squaredFt] = [0, 0, 0, 0];
  let [largest, largestLikely] = [0, 0];
  for (const { bound, likely, fromPretraining, fromTask } of parts) {
    boundPre += bound * (2 * fromPretraining + bound);
    boundFt += bound * (2 * fromTask + bound);
    squaredPre += (likely * (2 * fromPretraining + likely)) ** 2;
    squaredFt += (likely * (2 * fromTask + likely)) ** 2;
    largest = Math.max(largest, bound);
    largestLikely = Math.max(largestLikely, likely);
  }
  const [filled, filledLikely] = [beside * largest ** 2, beside * largestLikely ** 2];
  return {
    lossPreRounding: boundPre + filled,
    lossFtRounding: boundFt + filled,
    lossPreLikely: Math.sqrt(squaredPre) + filledLikely,
    lossFtLikely: Math.sqrt(squaredFt) + filledLikely,
  };
}
