import type { Backend, OptimizedNetworks, Weights } from '../backends/backend.js';
import { gradientDescent } from '../optimizers/gradient-descent.js';
import type { BlockData } from './replay-method.js';
import type { BlockTasks } from './replay-tasks.js';

/** A network in training: its layers, its data and its learning rate. */
export interface BlockNetwork {
  readonly layers: Weights;
  readonly data: BlockData;
  readonly rate: number;
}

/** Steps of one call at most: second moments of the inputs are handed over for every step. */
const STEPS_PER_CALL = 64;

/** The layers of all networks after so many steps of gradient descent, side by side. */
export async function advanceBlocks(
  backend: Backend,
  { rows, block }: Pick<BlockTasks, 'rows' | 'block'>,
  hidden: number,
  networks: readonly BlockNetwork[],
  steps: number,
): Promise<Weights[]> {
  const count = networks.length;
  const cols = 2 * block;
  const [firstSize, secondSize] = [rows * hidden, hidden * cols];
  const joined = (size: number, part: (network: BlockNetwork) => Float64Array) => {
    const all = new Float64Array(count * size);
    networks.forEach((network, at) => {
      all.set(part(network), at * size);
    });
    return all;
  };
  let state: OptimizedNetworks = {
    shape: { rows, hidden, cols },
    count,
    first: joined(firstSize, ({ layers }) => layers.first),
    second: joined(secondSize, ({ layers }) => layers.second),
    target: joined(rows * cols, ({ data }) => besideEachOther(data, rows, block)),
    rateScale: Float64Array.from(networks, ({ rate }) => rate),
    moments: [],
    taken: 0,
  };
  const covariances = joined(cols * cols, ({ data }) => covariance(data, block));
  for (let taken = 0; taken < steps; taken += STEPS_PER_CALL) {
    const now = Math.min(STEPS_PER_CALL, steps - taken);
    const inputs = new Float64Array(now * covariances.length);
    for (let step = 0; step < now; step++) inputs.set(covariances, step * covariances.length);
    const rates = new Array<number>(now).fill(1);
    state = await backend.optimizeNetworks(state, { optimizer: gradientDescent, rates, inputs });
  }
  return networks.map((_, at) => ({
    first: state.first.slice(at * firstSize, (at + 1) * firstSize),
    second: state.second.slice(at * secondSize, (at + 1) * secondSize),
  }));
}

/** Steps between two looks at the loss, from coarse to every one. */
const STRIDES = [64, 8, 1] as const;

/** A network that reached its goal, and after how many steps; `steps` is undefined where it did not in time. */
export interface Stopped {
  readonly layers: Weights;
  readonly steps: number | undefined;
}

/**
 * Trains every network until its goal is reached, to the step, or for `most` steps.
 *
 * @param most steps of each network
 * @param isThere whether the goal of a network is reached by these layers; taken to stay so
 */
export async function trainUntil(
  backend: Backend,
  tasks: Pick<BlockTasks, 'rows' | 'block'>,
  hidden: number,
  networks: readonly BlockNetwork[],
  most: readonly number[],
  isThere: (layers: Weights, network: number) => boolean,
): Promise<Stopped[]> {
  const layers = networks.map((network) => network.layers);
  const taken = networks.map(() => 0);
  const results: Stopped[] = [];
  const finish = (network: number, steps: number | undefined) => {
    results[network] = { layers: layers[network]!, steps };
  };
  let running = networks.map((_, network) => network);
  running = running.filter((network) => {
    if (isThere(layers[network]!, network)) finish(network, 0);
    return results[network] === undefined;
  });
  for (const [level, stride] of STRIDES.entries()) {
    const near: number[] = [];
    while (running.length > 0) {
      const members = running.map((network) => ({ ...networks[network]!, layers: layers[network]! }));
      const after = await advanceBlocks(backend, tasks, hidden, members, stride);
      const left: number[] = [];
      running.forEach((network, at) => {
        const reached = isThere(after[at]!, network);
        if (reached && level < STRIDES.length - 1) {
          near.push(network);
          return;
        }
        layers[network] = after[at]!;
        taken[network]! += stride;
        if (reached) finish(network, taken[network]);
        else if (taken[network]! >= most[network]!) finish(network, undefined);
        else left.push(network);
      });
      running = left;
    }
    running = near;
  }
  return results;
}

function besideEachOther({ targets }: BlockData, rows: number, block: number): Float64Array {
  const all = new Float64Array(rows * 2 * block);
  targets.forEach((target, side) => {
    for (let row = 0; row < rows; row++) {
      for (let col = 0; col < block; col++) all[row * 2 * block + side * block + col] = target.get(row, col);
    }
  });
  return all;
}

function covariance({ weights }: BlockData, block: number): Float64Array {
  const cols = 2 * block;
  const matrix = new Float64Array(cols * cols);
  for (let col = 0; col < cols; col++) matrix[col * cols + col] = weights[col < block ? 0 : 1]!;
  return matrix;
}
