import type { Matrix } from 'ml-matrix';
import type { Problem } from '../../src/theory/problem.js';
import { orthonormalColumns } from './random-matrices.js';

/** A task with the spectrum of a problem, and weights that are aligned with it and balanced. */
export interface AlignedWeights {
  readonly task: Matrix;
  readonly first: Matrix;
  readonly second: Matrix;
}

/** `U diag(values) Vᵀ` for as many columns as there are values. */
function spread(left: Matrix, values: readonly number[], right: Matrix): Matrix {
  const count = values.length;
  const scaled = left.subMatrix(0, left.rows - 1, 0, count - 1).mulRowVector([...values]);
  return scaled.mmul(right.subMatrix(0, right.rows - 1, 0, count - 1).transpose());
}

/**
 * Task and weights of a problem in random singular bases: `A = U diag(σ) Vᵀ`, `W1 = U D Rᵀ`, `W2 = R D Vᵀ` with random
 * orthogonal `U`, `R`, `V`.
 *
 * @param values squares of the factors `D`, one per mode; the starts of the modes by default
 */
export function alignedWeights(
  problem: Problem,
  random: () => number,
  values: readonly number[] = problem.modes.map(({ start }) => start),
): AlignedWeights {
  const left = orthonormalColumns(problem.rows, problem.rows, random);
  const right = orthonormalColumns(problem.cols, problem.cols, random);
  const inner = orthonormalColumns(problem.hidden, problem.hidden, random);
  const factors = values.map(Math.sqrt);
  return {
    task: spread(left, problem.spectrum, right),
    first: spread(left, factors, inner),
    second: spread(inner, factors, right),
  };
}
