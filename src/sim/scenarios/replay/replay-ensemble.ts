import type { Backend, OptimizedNetworks, Weights } from '../../backends/backend.js';
import { gradientDescent } from '../../training/optimizers.js';
import { layersAt } from '../../training/record-training.js';
import type { BlockData, BlockTasks } from './replay-runs.js';

/** A network in training: its layers, its data and its learning rate. */
export interface BlockNetwork {
  readonly layers: Weights;
  readonly data: BlockData;
  readonly rate: number;
}

/** Steps of one call at most where second moments of the inputs are handed over for every step. */
const STEPS_PER_CALL = 64;

/**
 * The layers of all networks after so many steps of gradient descent.
 *
 * @param inputs keeps what is handed over for the next call on the same networks
 */
export async function advanceBlocks(
  backend: Backend,
  tasks: Pick<BlockTasks, 'rows' | 'block'>,
  hidden: number,
  networks: readonly BlockNetwork[],
  steps: number,
  inputs = new BlockInputs(tasks.block),
): Promise<Weights[]> {
  const results: Weights[] = [];
  const seen = networks.map(({ data: { weights } }) => {
    if (weights[1] === 0) return 'old';
    return weights[0] === 0 ? 'new' : 'both';
  });
  for (const blocks of ['old', 'new', 'both'] as const) {
    const members = networks.flatMap((_, at) => (seen[at] === blocks ? [at] : []));
    if (members.length === 0) continue;
    const chosen = members.map((at) => networks[at]!);
    const after =
      blocks === 'both'
        ? await advanceBoth(backend, tasks, hidden, chosen, steps, inputs)
        : await advanceOne(backend, tasks, hidden, chosen, steps, blocks === 'old' ? 0 : 1);
    members.forEach((at, index) => {
      results[at] = after[index]!;
    });
  }
  return results;
}

/** Networks that see inputs of one block only: plain descent on it, as fast as there is much of it, and the other block stays. */
async function advanceOne(
  backend: Backend,
  { rows, block }: Pick<BlockTasks, 'rows' | 'block'>,
  hidden: number,
  networks: readonly BlockNetwork[],
  steps: number,
  side: 0 | 1,
): Promise<Weights[]> {
  const [firstSize, secondSize] = [rows * hidden, hidden * block];
  const second = new Float64Array(networks.length * secondSize);
  const rowOf = (unit: number) => (2 * unit + side) * block;
  networks.forEach(({ layers }, at) => {
    for (let unit = 0; unit < hidden; unit++) {
      const seen = layers.second.subarray(rowOf(unit), rowOf(unit) + block);
      second.set(seen, at * secondSize + unit * block);
    }
  });
  const after = await backend.descendNetworks(
    {
      shape: { rows, hidden, cols: block },
      count: networks.length,
      first: joined(networks, firstSize, ({ layers }) => layers.first),
      second,
      target: joined(networks, rows * block, ({ data }) => data.targets[side].to1DArray()),
      rateScale: Float64Array.from(networks, ({ rate, data }) => rate * data.weights[side]),
    },
    new Array<number>(steps).fill(1),
  );
  return networks.map(({ layers }, at) => {
    const whole = layers.second.slice();
    for (let unit = 0; unit < hidden; unit++) {
      const from = at * secondSize + unit * block;
      whole.set(after.second.subarray(from, from + block), rowOf(unit));
    }
    return { first: after.first.slice(at * firstSize, (at + 1) * firstSize), second: whole };
  });
}

/** Networks that see inputs of both blocks, more of one than of the other. */
async function advanceBoth(
  backend: Backend,
  { rows, block }: Pick<BlockTasks, 'rows' | 'block'>,
  hidden: number,
  networks: readonly BlockNetwork[],
  steps: number,
  inputs: BlockInputs,
): Promise<Weights[]> {
  const shape = { rows, hidden, cols: 2 * block };
  let state: OptimizedNetworks = {
    shape,
    count: networks.length,
    first: joined(networks, rows * hidden, ({ layers }) => layers.first),
    second: joined(networks, hidden * 2 * block, ({ layers }) => layers.second),
    target: joined(networks, rows * 2 * block, ({ data }) => besideEachOther(data, rows, block)),
    rateScale: Float64Array.from(networks, ({ rate }) => rate),
    moments: [],
    taken: 0,
  };
  for (let taken = 0; taken < steps; taken += STEPS_PER_CALL) {
    const now = Math.min(STEPS_PER_CALL, steps - taken);
    const rates = new Array<number>(now).fill(1);
    state = await backend.optimizeNetworks(state, {
      optimizer: gradientDescent,
      rates,
      inputs: inputs.of(networks, now),
    });
  }
  return networks.map((_, at) => layersAt(state, shape, at));
}

/** Second moments of the inputs of networks, the same in every step. */
export class BlockInputs {
  private data: readonly BlockData[] = [];
  private inputs = new Float64Array();

  /** @param block inputs of each block */
  constructor(private readonly block: number) {}

  /** Steps × networks × inputs × inputs; those of the call before where it was for the same networks. */
  of(networks: readonly BlockNetwork[], steps: number): Float64Array {
    const { data, inputs, block } = this;
    const size = networks.length * (2 * block) ** 2;
    const isSame = networks.length === data.length && networks.every((one, at) => one.data === data[at]);
    if (isSame && inputs.length >= steps * size) return inputs.subarray(0, steps * size);
    this.data = networks.map((network) => network.data);
    this.inputs = new Float64Array(steps * size);
    const once = joined(networks, (2 * block) ** 2, (network) => covariance(network.data, block));
    for (let step = 0; step < steps; step++) this.inputs.set(once, step * size);
    return this.inputs;
  }
}

function joined(
  networks: readonly BlockNetwork[],
  size: number,
  part: (network: BlockNetwork) => ArrayLike<number>,
): Float64Array {
  const all = new Float64Array(networks.length * size);
  networks.forEach((network, at) => {
    all.set(part(network), at * size);
  });
  return all;
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
  const inputs = new BlockInputs(tasks.block);
  let running = networks.map((_, network) => network);
  running = running.filter((network) => {
    if (isThere(layers[network]!, network)) finish(network, 0);
    return results[network] === undefined;
  });
  for (const [level, stride] of STRIDES.entries()) {
    const near: number[] = [];
    while (running.length > 0) {
      const members = running.map((network) => ({ ...networks[network]!, layers: layers[network]! }));
      const after = await advanceBlocks(backend, tasks, hidden, members, stride, inputs);
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
