import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { lossBracket } from '../capacity.js';
import { atLeast, atMost, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { matrixDistance } from './engine/networks.js';

/** T4-bracket: what matched losses leave open. */
export const matchedLosses = defineClaim({
  id: 'T4-bracket',
  title: 'What a matched fine-tuning loss leaves open',
  statement:
    'Any network with the loss L = ‖(W − A_ft)P‖² on inputs that span the range of a projection P has a pre-training loss of at least (‖(A_ft − A)P‖ − √L)², if √L is smaller, and on these inputs of at most (‖(A_ft − A)P‖ + √L)²; some network attains either, so that where fine-tuning shows all inputs and is trained to convergence every optimiser forgets the same.',
  origin: 'ours; the triangle inequality',
  /** Two tasks, any network, and the inputs that fine-tuning shows. */
  domain: fc.record({
    ...draws.shapeFields,
    /** Number of input directions that fine-tuning shows, at most cols. */
    seen: draws.dimension,
    seed: draws.matrixSeed,
    scale: draws.decades(-2, 1),
  }),
  wellFormed: ({ rows, hidden, cols, seen, seed, scale }) =>
    draws.areWhole([rows, hidden, cols, seen], 1, 12) &&
    Number.isInteger(seed) &&
    draws.areWithin([scale], Number.MIN_VALUE, 100),
  hypotheses: [],
  conclusion({ rows, hidden, cols, seen, seed, scale }) {
    const basis = draws.drawnOrthogonal(cols, seed).subMatrix(0, cols - 1, 0, Math.min(seen, cols) - 1);
    const [task, added] = [draws.drawnMatrix(rows, cols, 4 * seed + 1), draws.drawnMatrix(rows, cols, 4 * seed + 2)];
    const network = draws
      .drawnMatrix(rows, hidden, 4 * seed + 3)
      .mmul(draws.drawnMatrix(hidden, cols, 4 * seed + 4))
      .mul(scale);
    const shown = (left: Matrix, right: Matrix) => Matrix.sub(left, right).mmul(basis).norm();
    const distance = shown(added, task);
    const bracketOf = (end: Matrix) => lossBracket(distance, shown(end, added) ** 2);
    const whole = matrixDistance(network, task) ** 2;
    const tolerance = 1e-12 * (whole + distance ** 2 + shown(network, added) ** 2);
    const { least, most } = bracketOf(network);
    // On the line through both tasks the triangle is flat: between them the least is attained, beyond the new one the most.
    const [between, beyond] = [0.5, 1.5].map((place) => Matrix.sub(added, task).mul(place).add(task));
    const sideOf = (label: string, end: Matrix) => ({ label, value: shown(end, task) ** 2 });
    const halfWay = sideOf('that loss half way between the tasks', between!);
    const halfBeyond = sideOf('that loss half as far beyond the new task', beyond!);
    return tightest([
      atLeast(['pre-training loss', whole], ['(D − √L)²', least], tolerance),
      atMost(sideOf('pre-training loss on the inputs that are shown', network), ['(D + √L)²', most], tolerance),
      equal(halfWay, ['(D − √L)² there', bracketOf(between!).least], tolerance),
      equal(halfBeyond, ['(D + √L)² there', bracketOf(beyond!).most], tolerance),
    ]);
  },
  toleranceReason: '1e-12 of the largest loss: norms of matrices of at most 12 rows',
});
