import type { NetworkShape } from '../../backends/backend.js';
import type { MatrixArithmetic } from '../../backends/matrix-arithmetic.js';
import type { LayerShape, TrainingRule, Update } from './optimizer.js';

/** Networks in training, in the form that some arithmetic works on. */
export interface TrainingBatch<Batch> {
  readonly first: Batch;
  readonly second: Batch;
  /** What the optimiser remembers of each layer. */
  readonly firstMoments: readonly Batch[];
  readonly secondMoments: readonly Batch[];
}

/** What keeps a vanishing gradient from a division by zero: far below any that moves a network. */
const GRADIENT_EPSILON = 1e-12;

/**
 * One step of an optimiser on both layers at once, by the gradients `2 R C W2ᵀ` and `2 W1ᵀ R C` of the loss on the inputs of
 * this step, with `R = W1W2 − A` and their second moments C.
 */
export function optimizerStep<Batch>(
  arithmetic: MatrixArithmetic<Batch>,
  rule: TrainingRule,
  { rows, hidden, cols }: NetworkShape,
  { first, second, firstMoments, secondMoments }: TrainingBatch<Batch>,
  target: Batch,
): TrainingBatch<Batch> {
  const network = arithmetic.product(first, second);
  const twiceResidual = arithmetic.combination('two', network, 'minusTwo', target);
  const seen = arithmetic.throughInputs(twiceResidual);
  const update = (weights: Batch, gradient: Batch, before: readonly Batch[], layer: LayerShape) =>
    updated(arithmetic, rule, weights, gradient, before, layer);
  const gradients = [
    arithmetic.productWithTransposed(seen, second),
    arithmetic.productOfTransposed(first, seen),
  ] as const;
  const isNormalized = !('update' in rule) && rule.isNormalized === true;
  const [firstGradient, secondGradient] = isNormalized
    ? arithmetic.normalizedTogether(...gradients, GRADIENT_EPSILON)
    : gradients;
  const left = update(first, firstGradient, firstMoments, { rows, cols: hidden });
  const right = update(second, secondGradient, secondMoments, { rows: hidden, cols });
  return {
    first: left.weights,
    second: right.weights,
    firstMoments: left.moments,
    secondMoments: right.moments,
  };
}

/** One layer after a step of any rule. */
export function updated<Batch>(
  arithmetic: MatrixArithmetic<Batch>,
  rule: TrainingRule,
  weights: Batch,
  gradient: Batch,
  before: readonly Batch[],
  layer: LayerShape,
): Update<Batch> {
  if ('update' in rule) return rule.update(arithmetic, weights, gradient, before, layer);
  const { direction, moments } = rule.direction(arithmetic, gradient, before, layer);
  return { weights: arithmetic.descended(weights, direction, rule.factor(layer)), moments };
}

/** Scalars of a step: those of the optimiser and those of the gradient. */
export function stepCoefficients(rule: TrainingRule, step: number): Readonly<Record<string, number>> {
  return { two: 2, minusTwo: -2, ...rule.coefficients(step) };
}
