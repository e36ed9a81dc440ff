import type { Optimizer } from './optimizer.js';

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
