import type { Optimizer } from './optimizer.js';

/** Plain gradient descent, `W ← W − ηG`: what the theory is about. */
export const gradientDescent: Optimizer = {
  name: 'gradient-descent',
  description: 'plain gradient descent',
  moments: 0,
  coefficients: () => ({}),
  factor: () => 1,
  direction: (_, gradient) => ({ direction: gradient, moments: [] }),
};
