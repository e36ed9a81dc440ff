import * as fc from 'fast-check';
import type { Matrix } from 'ml-matrix';
import { aboveSensitivityFloor, sensitivityFloor, sphereSensitivity } from '../sensitivity-floor.js';
import { defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { squaredEntries } from './engine/networks.js';

/** T6-constant: sensitivity of layers that cannot grow. */
export const constantSensitivity = defineClaim({
  id: 'T6-constant',
  title: 'On spheres the sensitivity does not change',
  statement:
    'All networks with ‖W1‖ = ρ1 and ‖W2‖ = ρ2 have the coefficient qρ1² + pρ2² of γ² in their sensitivity, so that training without gains never changes it; it is above the floor of T6 by (√q ρ1 − √p ρ2)² + 2√(pq)(ρ1ρ2 − ‖W1W2‖_*), and so at the floor exactly where √q ρ1 = √p ρ2 and ‖W1W2‖_* = ρ1ρ2.',
  origin: 'ours',
  /** Layers of given norms. */
  domain: fc.record({
    rows: draws.dimension,
    hidden: draws.dimension,
    cols: draws.dimension,
    seed: draws.matrixSeed,
    /** 0: random layers; 1: the second is the transpose of the first as far as their shapes allow, which makes their product large. */
    alignment: fc.nat({ max: 1 }),
    first: draws.decades(-2, 2),
    second: draws.decades(-2, 2),
    /** What the norm of W1 is multiplied by. */
    gain: draws.weighted([5, fc.constant(1)], [1, draws.decades(-0.5, 0.5)]),
  }),
  wellFormed: ({ rows, hidden, cols, seed, alignment, first, second, gain }) =>
    [rows, hidden, cols].every(draws.isDimension) &&
    Number.isInteger(seed) &&
    [0, 1].includes(alignment) &&
    draws.areWithin([first, second, gain], 1e-4, 1e4),
  hypotheses: [{ name: 'on the spheres', statement: '‖W1‖ = ρ1 and ‖W2‖ = ρ2', holds: ({ gain }) => gain === 1 }],
  conclusion({ rows, hidden, cols, seed, alignment, first, second, gain }) {
    const scaled = (matrix: Matrix, norm: number) => matrix.mul(norm / Math.sqrt(squaredEntries(matrix)));
    const drawn = draws.drawnMatrix(rows, hidden, 2 * seed + 1);
    const random = draws.drawnMatrix(hidden, cols, 2 * seed + 2);
    const turn = draws.drawnOrthogonal(cols, seed);
    const partner =
      alignment === 1 && rows <= cols ? drawn.transpose().mmul(turn.subMatrix(0, rows - 1, 0, cols - 1)) : random;
    const left = scaled(drawn, gain * first);
    const right = scaled(partner, second);
    const norms = { rows, cols, first, second };
    const constant = sphereSensitivity(norms);
    const product = left.mmul(right);
    const floor = sensitivityFloor(product);
    const cost = cols * squaredEntries(left) + rows * squaredEntries(right);
    const tolerance = 1e-12 * (cost + constant);
    const nuclear = floor / (2 * Math.sqrt(rows * cols));
    return tightest([
      equal(['q‖W1‖² + p‖W2‖²', cost], ['qρ1² + pρ2²', constant], tolerance),
      equal(
        ['q‖W1‖² + p‖W2‖² − floor', cost - floor],
        ['(√q ρ1 − √p ρ2)² + 2√(pq)(ρ1ρ2 − ‖W1W2‖_*)', aboveSensitivityFloor(norms, nuclear)],
        tolerance,
      ),
    ]);
  },
  toleranceReason: '1e-12 of the largest term: norms and singular values of matrices of at most 12 rows',
});
