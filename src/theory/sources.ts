import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Weights } from './balance.js';
import { lossBracket } from './capacity.js';
import { hessianOf } from './sharpness.js';

// Sources of data that show inputs in the ranges of projections `Π_k = F_kF_kᵀ` and ask the same task of them; see T0-coverage. Here R is
// the residual `W − A` of a network, `p×q`, and every F_k, `q×r_k`, has orthonormal columns.

/** Directions that fewer sources show than this are taken for unseen: rounding of a sum of projections. */
const UNSEEN = 1e-10;

/**
 * What sources see of a residual, by their minimisers that are nearest to the network, `W − RΠ_k`.
 *
 * @returns the summed loss `L = Σ‖RF_k‖²`; the sum of the squared distances of the minimisers from their mean; and the number of
 *   sources that show what is left to learn, `tr(RS²Rᵀ)/L` with `S = Σ Π_k` (NaN where nothing is left)
 */
export function seenResidual(residual: Matrix, sources: readonly Matrix[]) {
  const steps = sources.map((inputs) => residual.mmul(inputs).mmul(inputs.transpose()));
  const sum = steps.reduce((total, step) => Matrix.add(total, step), Matrix.zeros(residual.rows, residual.columns));
  const mean = Matrix.div(sum, sources.length);
  const loss = steps.reduce((total, step) => total + step.norm() ** 2, 0);
  return {
    loss,
    spread: steps.reduce((total, step) => total + Matrix.sub(step, mean).norm() ** 2, 0),
    coverage: sum.norm() ** 2 / loss,
  };
}

/** How many sources show the directions of inputs, and what they say about a held-out source. */
export interface SourceCoverage {
  /** Smallest positive and largest eigenvalue of S. */
  readonly least: number;
  readonly most: number;
  /** Unit vectors that are shown so often, columns of `q×1`. */
  readonly leastDirection: Matrix;
  readonly mostDirection: Matrix;
  /** Largest eigenvalue of `F_hᵀS⁺F_h`: held-out loss of a residual on seen inputs, at most, over its summed loss. */
  readonly heldOutShare: number;
  /** Direction of inputs, `q×1`, for which it is so. */
  readonly heldOutDirection: Matrix;
  /** Part of the held-out inputs that no source shows, `(I − SS⁺)F_h`. */
  readonly unseen: Matrix;
}

/** @param heldOut F_h, a root `F_hF_hᵀ` of the covariance of held-out inputs, of any rank and size */
export function sourceCoverage(sources: readonly Matrix[], heldOut: Matrix): SourceCoverage {
  const sum = sources.reduce(
    (total, inputs) => total.add(inputs.mmul(inputs.transpose())),
    Matrix.zeros(heldOut.rows, heldOut.rows),
  );
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(sum, { assumeSymmetric: true });
  const seen = realEigenvalues
    .map((value, column) => ({ value, direction: eigenvectorMatrix.getColumnVector(column) }))
    .filter(({ value }) => value > UNSEEN);
  const low = seen.reduce((least, one) => (one.value < least.value ? one : least));
  const high = seen.reduce((most, one) => (one.value > most.value ? one : most));
  const components = seen.map(({ direction }) => direction.transpose().mmul(heldOut));
  const within = seen.reduce(
    (total, { direction }, at) => total.add(direction.mmul(components[at]!)),
    Matrix.zeros(heldOut.rows, heldOut.columns),
  );
  const gram = seen.reduce(
    (total, { value }, at) => total.add(components[at]!.transpose().mmul(components[at]!).div(value)),
    Matrix.zeros(heldOut.columns, heldOut.columns),
  );
  const { realEigenvalues: shares, eigenvectorMatrix: weights } = new EigenvalueDecomposition(gram, {
    assumeSymmetric: true,
  });
  const heldOutShare = Math.max(...shares);
  const mixture = weights.getColumnVector(shares.indexOf(heldOutShare));
  return {
    least: low.value,
    most: high.value,
    leastDirection: low.direction,
    mostDirection: high.direction,
    heldOutShare,
    heldOutDirection: seen.reduce<Matrix>(
      (total, { value, direction }, at) =>
        Matrix.add(total, Matrix.div(direction.mmul(components[at]!.mmul(mixture)), value)),
      Matrix.zeros(heldOut.rows, 1),
    ),
    unseen: Matrix.sub(heldOut, within),
  };
}

/**
 * Between which values the held-out loss `‖RF_h‖²` lies at a summed loss L: `(‖RF_h'‖ ± √(μL))²` with F_h' the unseen part of F_h and μ
 * its `heldOutShare`, from 0 where the root is larger.
 */
export function heldOutBracket(
  residual: Matrix,
  loss: number,
  { heldOutShare, unseen }: Pick<SourceCoverage, 'heldOutShare' | 'unseen'>,
) {
  return lossBracket(residual.mmul(unseen).norm(), heldOutShare * loss);
}

