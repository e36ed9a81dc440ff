import { sensitivityFloor } from '../sensitivity-floor.js';
import { atLeast, defineClaim, equal, tightest } from './engine/claim.js';
import { type FactoredMatrix, factoredMatrix, factorsOf, isFactoredMatrix } from './engine/networks.js';

/** T6: what no way of training can beat. */
export const leastSensitivity = defineClaim<FactoredMatrix>({
  id: 'T6',
  title: 'The floor under the sensitivity of any factorisation',
  statement:
    'Every factorisation W = W1W2 of any width has q‖W1‖² + p‖W2‖² ≥ 2√(pq)‖W‖_*, so that no optimiser can make the coefficient of γ² in the sensitivity of W smaller.',
  origin: 'ours, from the nuclear norm as a minimum over factorisations: Srebro, Rennie and Jaakkola 2004',
  domain: factoredMatrix,
  wellFormed: isFactoredMatrix,
  hypotheses: [],
  conclusion(factored) {
    const { product, first, second, cost, floor } = factorsOf(factored);
    return tightest([
      atLeast(['q‖W1‖² + p‖W2‖²', cost], ['floor of W1W2', sensitivityFloor(first.mmul(second))], 1e-13 * cost),
      equal(['floor of UΣVᵀ', sensitivityFloor(product)], ['2√(pq) Σσ', floor], 1e-13 * floor),
    ]);
  },
  toleranceReason:
    'singular values carry a few hundred units in the last place of the largest one, or of ‖W1‖‖W2‖ where W is their product',
});
