import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { leastSensitiveFactors, sensitivityFloor } from '../sensitivity-floor.js';
import { atLeast, defineClaim, equal, tightest } from './engine/claim.js';
import { decades, listOf, matrixSeed, singularValue, weighted } from './engine/draws.js';
import * as networks from './engine/networks.js';

/** T6: what no way of training can beat. */
export const leastSensitivity = defineClaim<networks.FactoredMatrix>({
  id: 'T6',
  title: 'The floor under the sensitivity of any factorisation',
  statement:
    'Every factorisation W = W1W2 of any width has q‖W1‖² + p‖W2‖² ≥ 2√(pq)‖W‖_*, so that no optimiser can make the coefficient of γ² in the sensitivity of W smaller.',
  origin: 'ours, from the nuclear norm as a minimum over factorisations: Srebro, Rennie and Jaakkola 2004',
  domain: networks.factoredMatrix,
  wellFormed: networks.isFactoredMatrix,
  hypotheses: [],
  conclusion(factored) {
    const { product, first, second, cost, floor } = networks.factorsOf(factored);
    return tightest([
      atLeast(['q‖W1‖² + p‖W2‖²', cost], ['floor of W1W2', sensitivityFloor(first.mmul(second))], 1e-13 * cost),
      equal(['floor of UΣVᵀ', sensitivityFloor(product)], ['2√(pq) Σσ', floor], 1e-13 * floor),
    ]);
  },
  toleranceReason:
    'singular values carry a few hundred units in the last place of the largest one, or of ‖W1‖‖W2‖ where W is their product',
});

const modesStretchedBy = (stretch: fc.Arbitrary<number>) => listOf(9, fc.record({ value: singularValue, stretch }));

/** T6, its equality: which factorisations attain the floor. */
export const balancedAttainsFloor = defineClaim<networks.FactoredMatrix>({
  id: 'T6-equality',
  title: 'Balanced factors attain the floor',
  statement:
    'A factorisation W = W1W2 with qW1ᵀW1 = pW2W2ᵀ has q‖W1‖² + p‖W2‖² = 2√(pq)‖W‖_*, and the factors (p/q)^{1/4} U√Σ and (q/p)^{1/4} √ΣVᵀ of W = UΣVᵀ, with zeros for further hidden units, are one.',
  origin: 'ours, from the nuclear norm as a minimum over factorisations: Srebro, Rennie and Jaakkola 2004',
  domain: fc.record({
    modes: weighted([6, modesStretchedBy(fc.constant(1))], [1, modesStretchedBy(decades(-1, 1))]),
    ...networks.extraFields,
    basis: matrixSeed,
    rotation: matrixSeed,
    idle: weighted([9, fc.constant(0)], [1, decades(-3, 1)]),
  }),
  wellFormed: networks.isFactoredMatrix,
  hypotheses: [
    {
      name: 'balanced',
      statement: 'qW1ᵀW1 = pW2W2ᵀ',
      holds: ({ modes, extraHidden, idle }) =>
        modes.every(({ stretch }) => stretch === 1) && (idle === 0 || extraHidden === 0),
    },
  ],
  conclusion(factored) {
    const { product, first, second, cost, floor } = networks.factorsOf(factored);
    const least = Math.min(product.rows, product.columns);
    // Without a width the factors are as narrow as they can always be.
    const width = factored.extraHidden === 0 ? undefined : least + factored.extraHidden - 1;
    const factors = leastSensitiveFactors(product, width);
    const attained = networks.costOf(factors.first, factors.second);
    const departure = networks.matrixDistance(factors.first.mmul(factors.second), product);
    return tightest([
      equal(['q‖W1‖² + p‖W2‖²', cost], ['floor of W1W2', sensitivityFloor(first.mmul(second))], 1e-13 * cost),
      equal(['q‖W1‖² + p‖W2‖² of the factors that are given', attained], ['2√(pq) Σσ', floor], 1e-13 * floor),
      equal(['‖product of the factors that are given − W‖', departure], ['zero', 0], 1e-13 * floor),
      equal(['width of the factors that are given', factors.first.columns], ['width asked for', width ?? least], 1e-9),
    ]);
  },
  toleranceReason:
    'singular values and vectors carry a few hundred units in the last place of the largest singular value, or of ‖W1‖‖W2‖ where W is their product',
});

/** T6, the converse of its equality: what imbalance costs. */
export const gapAboveFloor = defineClaim<networks.FactoredMatrix>({
  id: 'T6-gap',
  title: 'Imbalance costs sensitivity',
  statement:
    'Every factorisation W = W1W2 has q‖W1‖² + p‖W2‖² − 2√(pq)‖W‖_* ≥ ‖qW1ᵀW1 − pW2W2ᵀ‖²/(√q‖W1‖ + √p‖W2‖)², so that only balanced ones attain the floor.',
  origin: 'ours',
  domain: networks.factoredMatrix,
  wellFormed: networks.isFactoredMatrix,
  hypotheses: [],
  conclusion(factored) {
    const { first, second, cost } = networks.factorsOf(factored);
    const { rows } = first;
    const cols = second.columns;
    const imbalance = Matrix.sub(first.transpose().mmul(first).mul(cols), second.mmul(second.transpose()).mul(rows));
    const size = Math.sqrt(cols * networks.squaredEntries(first)) + Math.sqrt(rows * networks.squaredEntries(second));
    return atLeast(
      ['q‖W1‖² + p‖W2‖² above the floor', cost - sensitivityFloor(first.mmul(second))],
      ['‖qW1ᵀW1 − pW2W2ᵀ‖²/(√q‖W1‖ + √p‖W2‖)²', networks.squaredEntries(imbalance) / size ** 2],
      1e-13 * cost,
    );
  },
  toleranceReason:
    'singular values of W1W2 carry a few hundred units in the last place of ‖W1‖‖W2‖, which the cost bounds',
});
