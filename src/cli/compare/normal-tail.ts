/**
 * Probability that a standard normal number lies beyond ±z, by the fraction of Numerical Recipes (erfcc), whose relative error is
 * below 1.2e-7 everywhere.
 */
export function twoSidedTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  let sum = 0;
  for (const coefficient of COEFFICIENTS) sum = sum * t + coefficient;
  return t * Math.exp(-x * x + sum);
}

/** The highest power first. */
const COEFFICIENTS = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
  1.00002368, -1.26551223,
] as const;
