import type { Weights } from './balance.js';

/*
 * Both layers of a network taken as one vector of all its weights.
 */

/** Inner product of two vectors. */
export function weightProduct(left: Weights, right: Weights): number {
  return left.first.dot(right.first) + left.second.dot(right.second);
}

/** Euclidean norm. */
export function weightNorm({ first, second }: Weights): number {
  return Math.hypot(first.norm(), second.norm());
}

/** `left + factor · right`. */
export function plusTimes(left: Weights, factor: number, right: Weights): Weights {
  return {
    first: right.first.clone().mul(factor).add(left.first),
    second: right.second.clone().mul(factor).add(left.second),
  };
}

/** `factor · weights`. */
export function timesWeights(factor: number, { first, second }: Weights): Weights {
  return { first: first.clone().mul(factor), second: second.clone().mul(factor) };
}

/** Sum of at least one vector. */
export function sumOfWeights([start, ...rest]: readonly Weights[]): Weights {
  return rest.reduce((sum, next) => plusTimes(sum, 1, next), start!);
}
