import type { NetworkShape, Weights } from '../backends/backend.js';

/** Both layers of one network of an ensemble, copied. */
export function layersAt(
  { first, second }: Weights,
  { rows, hidden, cols }: NetworkShape,
  at: number,
): Weights {
  return {
    first: first.slice(at * rows * hidden, (at + 1) * rows * hidden),
    second: second.slice(at * hidden * cols, (at + 1) * hidden * cols),
  };
}
