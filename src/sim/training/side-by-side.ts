import type { NetworkShape, OptimizedNetworks, Weights } from '../backends/backend.js';
import type { Optimizer } from './optimizers/optimizer.js';

/** A network that stands beside others, and its task, rows × cols. */
export interface Neighbour {
  readonly layers: Weights;
  readonly target: Float64Array;
}

/** Networks before training by an optimiser, which has remembered nothing yet. */
export function sideBySide(
  shape: NetworkShape,
  networks: readonly Neighbour[],
  optimizer: Pick<Optimizer, 'moments'>,
): OptimizedNetworks {
  const { rows, hidden, cols } = shape;
  const joined = (size: number, part: (network: Neighbour) => Float64Array) => {
    const all = new Float64Array(networks.length * size);
    networks.forEach((network, at) => {
      all.set(part(network), at * size);
    });
    return all;
  };
  const first = joined(rows * hidden, ({ layers }) => layers.first);
  const second = joined(hidden * cols, ({ layers }) => layers.second);
  return {
    shape,
    count: networks.length,
    first,
    second,
    target: joined(rows * cols, ({ target }) => target),
    rateScale: new Float64Array(networks.length).fill(1),
    moments: Array.from({ length: optimizer.moments }, () => ({
      first: new Float64Array(first.length),
      second: new Float64Array(second.length),
    })),
    taken: 0,
  };
}

/** Those networks of an ensemble that stand at these places, with all that the optimiser remembers of them. */
export function onlySome(networks: OptimizedNetworks, places: readonly number[]): OptimizedNetworks {
  const { rows, hidden, cols } = networks.shape;
  const chosen = (values: Float64Array, size: number) => {
    const left = new Float64Array(places.length * size);
    places.forEach((place, at) => {
      left.set(values.subarray(place * size, (place + 1) * size), at * size);
    });
    return left;
  };
  const layers = ({ first, second }: Weights): Weights => ({
    first: chosen(first, rows * hidden),
    second: chosen(second, hidden * cols),
  });
  return {
    ...networks,
    ...layers(networks),
    count: places.length,
    target: chosen(networks.target, rows * cols),
    rateScale: chosen(networks.rateScale, 1),
    moments: networks.moments.map(layers),
  };
}
