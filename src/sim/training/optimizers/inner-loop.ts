import type { Optimizer } from './optimizer.js';

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
