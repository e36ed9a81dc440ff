import type { Optimizer } from './optimizer.js';

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
    const squares = arithmetic.squares(gradient);
    const newSquare = arithmetic.combination('keptSquare', square!, 'newSquare', squares);
    return {
      direction: arithmetic.overRoot(newMean, newSquare, EPSILON),
      moments: [newMean, newSquare],
    };
  },
};
