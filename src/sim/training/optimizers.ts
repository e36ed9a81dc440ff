import type { MatrixArithmetic } from '../backends/backend.js';
import type { LayerShape, Optimizer } from '../backends/optimizer.js';

/** Plain gradient descent, `W ← W − ηG`: what the theory is about. */
export const gradientDescent: Optimizer = {
  name: 'gradient-descent',
  description: 'plain gradient descent',
  // A quarter of the stability limit: T9 bounds the distance to gradient flow up to here.
  smallRate: (sigma) => 1 / (8 * sigma),
  moments: 0,
  coefficients: () => ({}),
  factor: () => 1,
  direction: (_, gradient) => ({ direction: gradient, moments: [] }),
};

const MOMENTUM = 0.9;

/**
 * Gradient descent with heavy-ball momentum (Polyak 1964), in the form that deep-learning libraries use:
 * `V ← μV + G`, `W ← W − ηV` with μ = 0.9. In the long run a step of rate η moves as far as one of plain descent at η/(1−μ).
 */
export const momentum: Optimizer = {
  name: 'momentum',
  description: `heavy-ball momentum of ${MOMENTUM}, which makes steps ${Math.round(1 / (1 - MOMENTUM))} times as long in the end`,
  smallRate: (sigma) => (1 - MOMENTUM) / (8 * sigma),
  moments: 1,
  coefficients: () => ({ kept: MOMENTUM, added: 1 }),
  factor: () => 1,
  direction(arithmetic, gradient, [velocity]) {
    const direction = arithmetic.combination('kept', velocity!, 'added', gradient);
    return { direction, moments: [direction] };
  },
};

const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.999;
const EPSILON = 1e-8;

/**
 * Adam (Kingma and Ba 2015) with its usual constants β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, without weight decay:
 * `W ← W − η m̂ / (√v̂ + ε)`, m̂ and v̂ being the running means of G and G² with their bias corrected.
 *
 * The corrected means themselves are remembered: `m̂_t = m_t/(1 − β^t)` obeys `m̂_t = (1 − w) m̂_{t−1} + w G` with
 * `w = (1 − β)/(1 − β^t)`, which is 1 in the first step.
 */
export const adam: Optimizer = {
  name: 'adam',
  description: `Adam with decays of ${FIRST_DECAY} and ${SECOND_DECAY}`,
  // Every entry moves by about the rate in each step, whatever the gradient: a hundredth of the weights of a learned mode.
  smallRate: (sigma) => 0.01 * Math.sqrt(sigma),
  moments: 2,
  coefficients(step) {
    const first = (1 - FIRST_DECAY) / (1 - FIRST_DECAY ** step);
    const second = (1 - SECOND_DECAY) / (1 - SECOND_DECAY ** step);
    return { keptMean: 1 - first, newMean: first, keptSquare: 1 - second, newSquare: second };
  },
  factor: () => 1,
  direction(arithmetic, gradient, [mean, square]) {
    const newMean = arithmetic.combination('keptMean', mean!, 'newMean', gradient);
    const squares = arithmetic.entryProducts(gradient, gradient);
    const newSquare = arithmetic.combination('keptSquare', square!, 'newSquare', squares);
    return { direction: arithmetic.overRoot(newMean, newSquare, EPSILON), moments: [newMean, newSquare] };
  },
};

/** Sign descent (Bernstein et al. 2018): `W ← W − η sign(G)`, entry by entry; Adam without memory. */
export const signDescent: Optimizer = {
  name: 'sign-descent',
  description: 'the sign of each entry of the gradient',
  // Every entry moves by the rate in each step: a hundredth of the weights of a learned mode.
  smallRate: (sigma) => 0.01 * Math.sqrt(sigma),
  moments: 0,
  coefficients: () => ({}),
  factor: () => 1,
  direction: (arithmetic, gradient) => ({ direction: arithmetic.signs(gradient), moments: [] }),
};

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
function orthogonalized<Batch>(arithmetic: MatrixArithmetic<Batch>, batch: Batch, { rows, cols }: LayerShape): Batch {
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

export const optimizers: readonly Optimizer[] = [gradientDescent, momentum, adam, signDescent, muon];

/** The optimiser of a name; the schema of the parameter knows the names, so that another is a defect. */
export function optimizerNamed(name: string): Optimizer {
  const found = optimizers.find((optimizer) => optimizer.name === name);
  if (found === undefined) throw new Error(`no optimiser is called ${name}`);
  return found;
}
