import type { Optimizer } from './optimizer.js';

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
