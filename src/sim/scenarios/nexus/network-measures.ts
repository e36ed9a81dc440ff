import { Matrix } from 'ml-matrix';
import { innerLoopTerms } from '../../../theory/inner-loop.js';
import { heldOutBracket, seenResidual } from '../../../theory/source-coverage.js';
import { weightNorm, weightProduct } from '../../../theory/weight-space.js';
import type { Weights } from '../../backends/backend.js';
import type { SourceData } from './source-data.js';

/** What is seen of where a network stands, in float64; losses as they are, in units of the loss. */
export interface NetworkMeasures {
  /** Summed loss on the sources. */
  readonly loss: number;
  /** Sum over the sources of the squared distance of the nearest minimiser from the mean of these minimisers. */
  readonly spread: number;
  /** Number of sources that show what is left to learn. */
  readonly coverage: number;
  readonly heldOut: number;
  /** Between which the held-out loss must lie at this summed loss (T0-coverage). */
  readonly heldOutLeast: number;
  readonly heldOutMost: number;
}

/** What the gradients of the sources say of a network. */
export interface GradientMeasures {
  /** Mean cosine between the gradients of two sources. */
  readonly cosine: number;
  /** Cosine between the second-order term of an inner loop and the gradient of the similarity (T0-nexus). */
  readonly alignment: number;
}

/**
 * Looks at where a network stands.
 *
 * @param task A, dim × dim
 */
export function measureNetwork(layers: Weights, data: SourceData, task: Matrix): NetworkMeasures {
  const { first, second } = matricesOf(layers, task.rows);
  const residual = Matrix.sub(first.mmul(second), task);
  const { loss, spread, coverage } = seenResidual(residual, data.sources);
  const { least, most } = heldOutBracket(residual, loss, data.coverage);
  return {
    loss,
    spread,
    coverage,
    heldOut: residual.mmul(data.heldOut).norm() ** 2,
    heldOutLeast: least,
    heldOutMost: most,
  };
}

/**
 * Looks at the gradients of the sources at a network.
 *
 * @param task A, dim × dim
 */
export function measureGradients(layers: Weights, data: SourceData, task: Matrix): GradientMeasures {
  const count = data.sources.length;
  const terms = innerLoopTerms(
    matricesOf(layers, task.rows),
    data.sources.map((inputs) => ({ task, inputs })),
  );
  return {
    cosine: terms.similarity / ((count * (count - 1)) / 2),
    alignment:
      weightProduct(terms.secondOrder, terms.ascent) /
      (weightNorm(terms.secondOrder) * weightNorm(terms.ascent)),
  };
}

function matricesOf({ first, second }: Weights, dim: number): { first: Matrix; second: Matrix } {
  return {
    first: Matrix.from1DArray(dim, dim, Array.from(first)),
    second: Matrix.from1DArray(dim, dim, Array.from(second)),
  };
}
