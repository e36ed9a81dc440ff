import { Matrix } from 'ml-matrix';
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
    first: Matrix.mul(right.first, factor).add(left.first),
    second: Matrix.mul(right.second, factor).add(left.second),
  };
}

/** `factor · weights`. */
export function timesWeights(factor: number, { first, second }: Weights): Weights {
  return { first: Matrix.mul(first, factor), second: Matrix.mul(second, factor) };
}

/** Sum of at least one vector. */
export function sumOfWeights([start, ...rest]: readonly Weights[]): Weights {
  const sum = { first: start!.first.clone(), second: start!.second.clone() };
  for (const { first, second } of rest) {
    sum.first.add(first);
    sum.second.add(second);
  }
  return sum;
}
