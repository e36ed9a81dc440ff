import type { Optimizer } from './optimizer.js';

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
