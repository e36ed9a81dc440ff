import type { Layers, MatrixArithmetic, NetworkShape } from './backend.js';

export interface LayerShape {
  readonly rows: number;
  readonly cols: number;
}

/** New weights of a layer, and what is remembered for the next step. */
export interface Update<Batch> {
  readonly weights: Batch;
  readonly moments: readonly Batch[];
}

interface Rule {
  /** Kernels are kept by it: rules that compute different things have different names. */
  readonly name: string;
  /** Matrices that it remembers for each layer; whoever starts a training says what they are at first, an optimiser's are zero. */
  readonly moments: number;
  /** Scalars of a step, by the names that the rule uses; always the same names. Steps count from 1. */
  coefficients(step: number): Readonly<Record<string, number>>;
}

/** A rule that gives new weights itself, where they do more than move along one direction. */
export interface UpdateRule extends Rule {
  /** The new weights of one layer. */
  update<Batch>(
    arithmetic: MatrixArithmetic<Batch>,
    weights: Batch,
    gradient: Batch,
    moments: readonly Batch[],
    layer: LayerShape,
  ): Update<Batch>;
}

export type TrainingRule = Optimizer | UpdateRule;

/**
 * A rule that turns gradients into steps `W ← W − η · factor · direction`. Adding an optimiser is adding one file that
 * exports one of these, and its name in `optimizer-list.ts`.
 */
export interface Optimizer extends Rule {
  /** One line for the help. */
  readonly description: string;
  /**
   * A learning rate at which it stays close to the path that vanishing rates would take, for a task with this largest singular
   * value; what `learningRate=auto` takes.
   */
  smallRate(largestSingularValue: number): number;
  /** Whether it is given the gradient over its norm, which both layers have together, in place of the gradient itself. */
  readonly isNormalized?: boolean;
  /** Factor of the learning rate that depends on the shape of a layer alone. */
  factor(layer: LayerShape): number;
  /**
   * The step of one layer before the learning rate, from its gradient and what was remembered of the earlier ones; and what is
   * remembered for the next.
   */
  direction<Batch>(
    arithmetic: MatrixArithmetic<Batch>,
    gradient: Batch,
    moments: readonly Batch[],
    layer: LayerShape,
  ): { readonly direction: Batch; readonly moments: readonly Batch[] };
}

/** What keeps a vanishing gradient from a division by zero: far below any that moves a network. */
const GRADIENT_EPSILON = 1e-12;

/**
 * One step of an optimiser on both layers at once, by the gradients `2 R C W2ᵀ` and `2 W1ᵀ R C` of the loss on the inputs of
 * this step, with `R = W1W2 − A` and their second moments C.
 *
 * @param state the weights, then what the optimiser remembers
 */
export function optimizerStep<Batch>(
  arithmetic: MatrixArithmetic<Batch>,
  rule: TrainingRule,
  { rows, hidden, cols }: NetworkShape,
  state: readonly Layers<Batch>[],
  target: Batch,
): readonly Layers<Batch>[] {
  const { first, second } = state[0]!;
  const network = arithmetic.product(first, second);
  const twiceResidual = arithmetic.combination('two', network, 'minusTwo', target);
  const seen = arithmetic.throughInputs(twiceResidual);
  const gradients = [
    arithmetic.productWithTransposed(seen, second),
    arithmetic.productOfTransposed(first, seen),
  ] as const;
  const isNormalized = !('update' in rule) && rule.isNormalized === true;
  const [firstGradient, secondGradient] = isNormalized
    ? arithmetic.normalizedTogether(...gradients, GRADIENT_EPSILON)
    : gradients;
  const after = (which: keyof Layers<Batch>, gradient: Batch, layer: LayerShape) => {
    const [before, ...memory] = state.map((one) => one[which]);
    const { weights, moments } = updated(arithmetic, rule, before!, gradient, memory, layer);
    return [weights, ...moments];
  };
  const left = after('first', firstGradient, { rows, cols: hidden });
  const right = after('second', secondGradient, { rows: hidden, cols });
  return left.map((one, index) => ({ first: one, second: right[index]! }));
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

/** An inner loop over sources of data, whose displacement is the gradient of another optimiser. */
export interface InnerLoop {
  readonly base: Optimizer;
  /** Sources of data, one inner step each. */
  readonly sources: number;
  /** Length γ of an inner step; at 0 all normalised gradients are taken at the weights from which the loop starts. */
  readonly innerStep: number;
  /** Learning rate of the base optimiser. */
  readonly rate: number;
}

/**
 * Nexus (arXiv 2604.09258) on one kind of base optimiser: from θ, an inner loop takes a step of length γ along the normalised
 * gradient of each source, and the base optimiser makes one step from θ with the displacement over γ, `Σ ĝ_k`, in place of the
 * gradient.
 *
 * One step of this optimiser is one inner step, on the inputs of one source: the sources come one after the other, and with the last one
 * of a loop the weights go back to θ and make the step of the base optimiser. So `sources` steps at rate 1 are one step of it.
 */
export function innerLoop({ base, sources, innerStep, rate }: InnerLoop): Optimizer {
  return {
    name: `inner loop of ${base.name}, ${sources} sources, step ${innerStep}, rate ${rate}`,
    description: `normalised gradients of ${sources} sources, one after the other, whose sum goes through ${base.name}`,
    smallRate: () => 1,
    isNormalized: true,
    moments: base.moments + 1,
    coefficients(step) {
      const isFirst = step % sources === 1 % sources;
      const isLast = step % sources === 0;
      return {
        loopKept: isFirst ? 0 : 1,
        loopOne: 1,
        loopStep: isLast ? 0 : innerStep,
        loopBack: isLast && !isFirst ? -innerStep : 0,
        loopRate: isLast ? rate : 0,
        loopHeld: isLast ? 0 : 1,
        loopTaken: isLast ? 1 : 0,
        // At the end: V8 is twenty times slower at adding properties to a copy than at copying them to the others.
        ...base.coefficients(Math.ceil(step / sources)),
      };
    },
    factor(layer) {
      if (base.factor(layer) !== 1) throw new Error(`${base.name} scales layers that are not square`);
      return 1;
    },
    direction(arithmetic, gradient, [sum, ...memory], layer) {
      const newSum = arithmetic.combination('loopKept', sum!, 'loopOne', gradient);
      const outer = base.direction(arithmetic, newSum, memory, layer);
      const inner = arithmetic.combination('loopStep', gradient, 'loopBack', sum!);
      return {
        direction: arithmetic.combination('loopOne', inner, 'loopRate', outer.direction),
        moments: [
          newSum,
          ...outer.moments.map((moment, index) =>
            arithmetic.combination('loopHeld', memory[index]!, 'loopTaken', moment),
          ),
        ],
      };
    },
  };
}
