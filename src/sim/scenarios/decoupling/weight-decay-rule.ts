import type { Optimizer, UpdateRule } from '../../training/optimizers/optimizer.js';
import { updated } from '../../training/optimizers/optimizer-step.js';

/**
 * An optimiser with decoupled weight decay (Loshchilov and Hutter 2019): `W ← W − ηλW − η · factor · direction`, the direction being that
 * of the gradient alone.
 *
 * @param decay λ, from 0
 */
export function withWeightDecay(base: Optimizer, decay: number): UpdateRule {
  return {
    name: `${base.name} with weight decay ${decay}`,
    moments: base.moments,
    coefficients: (step) => base.coefficients(step),
    update(arithmetic, weights, gradient, moments, layer) {
      const shrunk = arithmetic.descended(weights, weights, decay);
      return updated(arithmetic, base, shrunk, gradient, moments, layer);
    },
  };
}
