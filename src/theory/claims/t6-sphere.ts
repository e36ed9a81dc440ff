import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { nearestInNuclearBall, nuclearNorm } from '../sensitivity-floor.js';
import { atLeast, atMost, defineClaim, equal, tightest } from './engine/claim.js';
import { areWithin, decades, drawnMatrix, isDimension, matrixSeed, singularValues, weighted } from './engine/draws.js';
import { alignedTask, drawnBases, matrixDistance } from './engine/networks.js';

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
    sigmas: singularValues(9),
    extraRows: fc.nat({ max: 3 }),
    hidden: fc.integer({ min: 1, max: 12 }),
    extraCols: fc.nat({ max: 3 }),
    basis: matrixSeed,
    /** `ρ1ρ2` as a share of the nuclear norm of the task. */
    share: decades(-1.5, 0.5),
    /** `ρ1/ρ2`. */
    imbalance: decades(-1, 1),
    /** Size of the noise on the best layers, before they are scaled to their norms. */
    noise: fc.oneof(fc.constant(0), decades(-3, 1)),
    /** What their norms are multiplied by. */
    excess: weighted([5, fc.constant(1)], [1, decades(-0.5, 0)], [1, decades(0.05, 0.5)]),
  }),
  wellFormed: ({ sigmas, extraRows, hidden, extraCols, basis, share, imbalance, noise, excess }) =>
    sigmas.length > 0 &&
    sigmas.every((sigma, index) => areWithin([sigma], 1e-9, 1e6) && !(sigma > sigmas[index - 1]!)) &&
    [extraRows, extraCols].every((extra) => extra >= 0 && isDimension(sigmas.length + extra)) &&
    isDimension(hidden) &&
    Number.isInteger(basis) &&
    areWithin([share, imbalance, excess], 1e-3, 1e3) &&
    areWithin([noise], 0, 1e3),
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
      best.right.setRow(
        index,
        bases.right.getColumn(index).map((entry) => (entry * root) / Math.sqrt(imbalance)),
      );
    });
    const scaledTo = (matrix: Matrix, norm: number, seed: number) => {
      const moved = Matrix.add(
        matrix,
        drawnMatrix(matrix.rows, matrix.columns, basis + seed).mul((noise * norm) / Math.sqrt(hidden)),
      );
      // Layers that are inside and unmoved stay: the best ones need not be on their spheres.
      const size = moved.norm();
      const limit = excess * norm;
      return noise > 0 || excess > 1 || size > limit ? moved.mul(limit / size) : moved;
    };
    const left = scaledTo(best.left, first, LEFT_SEED);
    const right = scaledTo(best.right, second, RIGHT_SEED);
    const product = left.mmul(right);
    const loss = (network: Matrix) => matrixDistance(network, task) ** 2;
    const size = sigmas.reduce((sum, sigma) => sum + sigma ** 2, 0) + (excess * radius) ** 2;
    const tolerance = 1e-12 * size;
    const isTight = sigmas.slice(0, hidden).reduce((sum, sigma) => sum + sigma, 0) >= radius;
    return tightest([
      atMost(['‖W1W2‖_*', nuclearNorm(product)], ['ρ1ρ2', radius], 1e-12 * (radius + excess ** 2 * radius)),
      atLeast(['loss', loss(product)], ['floor', nearest.loss], tolerance),
      equal(['loss of the best layers', loss(best.left.mmul(best.right))], ['floor', nearest.loss], tolerance),
      ...(
        [
          ['‖W1‖ of the best layers', best.left, first, 'ρ1'],
          ['‖W2‖ of the best layers', best.right, second, 'ρ2'],
        ] as const
      ).map(([label, layer, norm, name]) =>
        (isTight ? equal : atMost)([label, layer.norm()], [name, norm], 1e-12 * norm),
      ),
    ]);
  },
  toleranceReason:
    'sums and singular values of matrices of at most 12 rows, relative to the squared norms of task and network; where Σσ_i is ρ1ρ2 the cancellation in μ costs one unit in the last place of ρ1ρ2',
});

const LEFT_SEED = 810_000;
const RIGHT_SEED = 820_000;
