import type { MatrixArithmetic } from '../../backends/matrix-arithmetic.js';
import type { LayerShape } from '../../training/optimizers/optimizer.js';

/** What has a fixed norm: every row, every column, or the whole matrix. */
export const spheres = ['frobenius', 'row', 'column'] as const;

export type Sphere = (typeof spheres)[number];

/**
 * Keeps a norm from being divided by where it is zero: padding of a device, or a direction that points nowhere. Weights have norms
 * around one, so that nothing else notices.
 */
const EPSILON = 1e-20;

/** Geometry of one layer whose whole matrix has the norm 1, and whose rows (columns) have equal norms. */
export class SphereGeometry<Batch> {
  /** @param ones matrix of ones of the shape of the layer */
  constructor(
    private readonly arithmetic: MatrixArithmetic<Batch>,
    private readonly sphere: Sphere,
    private readonly ones: Batch,
    private readonly layer: LayerShape,
  ) {}

  /** The part of X that is tangent at W, for every row, every column or the whole. */
  tangent(batch: Batch, weights: Batch): Batch {
    const { arithmetic } = this;
    // Rows have the squared norm 1/rows, which is why the sums come with that factor.
    const along = this.sums(arithmetic.entryProducts(batch, weights));
    return arithmetic.combination('one', batch, 'minusOne', arithmetic.entryProducts(along, weights));
  }

  /** X scaled back on the sphere. */
  normalized(batch: Batch): Batch {
    if (this.sphere === 'frobenius') return this.arithmetic.normalized(batch, EPSILON);
    return this.arithmetic.overRoot(batch, this.sums(this.arithmetic.squares(batch)), EPSILON);
  }

  /** Every entry the sum over its row times the number of rows. */
  rowSums(batch: Batch): Batch {
    const { arithmetic, ones, layer } = this;
    return layer.rows > layer.cols
      ? arithmetic.product(batch, arithmetic.productOfTransposed(ones, ones))
      : arithmetic.product(arithmetic.productWithTransposed(batch, ones), ones);
  }

  /** Every entry the sum over its column times the number of columns. */
  columnSums(batch: Batch): Batch {
    const { arithmetic, ones, layer } = this;
    return layer.rows > layer.cols
      ? arithmetic.product(ones, arithmetic.productOfTransposed(ones, batch))
      : arithmetic.product(arithmetic.productWithTransposed(ones, ones), batch);
  }

  private sums(batch: Batch): Batch {
    if (this.sphere === 'row') return this.rowSums(batch);
    if (this.sphere === 'column') return this.columnSums(batch);
    const { arithmetic, ones, layer } = this;
    return layer.rows > layer.cols
      ? arithmetic.product(ones, arithmetic.productOfTransposed(batch, ones))
      : arithmetic.product(arithmetic.productWithTransposed(ones, batch), ones);
  }
}
