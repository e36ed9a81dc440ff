import { Matrix } from 'ml-matrix';
import { innerLoopTerms } from '../../theory/inner-loop.js';
import { heldOutBracket, seenResidual } from '../../theory/source-coverage.js';
import { weightNorm, weightProduct } from '../../theory/weight-space.js';
import type { Weights } from '../backends/backend.js';
import type { SourceData } from './source-data.js';

/** What is seen of a network, in float64; losses as they are, in units of the loss. */
export interface NetworkMeasures {
  /** Summed loss on the sources. */
  readonly loss: number;
  /** Mean cosine between the gradients of two sources. */
  readonly cosine: number;
  /** Sum over the sources of the squared distance of the nearest minimiser from the mean of these minimisers. */
  readonly spread: number;
  /** Number of sources that show what is left to learn. */
  readonly coverage: number;
  readonly heldOut: number;
  /** Between which the held-out loss must lie at this summed loss (T0-coverage). */
  readonly heldOutLeast: number;
  readonly heldOutMost: number;
  /** Cosine between the second-order term of an inner loop and the gradient of the similarity (T0-nexus). */
  readonly alignment: number;
}

/**
 * Looks at one network.
 *
 * @param task A, dim × dim
 */
export function measureNetwork(layers: Weights, data: SourceData, task: Matrix): NetworkMeasures {
  const { rows } = task;
  const first = Matrix.from1DArray(rows, rows, Array.from(layers.first));
  const second = Matrix.from1DArray(rows, rows, Array.from(layers.second));
  const residual = Matrix.sub(first.mmul(second), task);
  const { loss, spread, coverage } = seenResidual(residual, data.sources);
  const count = data.sources.length;
  const terms = innerLoopTerms(
    { first, second },
    data.sources.map((inputs) => ({ task, inputs })),
  );
  const { least, most } = heldOutBracket(residual, loss, data.coverage);
  return {
    loss,
    cosine: terms.similarity / ((count * (count - 1)) / 2),
    spread,
    coverage,
    heldOut: residual.mmul(data.heldOut).norm() ** 2,
    heldOutLeast: least,
    heldOutMost: most,
    alignment:
      weightProduct(terms.secondOrder, terms.ascent) /
      (weightNorm(terms.secondOrder) * weightNorm(terms.ascent)),
  };
}
