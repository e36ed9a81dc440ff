import * as fc from 'fast-check';
import { sensitivityVelocity } from '../sensitivity.js';
import { defineClaim, equal } from './engine/claim.js';
import { drawnNetwork, isDrawnNetwork, networkOf } from './engine/draws.js';
import { flowOfSensitivity } from './engine/explicit-loss.js';

/** T2 i: how fast gradient flow changes the sensitivity, from any weights. */
export const velocityOfSensitivity = defineClaim({
  id: 'T2-velocity',
  title: 'Velocity of the sensitivity under gradient flow',
  statement:
    'Under gradient flow on ‖W1W2 − A‖² from any weights, the coefficient q‖W1‖² + p‖W2‖² of γ² in the sensitivity changes at the rate 4(p+q)⟨W, A − W⟩ with W = W1W2.',
  origin: 'ours',
  domain: fc.record({ network: drawnNetwork }),
  wellFormed: ({ network }) => isDrawnNetwork(network),
  hypotheses: [],
  conclusion({ network }) {
    const drawn = networkOf(network);
    const { velocity, rounding } = flowOfSensitivity(drawn);
    return equal(
      ['4(p+q)⟨W, A − W⟩', sensitivityVelocity(drawn.first, drawn.second, drawn.task)],
      ['d/dt (q‖W1‖² + p‖W2‖²) by central differences of the loss', velocity],
      rounding,
    );
  },
  toleranceReason:
    'central differences of the loss are exact but for its rounding, h + 4 units of a bound of the loss for each weight, which the weights and their coefficients p and q multiply',
});
