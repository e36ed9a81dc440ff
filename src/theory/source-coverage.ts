import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/*
 * Sources of data that show inputs in the ranges of projections `Π_k = F_kF_kᵀ` and ask the same task of them; see T0-coverage. Here R is
 * the residual `W − A` of a network, `p×q`, and every F_k, `q×r_k`, has orthonormal columns.
 */

/** Directions that fewer sources show than this are taken for unseen: rounding of a sum of projections. */
const UNSEEN = 1e-10;

/** What sources see of a residual. */
export interface SeenResidual {
  /** The summed loss `L = Σ‖RF_k‖²`. */
  readonly loss: number;
  /** Sum over the sources of the squared distance of the minimiser that is nearest to the network from the mean of these minimisers. */
  readonly spread: number;
  /** Number of sources that show what is left to learn, `tr(RS²Rᵀ)/L` with `S = Σ Π_k`; NaN where nothing is left. */
  readonly coverage: number;
}

/**
 * Nearest minimisers of the sources, `W − RΠ_k`, and how far they lie apart.
 *
 * @param residual R
 * @param sources F_1, …, F_K
 */
export function seenResidual(residual: Matrix, sources: readonly Matrix[]): SeenResidual {
  const steps = sources.map((inputs) => residual.mmul(inputs).mmul(inputs.transpose()));
  const sum = steps.reduce(
    (total, step) => Matrix.add(total, step),
    Matrix.zeros(residual.rows, residual.columns),
  );
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

/**
 * @param sources F_1, …, F_K
 * @param heldOut F_h, a root `F_hF_hᵀ` of the covariance of held-out inputs, of any rank and size
 */
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
 *
 * @param residual R
 * @param loss L
 */
export function heldOutBracket(
  residual: Matrix,
  loss: number,
  { heldOutShare, unseen }: Pick<SourceCoverage, 'heldOutShare' | 'unseen'>,
): { readonly least: number; readonly most: number } {
  const floor = residual.mmul(unseen).norm();
  const root = Math.sqrt(heldOutShare * loss);
  return { least: Math.max(0, floor - root) ** 2, most: (floor + root) ** 2 };
}
