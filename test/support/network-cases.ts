import type {
  ModeBatch,
  NetworkBatch,
  NetworkShape,
  NoiseBatch,
  PerturbedNetworks,
} from '../../src/sim/backends/backend.js';
import { seededRandom } from './random-matrices.js';

/** Shapes with every order of p, h and q, and with size 1 in every place. */
export const shapes: readonly NetworkShape[] = [
  { rows: 1, hidden: 1, cols: 1 },
  { rows: 1, hidden: 3, cols: 2 },
  { rows: 4, hidden: 1, cols: 3 },
  { rows: 3, hidden: 5, cols: 1 },
  { rows: 2, hidden: 3, cols: 5 },
  { rows: 5, hidden: 2, cols: 3 },
  { rows: 4, hidden: 4, cols: 4 },
];

export function shapeName({ rows, hidden, cols }: NetworkShape): string {
  return `${rows}x${hidden}x${cols}`;
}

/** Numbers of both signs, uniform up to `scale` in size. */
export function uniform(length: number, scale: number, random: () => number): Float64Array {
  return Float64Array.from({ length }, () => scale * (2 * random() - 1));
}

/** An ensemble of random networks, each with its own target and its own factor on the learning rate. */
export function networkBatch(shape: NetworkShape, count: number, seed: number, scale = 0.8): NetworkBatch {
  const random = seededRandom(seed);
  const { rows, hidden, cols } = shape;
  const entry = scale / Math.sqrt(hidden);
  return {
    shape,
    count,
    first: uniform(count * rows * hidden, entry, random),
    second: uniform(count * hidden * cols, entry, random),
    target: uniform(count * rows * cols, 1, random),
    rateScale: Float64Array.from({ length: count }, (_, network) => 1 / (1 + network)),
  };
}

/** The network of one index, alone. */
export function oneNetwork(batch: NetworkBatch, index: number): NetworkBatch {
  const { rows, hidden, cols } = batch.shape;
  const part = (values: Float64Array, size: number) => values.slice(index * size, (index + 1) * size);
  return {
    shape: batch.shape,
    count: 1,
    first: part(batch.first, rows * hidden),
    second: part(batch.second, hidden * cols),
    target: part(batch.target, rows * cols),
    rateScale: part(batch.rateScale, 1),
  };
}

/** Random modes on their way to random singular values from 0.2 to 1.2, with a null mode at the end of each network. */
export function modeBatch(count: number, modes: number, seed: number): ModeBatch {
  const random = seededRandom(seed);
  return {
    count,
    modes,
    factors: Float64Array.from({ length: count * modes }, () => 0.05 + 0.8 * random()),
    sigmas: Float64Array.from({ length: count * modes }, (_, index) =>
      index % modes === modes - 1 ? 0 : 0.2 + random(),
    ),
    rateScale: Float64Array.from({ length: count }, (_, network) => 1 / (1 + network)),
  };
}

/** Random networks with residuals that have nothing to do with them: the moments must not assume that they do. */
export function perturbedNetworks(shape: NetworkShape, count: number, seed: number): PerturbedNetworks {
  const { first, second, target } = networkBatch(shape, count, seed);
  return { shape, count, layers: { first, second }, residual: target };
}

export function noiseBatch(shape: NetworkShape, replicates: number, seed: number): NoiseBatch {
  const random = seededRandom(seed);
  const { rows, hidden, cols } = shape;
  return {
    replicates,
    first: uniform(replicates * rows * hidden, 2, random),
    second: uniform(replicates * hidden * cols, 2, random),
  };
}
