import type { MatrixArithmetic } from '../../backends/backend.js';
import type { LayerShape, Optimizer } from './optimizer.js';

const MUON_MOMENTUM = 0.95;
const MUON_EPSILON = 1e-7;
const ITERATIONS = 5;
/** Coefficients of `aX + b(XXᵀ)X + c(XXᵀ)²X`, chosen by Jordan to raise small singular values as fast as possible. */
const QUINTIC = { linear: 3.4445, cubic: -4.775, quintic: 2.0315 };

/**
 * Muon (Jordan et al. 2024): Nesterov momentum `B ← μB + (1−μ)G`, `N = μB + (1−μ)G` with μ = 0.95, then all singular values
 * of N brought near 1 (between about 0.7 and 1.2) by five Newton–Schulz iterations, and a factor `√max(1, rows/cols)`.
 */
export const muon: Optimizer = {
  name: 'muon',
  description: `Muon: momentum of ${MUON_MOMENTUM}, orthogonalised by ${ITERATIONS} Newton-Schulz iterations`,
  // Every singular value of a layer moves by about the rate in each step: a hundredth of that of a learned mode.
  smallRate: (sigma) => 0.01 * Math.sqrt(sigma),
  moments: 1,
  coefficients: () => ({ kept: MUON_MOMENTUM, added: 1 - MUON_MOMENTUM, one: 1, ...QUINTIC }),
  factor: ({ rows, cols }) => Math.sqrt(Math.max(1, rows / cols)),
  direction(arithmetic, gradient, [average], layer) {
    const newAverage = arithmetic.combination('kept', average!, 'added', gradient);
    const ahead = arithmetic.combination('kept', newAverage, 'added', gradient);
    return { direction: orthogonalized(arithmetic, ahead, layer), moments: [newAverage] };
  },
};

/** Newton–Schulz iterations on the smaller of the two Gram matrices. */
function orthogonalized<Batch>(
  arithmetic: MatrixArithmetic<Batch>,
  batch: Batch,
  { rows, cols }: LayerShape,
): Batch {
  let current = arithmetic.normalized(batch, MUON_EPSILON);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const isTall = rows > cols;
    const gram = isTall
      ? arithmetic.productOfTransposed(current, current)
      : arithmetic.productWithTransposed(current, current);
    const polynomial = arithmetic.combination('cubic', gram, 'quintic', arithmetic.product(gram, gram));
    const change = isTall ? arithmetic.product(current, polynomial) : arithmetic.product(polynomial, current);
    current = arithmetic.combination('linear', current, 'one', change);
  }
  return current;
}
