import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import {
  aboveSensitivityFloor,
  nearestInNuclearBall,
  nuclearNorm,
  relativeSphereStep,
  sensitivityFloor,
  sphereSensitivity,
} from '../sensitivity-floor.js';
import { atLeast, atMost, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { alignedTask, costOf, drawnBases, matrixDistance, squaredEntries } from './engine/networks.js';

/** T6-sphere: what layers of bounded norms cannot fit. */
export const boundedLayers = defineClaim({
  id: 'T6-sphere',
  title: 'What layers of fixed norms can fit',
  statement:
    'Layers with ‖W1‖ ≤ ρ1 and ‖W2‖ ≤ ρ2, whatever their shapes, have ‖W1W2‖_* ≤ ρ1ρ2 and a loss of at least Σ_{i≤h}(σ_i − s_i)² + Σ_{i>h}σ_i² with s_i = max(σ_i − μ, 0), μ being the least number from 0 on for which Σ_{i≤h}s_i ≤ ρ1ρ2; some such layers attain it, with the norms ρ1 and ρ2 where Σ_{i≤h}σ_i ≥ ρ1ρ2.',
  origin:
    'ours, from the Cauchy–Schwarz inequality for the nuclear norm, von Neumann’s inequality, and soft thresholding: Cai, Candès and Shen 2010',
  /** A task, and layers near the best ones of their norms. */
  domain: fc.record({
    /** Singular values of the task, positive and non-increasing. */
    sigmas: draws.singularValues(9),
    extraRows: fc.nat({ max: 3 }),
    hidden: fc.integer({ min: 1, max: 12 }),
    extraCols: fc.nat({ max: 3 }),
    basis: draws.matrixSeed,
    /** `ρ1ρ2` as a share of the nuclear norm of the task. */
    share: draws.decades(-1.5, 0.5),
    /** `ρ1/ρ2`. */
    imbalance: draws.decades(-1, 1),
    /** Size of the noise on the best layers, before they are scaled to their norms. */
    noise: fc.oneof(fc.constant(0), draws.decades(-3, 1)),
    /** What their norms are multiplied by. */
    excess: draws.weighted([5, fc.constant(1)], [1, draws.decades(-0.5, 0)], [1, draws.decades(0.05, 0.5)]),
  }),
  wellFormed: ({ sigmas, extraRows, hidden, extraCols, basis, share, imbalance, noise, excess }) =>
    sigmas.length > 0 &&
    sigmas.every((sigma, index) => draws.areWithin([sigma], 1e-9, 1e6) && !(sigma > sigmas[index - 1]!)) &&
    [extraRows, extraCols].every((extra) => extra >= 0 && draws.isDimension(sigmas.length + extra)) &&
    draws.isDimension(hidden) &&
    Number.isInteger(basis) &&
    draws.areWithin([share, imbalance, excess], 1e-3, 1e3) &&
    draws.areWithin([noise], 0, 1e3),
  hypotheses: [{ name: 'bounded norms', statement: '‖W1‖ ≤ ρ1 and ‖W2‖ ≤ ρ2', holds: ({ excess }) => excess <= 1 }],
  conclusion({ sigmas, extraRows, hidden, extraCols, basis, share, imbalance, noise, excess }) {
    const rows = sigmas.length + extraRows;
    const cols = sigmas.length + extraCols;
    const radius = share * sigmas.reduce((sum, sigma) => sum + sigma, 0);
    const [first, second] = [Math.sqrt(radius * imbalance), Math.sqrt(radius / imbalance)];
    const bases = drawnBases(rows, hidden, cols, basis);
    const task = alignedTask(bases, sigmas);
    const nearest = nearestInNuclearBall(sigmas, hidden, radius);

    const best = { left: Matrix.zeros(rows, hidden), right: Matrix.zeros(hidden, cols) };
    nearest.values.slice(0, hidden).forEach((value, index) => {
      const root = Math.sqrt(value);
      best.left.setColumn(index, bases.left.getColumnVector(index).mul(root * Math.sqrt(imbalance)));
      const direction = bases.right.getColumn(index).map((entry) => (entry * root) / Math.sqrt(imbalance));
      best.right.setRow(index, direction);
    });
    const scaledTo = (matrix: Matrix, norm: number, seed: number) => {
      const random = draws.drawnMatrix(matrix.rows, matrix.columns, basis + seed);
      const moved = random.mul((noise * norm) / Math.sqrt(hidden)).add(matrix);
      // Layers that are inside and unmoved stay: the best ones need not be on their spheres.
      const size = moved.norm();
      const limit = excess * norm;
      return noise > 0 || excess > 1 || size > limit ? moved.mul(limit / size) : moved;
    };
    const left = scaledTo(best.left, first, 810_000);
    const right = scaledTo(best.right, second, 820_000);
    const product = left.mmul(right);
    const loss = (network: Matrix) => matrixDistance(network, task) ** 2;
    const tolerance = 1e-12 * (sigmas.reduce((sum, sigma) => sum + sigma ** 2, 0) + (excess * radius) ** 2);
    const attain = sigmas.slice(0, hidden).reduce((sum, sigma) => sum + sigma, 0) >= radius ? equal : atMost;
    return tightest([
      atMost(['‖W1W2‖_*', nuclearNorm(product)], ['ρ1ρ2', radius], 1e-12 * (radius + excess ** 2 * radius)),
      atLeast(['loss', loss(product)], ['floor', nearest.loss], tolerance),
      equal(['loss of the best layers', loss(best.left.mmul(best.right))], ['floor', nearest.loss], tolerance),
      attain(['‖W1‖ of the best layers', best.left.norm()], ['ρ1', first], 1e-12 * first),
      attain(['‖W2‖ of the best layers', best.right.norm()], ['ρ2', second], 1e-12 * second),
    ]);
  },
  toleranceReason:
    'sums and singular values of matrices of at most 12 rows, relative to the squared norms of task and network; where Σσ_i is ρ1ρ2 the cancellation in μ costs one unit in the last place of ρ1ρ2',
});

/** T6-constant: sensitivity of layers that cannot grow. */
export const constantSensitivity = defineClaim({
  id: 'T6-constant',
  title: 'On spheres the sensitivity does not change',
  statement:
    'All networks with ‖W1‖ = ρ1 and ‖W2‖ = ρ2 have the coefficient qρ1² + pρ2² of γ² in their sensitivity, so that training without gains never changes it; it is above the floor of T6 by (√q ρ1 − √p ρ2)² + 2√(pq)(ρ1ρ2 − ‖W1W2‖_*), and so at the floor exactly where √q ρ1 = √p ρ2 and ‖W1W2‖_* = ρ1ρ2.',
  origin: 'ours',
  /** Layers of given norms. */
  domain: fc.record({
    ...draws.shapeFields,
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
    const floor = sensitivityFloor(left.mmul(right));
    const cost = costOf(left, right);
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

/** T6-update: what a step on a sphere changes. */
export const updateOnSphere = defineClaim({
  id: 'T6-update',
  title: 'The relative update on a sphere is set by the rate alone',
  statement:
    'A step Ŵ′ = N(Ŵ − ηT) on the sphere, T being tangent there and of the same norm in every row, every column or as a whole, and N scaling back to that norm, changes Ŵ by exactly 2 sin(½ arctan η) times its norm, which is below η by less than 3η³/8; and W = diag(r) Ŵ diag(c) with the same gains before and after by at least 1/κ and at most κ times as much, κ being the product of the ratios of largest and smallest gains in absolute value.',
  origin: 'ours; plane trigonometry',
  /** Weights on a sphere, a tangent, and gains. */
  domain: fc.record({
    rows: fc.integer({ min: 2, max: 12 }),
    cols: fc.integer({ min: 2, max: 12 }),
    /** 0: the whole matrix has a fixed norm, 1: every row, 2: every column. */
    sphere: fc.nat({ max: 2 }),
    seed: draws.matrixSeed,
    norm: draws.decades(-2, 2),
    rate: draws.decades(-4, 1),
    /** Component of the step along the weights, in units of their norm. */
    tilt: draws.weighted([5, fc.constant(0)], [1, fc.integer({ min: -20, max: 20 }).map((tenths) => tenths / 10)]),
    /** Length of the tangent, in units of the norm of the weights. */
    stretch: draws.weighted([5, fc.constant(1)], [1, draws.decades(-1, 1)]),
    /** Logarithm of the largest ratio of gains. */
    spread: fc.oneof(fc.constant(0), draws.decades(-2, 0.5)),
  }),
  wellFormed: ({ rows, cols, sphere, seed, norm, rate, tilt, stretch, spread }) =>
    draws.areWhole([rows, cols], 2, 12) &&
    [0, 1, 2].includes(sphere) &&
    Number.isInteger(seed) &&
    draws.areWithin([norm, rate, stretch], 1e-6, 1e6) &&
    Math.abs(tilt) <= 100 &&
    draws.areWithin([spread], 0, 5),
  hypotheses: [
    { name: 'tangent', statement: 'T is tangent to the sphere at Ŵ', holds: ({ tilt }) => tilt === 0 },
    {
      name: 'as long as the weights',
      statement: 'T has the norm of Ŵ in every part',
      holds: ({ stretch }) => stretch === 1,
    },
  ],
  conclusion({ rows, cols, sphere, seed, norm, rate, tilt, stretch, spread }) {
    const partOf = (row: number, column: number) => [0, row, column][sphere]!;
    const scaledTo = (matrix: Matrix) => {
      const sizes = partSums(Matrix.mul(matrix, matrix), partOf);
      return mapped(matrix, (entry, row, column) => (entry * norm) / Math.sqrt(sizes[partOf(row, column)]!));
    };
    const before = scaledTo(draws.drawnMatrix(rows, cols, 3 * seed + 1));
    const drawn = draws.drawnMatrix(rows, cols, 3 * seed + 2);
    const along = partSums(Matrix.mul(drawn, before), partOf);
    const flattened = mapped(drawn, (entry, row, column) => {
      return entry - (along[partOf(row, column)]! / norm ** 2) * before.get(row, column);
    });
    const tangent = scaledTo(flattened);
    const step = Matrix.add(Matrix.mul(tangent, stretch), Matrix.mul(before, tilt));
    const after = scaledTo(Matrix.sub(before, Matrix.mul(step, rate)));

    const gain = (index: number, count: number) => Math.exp((spread * index) / (count - 1));
    const composed = (weights: Matrix) =>
      mapped(weights, (entry, row, column) => gain(row, rows) * entry * gain(cols - 1 - column, cols));
    const change = (from: Matrix, to: Matrix) => matrixDistance(to, from) / from.norm();
    const whole = { label: '‖Ŵ′ − Ŵ‖/‖Ŵ‖', value: change(before, after) };
    const exact = relativeSphereStep(rate);
    const gained = { label: '‖W′ − W‖/‖W‖', value: change(composed(before), composed(after)) };
    const ratio = Math.exp(2 * spread);
    return tightest([
      equal(whole, ['2 sin(½ arctan η)', exact], TOLERANCE),
      atMost(whole, ['η', rate], TOLERANCE),
      atLeast(whole, ['η − 3η³/8', rate - (3 / 8) * rate ** 3], TOLERANCE),
      atMost(gained, ['κ · 2 sin(½ arctan η)', ratio * exact], TOLERANCE * ratio),
      atLeast(gained, ['2 sin(½ arctan η)/κ', exact / ratio], TOLERANCE),
    ]);
  },
  toleranceReason:
    'norms of at most 144 entries carry less than a hundred units in the last place of 1, and a drawn matrix loses at most two decades of its norm to the projection',
});

const TOLERANCE = 1e-12;

function partSums(matrix: Matrix, partOf: (row: number, column: number) => number): number[] {
  const sums: number[] = [];
  matrix.to2DArray().forEach((entries, row) => {
    entries.forEach((entry, column) => {
      const part = partOf(row, column);
      sums[part] = (sums[part] ?? 0) + entry;
    });
  });
  return sums;
}

function mapped(matrix: Matrix, of: (entry: number, row: number, column: number) => number): Matrix {
  return new Matrix(matrix.to2DArray().map((entries, row) => entries.map((entry, column) => of(entry, row, column))));
}
