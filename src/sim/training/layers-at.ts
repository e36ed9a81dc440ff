import type { NetworkShape, Weights } from '../backends/backend.js';

/** Both layers of one network of an ensemble, in the ensemble's memory. */
export function layersIn(
  { first, second }: Weights,
  { rows, hidden, cols }: NetworkShape,
  at: number,
): Weights {
  return {
    first: first.subarray(at * rows * hidden, (at + 1) * rows * hidden),
    second: second.subarray(at * hidden * cols, (at + 1) * hidden * cols),
  };
}

/** Both layers of one network of an ensemble, copied. */
export function layersAt(networks: Weights, shape: NetworkShape, at: number): Weights {
  const { first, second } = layersIn(networks, shape, at);
  return { first: first.slice(), second: second.slice() };
}
