import * as fc from 'fast-check';
import type { Matrix } from 'ml-matrix';
import { decades, matrixSeed, shape } from './arbitraries.js';
import { drawnMatrix } from './drawn-matrix.js';

/** Arbitrary weights and an arbitrary task of any shapes and sizes, named by numbers. */
export interface DrawnNetwork {
  readonly rows: number;
  readonly hidden: number;
  readonly cols: number;
  /** Seed of the entries. */
  readonly seed: number;
  /** Standard deviation of the entries of `W1`. */
  readonly firstSize: number;
  /** Standard deviation of the entries of `W2`. */
  readonly secondSize: number;
  /** Standard deviation of the entries of the task. */
  readonly taskSize: number;
}

/** Two layers and a task. */
export interface Network {
  readonly first: Matrix;
  readonly second: Matrix;
  readonly task: Matrix;
}

/** Size of the entries of a matrix: over four decades, zero now and then. */
const size = fc.oneof({ weight: 12, arbitrary: decades(-2, 2) }, { weight: 1, arbitrary: fc.constant(0) });

/** Shapes of dimensions 1 to 12 and sizes over decades. */
export const drawnNetwork: fc.Arbitrary<DrawnNetwork> = fc
  .record({ shape, seed: matrixSeed, firstSize: size, secondSize: size, taskSize: size })
  .map(({ shape, ...rest }) => ({ ...shape, ...rest }));

/** Whether a plain value is a network: whole dimensions that stay small, sizes that stay finite. */
export function isDrawnNetwork(network: DrawnNetwork): boolean {
  const { rows, hidden, cols, seed, firstSize, secondSize, taskSize } = network;
  return (
    [rows, hidden, cols].every(isDimension) &&
    Number.isInteger(seed) &&
    [firstSize, secondSize, taskSize].every((value) => value >= 0 && value < 1e6)
  );
}

/** Whether a number is a dimension that the search for counterexamples may try. */
export function isDimension(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 20;
}

/** Beyond the seeds of instances, so that the three matrices of one have seeds of their own. */
const SEED_STRIDE = 100_000;

/** The matrices that a drawn network names. */
export function networkOf(network: DrawnNetwork): Network {
  const { rows, hidden, cols, seed, firstSize, secondSize, taskSize } = network;
  return {
    first: drawnMatrix(rows, hidden, seed).mul(firstSize),
    second: drawnMatrix(hidden, cols, seed + SEED_STRIDE).mul(secondSize),
    task: drawnMatrix(rows, cols, seed + 2 * SEED_STRIDE).mul(taskSize),
  };
}
