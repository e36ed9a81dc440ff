import { Matrix } from 'ml-matrix';
import { sharpnessAt } from '../../../theory/aligned-sharpness.js';
import { imbalanceOf } from '../../../theory/balance.js';
import { sharpness } from '../../../theory/hessian.js';
import { singularValue } from '../../../theory/mode.js';
import type { Problem } from '../../../theory/problem.js';
import { flowFromBasis } from '../../../theory/riccati.js';
import { riccatiBasis } from '../../../theory/riccati-basis.js';
import { squaredNorm } from '../../../theory/sensitivity.js';
import { loss } from '../../../theory/trajectory.js';
import type { Weights } from '../../backends/backend.js';
import type { StartName } from '../../training/network-start.js';
import { embedDiagonal, type SingularBasis } from '../../training/singular-basis.js';

/** A network on the path of gradient flow. */
export interface FlowPoint {
  readonly loss: number;
  /** `q‖W1‖² + p‖W2‖²`, the part of the sensitivity that training moves (T1). */
  readonly weightNorm: number;
  /** Largest eigenvalue of the Hessian; null where it was not asked for. */
  readonly sharpness: number | null;
}

/** Gradient flow from a start, at any time. */
export type FlowReference = (time: number) => FlowPoint;

/** A start on full matrices, and the task that they learn. */
export interface MatrixStart {
  readonly weights: Weights;
  readonly basis: SingularBasis;
}

/**
 * The closed form of gradient flow: mode by mode from an aligned start (T0), by the Riccati form from any other λ-balanced one.
 *
 * @param at the start on full matrices; only looked at where the start is not aligned
 * @param withSharpness whether the sharpness is wanted
 * @returns undefined where no closed form covers the start
 */
export function flowReference(
  problem: Problem,
  start: StartName,
  at: () => MatrixStart,
  withSharpness: boolean,
): FlowReference | undefined {
  if (start === 'aligned') {
    return (time) => ({
      loss: loss(problem, time),
      weightNorm:
        (problem.rows + problem.cols) *
        problem.modes.reduce((sum, mode) => sum + singularValue(mode, time), 0),
      sharpness: withSharpness ? sharpnessAt(problem, time) : null,
    });
  }
  const { rows, hidden, cols } = problem;
  const { weights, basis } = at();
  const first = Matrix.from1DArray(rows, hidden, Array.from(weights.first));
  const second = Matrix.from1DArray(hidden, cols, Array.from(weights.second));
  const imbalance = imbalanceOf(first, second);
  if (imbalance === null) return undefined;
  const task = embedDiagonal(basis.left, problem.spectrum, basis.right);
  const riccati = riccatiBasis(task, imbalance);
  return (time) => {
    const reached = flowFromBasis(riccati, first, second, time);
    return {
      loss: squaredNorm(reached.first.mmul(reached.second).sub(task)),
      weightNorm: cols * squaredNorm(reached.first) + rows * squaredNorm(reached.second),
      sharpness: withSharpness ? sharpness(reached.first, reached.second, task) : null,
    };
  };
}
