import type { MatrixArithmetic } from '../../backends/matrix-arithmetic.js';

/** Shape of the layer that is updated. */
export interface LayerShape {
  readonly rows: number;
  readonly cols: number;
}

/** The direction of a step, before the learning rate, and what is remembered for the next one. */
export interface Direction<Batch> {
  readonly direction: Batch;
  readonly moments: readonly Batch[];
}

/** New weights of a layer, and what is remembered for the next step. */
export interface Update<Batch> {
  readonly weights: Batch;
  readonly moments: readonly Batch[];
}

/** A rule that gives new weights itself, where they do more than move along one direction. */
export interface UpdateRule {
  /** Kernels are kept by it: rules that compute different things have different names. */
  readonly name: string;
  /** Matrices that it remembers for each layer; whoever starts a training says what they are at first. */
  readonly moments: number;
  /** Scalars of a step, by the names that `update` uses; always the same names. Steps count from 1. */
  coefficients(step: number): Readonly<Record<string, number>>;
  /** The new weights of one layer. */
  update<Batch>(
    arithmetic: MatrixArithmetic<Batch>,
    weights: Batch,
    gradient: Batch,
    moments: readonly Batch[],
    layer: LayerShape,
  ): Update<Batch>;
}

/** What trains a network. */
export type TrainingRule = Optimizer | UpdateRule;

/**
 * A rule that turns gradients into steps `W ← W − η · factor · direction`. Adding an optimiser is adding one file that
 * exports one of these, and its name in `optimizer-list.ts`.
 */
export interface Optimizer {
  readonly name: string;
  /** One line for the help. */
  readonly description: string;
  /**
   * A learning rate at which it stays close to the path that vanishing rates would take, for a task with this largest singular
   * value; what `learningRate=auto` takes.
   */
  smallRate(largestSingularValue: number): number;
  /** Whether it is given the gradient over its norm, which both layers have together, in place of the gradient itself. */
  readonly isNormalized?: boolean;
  /** Matrices that it remembers for each layer; they start at zero. */
  readonly moments: number;
  /** Scalars of a step, by the names that `direction` uses; always the same names. Steps count from 1. */
  coefficients(step: number): Readonly<Record<string, number>>;
  /** Factor of the learning rate that depends on the shape of a layer alone. */
  factor(layer: LayerShape): number;
  /** The step of one layer, from its gradient and what was remembered of the earlier ones. */
  direction<Batch>(
    arithmetic: MatrixArithmetic<Batch>,
    gradient: Batch,
    moments: readonly Batch[],
    layer: LayerShape,
  ): Direction<Batch>;
}
