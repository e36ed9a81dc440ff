/**
 * What an optimiser needs of a backend: arithmetic on batches of matrices, one matrix for each network of an ensemble. An
 * optimiser is written once against it and then runs in float64 on the host or as kernels on a device.
 *
 * `Batch` stands for matrices of one shape, wherever they are. Scalars that depend on the step are named; see
 * `Optimizer.coefficients`.
 */
export interface MatrixArithmetic<Batch> {
  /** `X Y`. */
  product(left: Batch, right: Batch): Batch;
  /** `X Yᵀ`. */
  productWithTransposed(left: Batch, right: Batch): Batch;
  /** `Xᵀ Y`. */
  productOfTransposed(left: Batch, right: Batch): Batch;
  /** `a X + b Y`. */
  combination(a: string, left: Batch, b: string, right: Batch): Batch;
  /** Entry by entry, `x y`. */
  entryProducts(left: Batch, right: Batch): Batch;
  /** Entry by entry, `x²`. */
  squares(batch: Batch): Batch;
  /** Entry by entry, −1, 0 or 1. */
  signs(batch: Batch): Batch;
  /** Entry by entry, `x / (√y + ε)`. */
  overRoot(numerator: Batch, squares: Batch, epsilon: number): Batch;
  /** `X / (‖X‖ + ε)` in the Frobenius norm, each matrix by its own. */
  normalized(batch: Batch, epsilon: number): Batch;
  /** Both over the norm that they have together, `√(‖X‖² + ‖Y‖²) + ε`, each network by its own. */
  normalizedTogether(left: Batch, right: Batch, epsilon: number): readonly [Batch, Batch];
  /** `X C` with `C` the second moments of the inputs that this step of each network has seen; `X` itself for the expectation. */
  throughInputs(batch: Batch): Batch;
  /** `W − factor · η · X`, η being the learning rate of this step and network; at rate 0 nothing changes, whatever overflows. */
  descended(weights: Batch, direction: Batch, factor: number): Batch;
}
