import type { Matrix } from 'ml-matrix';
import { type SourceCoverage, sourceCoverage } from '../../../theory/source-coverage.js';
import { randomOrthogonal } from '../../noise/orthogonal.js';

/** Directions of inputs that sources of data show. */
export interface SourceData {
  /** Orthonormal columns `F_k`, dim × rank, of every source. */
  readonly sources: readonly Matrix[];
  /**
   * Root of the mean covariance of all sources that could be drawn, the shared directions and the others by the chance that a source
   * shows them: the loss on these inputs is the mean loss on sources that were held out.
   */
  readonly heldOut: Matrix;
  /** `F_kF_kᵀ`, row by row, for the backend, and that of one source that is held out for fine-tuning. */
  readonly projections: readonly Float64Array[];
  readonly tuningProjection: Float64Array;
  /** Their sum over the sources. */
  readonly sum: Float64Array;
  readonly coverage: SourceCoverage;
}

/** How sources are drawn. */
export interface SourceShape {
  readonly dim: number;
  readonly sources: number;
  readonly rank: number;
  readonly overlap: number;
}

/** Singular vectors of the task take the first three random matrices, starts of networks the streams after them. */
const FIRST_MATRIX = 2_000_003;

/** Sources of one training: `overlap` directions that all share, and others that each has drawn from the rest. */
export function drawSources(
  { dim, sources, rank, overlap }: SourceShape,
  seed: number,
  training: number,
): SourceData {
  const first = FIRST_MATRIX + training * (sources + 2);
  const basis = randomOrthogonal(dim, seed, first);
  const rest = basis.subMatrix(0, dim - 1, overlap, dim - 1);
  const drawn = Array.from({ length: sources + 1 }, (_, which) => {
    const turn = randomOrthogonal(dim - overlap, seed, first + 1 + which);
    const own = rest.mmul(turn.subMatrix(0, dim - overlap - 1, 0, rank - overlap - 1));
    const all = basis.subMatrix(0, dim - 1, 0, rank - 1);
    all.setSubMatrix(own, 0, overlap);
    return all;
  });
  const projections = drawn.map((inputs) => Float64Array.from(inputs.mmul(inputs.transpose()).to1DArray()));
  const [data, seen] = [drawn.slice(0, sources), projections.slice(0, sources)];
  const chance = Math.sqrt((rank - overlap) / (dim - overlap));
  const heldOut = basis.clone();
  for (let column = overlap; column < dim; column++) heldOut.mulColumn(column, chance);
  const sum = new Float64Array(dim * dim);
  for (const projection of seen) {
    projection.forEach((value, at) => {
      sum[at]! += value;
    });
  }
  return {
    sources: data,
    heldOut,
    projections: seen,
    tuningProjection: projections[sources]!,
    sum,
    coverage: sourceCoverage(data, heldOut),
  };
}
