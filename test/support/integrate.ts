import { createRequire } from 'node:module';
import { Matrix } from 'ml-matrix';

/** The part of odex that the tests use; its own types are TypeScript sources that a strict compiler refuses. */
interface OdexSolver {
  relativeTolerance: number;
  absoluteTolerance: number;
  maxSteps: number;
  initialStepSize: number;
  solve(
    derivative: (time: number, state: number[]) => number[],
    from: number,
    state: number[],
    to: number,
  ): { y: number[]; outcome: number };
}

const require = createRequire(import.meta.url);
const { Solver } = require('odex') as { Solver: new (size: number) => OdexSolver };

/**
 * Integrates `dy/dt = derivative(t, y)` from 0 to `time` by extrapolation (Hairer's ODEX) at a tight tolerance: an oracle
 * that shares no code and no formula with the closed forms that it judges.
 */
export function integrate(
  derivative: (time: number, state: number[]) => number[],
  start: readonly number[],
  time: number,
  tolerance = 1e-14,
): number[] {
  if (time === 0) return [...start];
  const solver = new Solver(start.length);
  solver.relativeTolerance = tolerance;
  solver.absoluteTolerance = tolerance * 1e-6;
  solver.maxSteps = 1e6;
  solver.initialStepSize = Math.min(1e-3, time);
  const { y, outcome } = solver.solve(derivative, 0, [...start], time);
  if (outcome !== 0) throw new Error(`the oracle gave up with outcome ${outcome}`);
  return y;
}

/** Gradient flow of `‖W1W2 - A‖²` on the full matrices, integrated numerically. */
export function integrateWeights(
  first: Matrix,
  second: Matrix,
  task: Matrix,
  time: number,
  tolerance?: number,
): { first: Matrix; second: Matrix } {
  const { rows, columns: hidden } = first;
  const cols = second.columns;
  const derivative = (_: number, state: number[]): number[] => {
    const residual = new Float64Array(rows * cols);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) {
        let sum = -task.get(i, j);
        for (let k = 0; k < hidden; k++) sum += state[i * hidden + k]! * state[rows * hidden + k * cols + j]!;
        residual[i * cols + j] = sum;
      }
    }
    const slope = new Array<number>(state.length).fill(0);
    for (let k = 0; k < hidden; k++) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < cols; j++) {
          const pull = -2 * residual[i * cols + j]!;
          slope[i * hidden + k]! += pull * state[rows * hidden + k * cols + j]!;
          slope[rows * hidden + k * cols + j]! += pull * state[i * hidden + k]!;
        }
      }
    }
    return slope;
  };
  const end = integrate(derivative, [...first.to1DArray(), ...second.to1DArray()], time, tolerance);
  return {
    first: Matrix.from1DArray(rows, hidden, end.slice(0, rows * hidden)),
    second: Matrix.from1DArray(hidden, cols, end.slice(rows * hidden)),
  };
}
