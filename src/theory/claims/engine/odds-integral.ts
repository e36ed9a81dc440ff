import { panelIntegral } from './quadrature.js';

/** Beyond this `e^{-x}` is nothing beside 1. */
const FAR = 40;

/**
 * `∫ (1 + e^{−x})^β dx`; far out the integrand is `e^{−βx}` on the left and 1 on the right.
 *
 * @param from lower end, of any sign
 * @param to upper end
 * @param beta the exponent `β`, from 0 to 1
 */
export function integralBelow(from: number, to: number, beta: number): number {
  const leftTo = Math.min(to, -FAR);
  const rightFrom = Math.max(from, FAR);
  let sum = Math.max(0, to - rightFrom);
  if (from < leftTo) {
    const way = leftTo - from;
    sum += Math.exp(-beta * from) * (beta === 0 ? way : -Math.expm1(-beta * way) / beta);
  }
  const integrand = (x: number) => (1 + Math.exp(-x)) ** beta;
  const last = Math.min(to, FAR);
  for (let at = Math.max(from, -FAR); at < last; at += 1) {
    sum += panelIntegral(integrand, at, Math.min(at + 1, last));
  }
  return sum;
}

/**
 * `∫ (1 − e^{−x})^β dx` with panels that widen from the singularity at 0.
 *
 * @param from lower end, above 0
 * @param to upper end
 * @param beta the exponent `β`, from 0 to 1
 */
export function integralAbove(from: number, to: number, beta: number): number {
  const integrand = (x: number) => (-Math.expm1(-x)) ** beta;
  const last = Math.min(to, FAR);
  let sum = Math.max(0, to - Math.max(from, FAR));
  for (let at = from; at < last; ) {
    const next = Math.min(at + Math.min(at, 1), last);
    sum += panelIntegral(integrand, at, next);
    at = next;
  }
  return sum;
}
