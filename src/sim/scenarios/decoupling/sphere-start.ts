import type { NetworkShape, Weights } from '../../backends/backend.js';
import { fillGaussian } from '../../noise/gaussian.js';
import type { Sphere } from './sphere.js';

/** Streams of the basis come first. */
const FIRST_STREAM = 3;

/**
 * Gaussian directions of both layers, on the sphere: of unit norm, with rows (columns) of equal norm on the row (column) sphere.
 *
 * @param training distinguishes the trainings of one seed
 */
export function sphereStart(
  { rows, hidden, cols }: NetworkShape,
  sphere: Sphere,
  seed: number,
  training: number,
): Weights {
  return {
    first: gaussianDirection(rows, hidden, sphere, seed, 2 * training),
    second: gaussianDirection(hidden, cols, sphere, seed, 2 * training + 1),
  };
}

function gaussianDirection(
  rows: number,
  cols: number,
  sphere: Sphere,
  seed: number,
  which: number,
): Float64Array {
  const drawn = new Float64Array(rows * cols);
  fillGaussian(drawn, seed, 'basis', FIRST_STREAM + which);
  const parts = { frobenius: 1, row: rows, column: cols }[sphere];
  const partOf = (index: number) =>
    sphere === 'frobenius' ? 0 : sphere === 'row' ? Math.floor(index / cols) : index % cols;
  const squares = new Float64Array(parts);
  drawn.forEach((entry, index) => {
    squares[partOf(index)]! += entry ** 2;
  });
  return drawn.map((entry, index) => entry / Math.sqrt(squares[partOf(index)]! * parts));
}
