import type { Network } from './drawn-network.js';
import { slopes } from './exact-differences.js';
import { explicitLoss, lossBound, weightsOf } from './explicit-loss.js';

/**
 * `d/dt (q‖W1‖² + p‖W2‖²)` under gradient flow, `-2q⟨W1, ∂L/∂W1⟩ - 2p⟨W2, ∂L/∂W2⟩`, with the gradient from central
 * differences of the loss written out: no formula of the theory enters.
 *
 * @param network weights and task
 * @returns the velocity and a bound on its rounding
 */
export function flowOfSensitivity(network: Network): { velocity: number; rounding: number } {
  const { first, second, task } = network;
  const weights = weightsOf([first, second]);
  const step = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) || 1;
  const gradient = slopes(explicitLoss([first, second], task), weights, step);
  const split = first.rows * first.columns;
  let velocity = 0;
  let sizes = 0;
  weights.forEach((weight, index) => {
    const coefficient = index < split ? second.columns : first.rows;
    velocity -= 2 * coefficient * weight * gradient[index]!;
    sizes += 2 * coefficient * Math.abs(weight);
  });
  const bound = lossBound(network, { first: step, second: step });
  return { velocity, rounding: (Number.EPSILON * (first.columns + 4) * sizes * bound) / step + TINY };
}

/** Keeps the tolerance positive where nothing is left to round. */
const TINY = 1e-300;