/** A source of data that shows some inputs, and what it asks of them. */
export interface Source {
  /** The task `A`, `p×q`. */
  readonly task: Matrix;
  /** `F`, `q×r`: inputs have the covariance `FFᵀ`; with orthonormal columns a projection. */
  readonly inputs: Matrix;
}

/** Gradient in all weights of the loss `‖(W1W2 − A)F‖²` of a source: `2(RF)(W2F)ᵀ` and `2W1ᵀ(RF)Fᵀ`, with `R = W1W2 − A`. */
export function sourceGradient({ first, second }: Weights, { task, inputs }: Source): Weights {
  const seen = first.mmul(second).sub(task).mmul(inputs).mul(2);
  return {
    first: seen.mmul(second.mmul(inputs).transpose()),
    second: first.transpose().mmul(seen).mmul(inputs.transpose()),
  };
}

/** The Hessian of that loss as a map of directions: that of the network `W1, W2F` for the task `AF`. */
export function sourceHessian({ first, second }: Weights, { task, inputs }: Source): (direction: Weights) => Weights {
  const hessian = hessianOf(first, second.mmul(inputs), task.mmul(inputs));
  const back = inputs.transpose();
  return (direction) => {
    const product = hessian({ first: direction.first, second: direction.second.mmul(inputs) });
    return { first: product.first, second: product.second.mmul(back) };
  };
}

/** What an inner loop over sources does to the weights, to second order in its step, and what that has to do with similarity. */
interface InnerLoopTerms {
  /** Sum over all pairs of sources of the cosine between their gradients, `C = Σ_{j<k} ĝ_j·ĝ_k`. */
  readonly similarity: number;
  /** `Σ ĝ_k`: the loop moves by `−γ` times this. */
  readonly gradients: Weights;
  /** `Σ_{j≠k} J_kĝ_j`: averaged over an order of the sources and its reverse, the loop moves by `γ²/2` times this, too. */
  readonly secondOrder: Weights;
  /** `∇C`, of which `secondOrder` is not quite the same. */
  readonly ascent: Weights;
  /** `secondOrder − ∇C = Σ_k ((ĝ_k·u_k)H_kĝ_k − (ĝ_kᵀH_ku_k)ĝ_k)/|g_k|` with `u_k = Σ_{j≠k} ĝ_j`. */
  readonly missing: Weights;
}

/**
 * Terms of one inner loop along normalised gradients `ĝ_k = g_k/|g_k|` (T0-nexus), with `J_k = (I − ĝ_kĝ_kᵀ)H_k/|g_k|` the
 * derivative of ĝ_k.
 *
 * @param sources at least two; where the gradient of one vanishes everything is NaN
 */
export function innerLoopTerms(weights: Weights, sources: readonly Source[]): InnerLoopTerms {
  const gradients = sources.map((source) => sourceGradient(weights, source));
  const norms = gradients.map(weightNorm);
  const units = gradients.map((gradient, at) => timesWeights(1 / norms[at]!, gradient));
  const all = sumOfWeights(units);
  const parts = sources.map((source, at) => {
    const unit = units[at]!;
    const others = plusTimes(all, -1, unit);
    const hessian = sourceHessian(weights, source);
    const overNorm = (direction: Weights) => timesWeights(1 / norms[at]!, hessian(direction));
    const along = overNorm(unit);
    const moved = overNorm(others);
    const shared = weightProduct(unit, others);
    const pull = weightProduct(unit, moved);
    return {
      similarity: shared / 2,
      secondOrder: plusTimes(moved, -pull, unit),
      ascent: plusTimes(moved, -shared, along),
      missing: () => plusTimes(timesWeights(shared, along), -pull, unit),
    };
  });
  const sum = (key: 'secondOrder' | 'ascent') => sumOfWeights(parts.map((part) => part[key]));
  return {
    similarity: parts.reduce((total, part) => total + part.similarity, 0),
    gradients: all,
    secondOrder: sum('secondOrder'),
    ascent: sum('ascent'),
    // Wanted by the claim alone, not of every network that is looked at.
    get missing() {
      return sumOfWeights(parts.map((part) => part.missing()));
    },
  };
}

// Both layers of a network taken as one vector of all its weights.

export function weightProduct(left: Weights, right: Weights): number {
  return left.first.dot(right.first) + left.second.dot(right.second);
}

export function weightNorm({ first, second }: Weights): number {
  return Math.hypot(first.norm(), second.norm());
}

/** `left + factor · right`. */
export function plusTimes(left: Weights, factor: number, right: Weights): Weights {
  const scaled = timesWeights(factor, right);
  return { first: scaled.first.add(left.first), second: scaled.second.add(left.second) };
}

/** `factor · weights`. */
export function timesWeights(factor: number, { first, second }: Weights): Weights {
  return { first: Matrix.mul(first, factor), second: Matrix.mul(second, factor) };
}

/** Sum of at least one vector. */
export function sumOfWeights([start, ...rest]: readonly Weights[]): Weights {
  const sum = { first: start!.first.clone(), second: start!.second.clone() };
  for (const { first, second } of rest) {
    sum.first.add(first);
    sum.second.add(second);
  }
  return sum;
}
