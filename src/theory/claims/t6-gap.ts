import { Matrix } from 'ml-matrix';
import { sensitivityFloor } from '../sensitivity-floor.js';
import { atLeast, defineClaim } from './engine/claim.js';
import { type FactoredMatrix, factoredMatrix, factorsOf, isFactoredMatrix, squaredEntries } from './engine/networks.js';

/** T6, the converse of its equality: what imbalance costs. */
export const gapAboveFloor = defineClaim<FactoredMatrix>({
  id: 'T6-gap',
  title: 'Imbalance costs sensitivity',
  statement:
    'Every factorisation W = W1W2 has q‖W1‖² + p‖W2‖² − 2√(pq)‖W‖_* ≥ ‖qW1ᵀW1 − pW2W2ᵀ‖²/(√q‖W1‖ + √p‖W2‖)², so that only balanced ones attain the floor.',
  origin: 'ours',
  domain: factoredMatrix,
  wellFormed: isFactoredMatrix,
  hypotheses: [],
  conclusion(factored) {
    const { first, second, cost } = factorsOf(factored);
    const { rows } = first;
    const cols = second.columns;
    const imbalance = Matrix.sub(first.transpose().mmul(first).mul(cols), second.mmul(second.transpose()).mul(rows));
    const size = Math.sqrt(cols * squaredEntries(first)) + Math.sqrt(rows * squaredEntries(second));
    return atLeast(
      ['q‖W1‖² + p‖W2‖² above the floor', cost - sensitivityFloor(first.mmul(second))],
      ['‖qW1ᵀW1 − pW2W2ᵀ‖²/(√q‖W1‖ + √p‖W2‖)²', squaredEntries(imbalance) / size ** 2],
      1e-13 * cost,
    );
  },
  toleranceReason:
    'singular values of W1W2 carry a few hundred units in the last place of ‖W1‖‖W2‖, which the cost bounds',
});
