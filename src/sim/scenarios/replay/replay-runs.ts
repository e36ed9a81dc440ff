import { Matrix } from 'ml-matrix';
import { type JointLoss, jointLosses, oldLossFloor } from '../../../theory/capacity.js';
import { effectiveTask } from '../../../theory/finetuning.js';
import type { Backend, Weights } from '../../backends/backend.js';
import { fillGaussian, randomOrthogonal } from '../../backends/random.js';
import { embedDiagonal, productOf } from '../../training/network-start.js';
import type { ReplayParameters } from './replay.js';
import { advanceBlocks, trainUntil } from './replay-ensemble.js';

/** What fine-tuning on the new task has beside it. */
export const replayMethods = ['none', 'true-data', 'self-generated', 'pull'] as const;

/**
 * `none`; `true-data`: old inputs with their true outputs; `self-generated`: old inputs with the outputs of the checkpoint; `pull`:
 * the checkpoint's own outputs on the new inputs, as a divergence between distributions would be measured there.
 */
export type ReplayMethod = (typeof replayMethods)[number];

/** What a network is trained on: a target for every block of inputs, and how much of it there is. */
export interface BlockData {
  readonly targets: readonly [Matrix, Matrix];
  /** Variance of the inputs of each block, the weight of its loss. */
  readonly weights: readonly [number, number];
}

/** Pre-training: the old task alone. */
export function pretrainingData({ old, added }: BlockTasks): BlockData {
  return { targets: [old, Matrix.zeros(added.rows, added.columns)], weights: [1, 0] };
}

/**
 * Fine-tuning on the new task.
 *
 * @param replay weight λ of what is beside it
 * @param checkpoint what the network makes of either block before
 */
export function fineTuningData(
  { old, added }: BlockTasks,
  method: ReplayMethod,
  replay: number,
  checkpoint: readonly [Matrix, Matrix],
): BlockData {
  if (method === 'true-data') return { targets: [old, added], weights: [replay, 1] };
  if (method === 'self-generated') return { targets: [checkpoint[0], added], weights: [replay, 1] };
  if (method === 'pull') {
    // T5: the pull is plain fine-tuning on the effective task, 1 + λ times as fast.
    return { targets: [old, effectiveTask(added, checkpoint[1], replay)], weights: [0, 1 + replay] };
  }
  return { targets: [old, added], weights: [0, 1] };
}

/** What a curve varies, the rest being as set. */
export type Sweep = 'pre-training' | 'width' | 'rate' | 'replay';

/** One point of a curve. */
export interface ReplaySetting {
  readonly sweep: Sweep;
  readonly method: ReplayMethod;
  readonly time: number;
  readonly hidden: number;
  readonly rate: number;
  /** Weight λ of replay or pull; 0 for none. */
  readonly replay: number;
}

/** All points of all curves. */
export function replaySettings(grid: ReplayParameters): ReplaySetting[] {
  const { time, hidden, learningRate: rate, replay, times } = grid;
  const of = (
    sweep: Sweep,
    methods: readonly ReplayMethod[],
    varied: keyof ReplaySetting,
    values: readonly number[],
    width = hidden,
  ): ReplaySetting[] =>
    methods.flatMap((method) =>
      values.map((value) => {
        const setting = { sweep, method, time, hidden: width, rate, replay, [varied]: value };
        return method === 'none' ? { ...setting, replay: 0 } : setting;
      }),
    );
  const widest = grid.widths.at(-1)!;
  return [
    ...of('pre-training', replayMethods, 'time', times),
    ...of('pre-training', ['none', 'self-generated'], 'time', widest === hidden ? [] : times, widest),
    ...of('width', replayMethods, 'hidden', grid.widths),
    ...of('rate', ['none', 'self-generated'], 'rate', grid.learningRates),
    ...of('replay', ['true-data', 'self-generated', 'pull'], 'replay', grid.replays),
  ];
}

export function sweptValue({ sweep, time, hidden, rate, replay }: ReplaySetting): number {
  return { 'pre-training': time, width: hidden, rate, replay }[sweep];
}

/** Two tasks on blocks of inputs of their own, with the same outputs. */
export interface BlockTasks {
  readonly rows: number;
  readonly block: number;
  /** `A_1` and `A_2`, rows × block. */
  readonly old: Matrix;
  readonly added: Matrix;
  /** Singular vectors and values of the old task, by which its features are counted. */
  readonly oldLeft: Matrix;
  readonly oldRight: Matrix;
  readonly oldValues: readonly number[];
}

/**
 * Tasks with random singular vectors, those of the outputs orthogonal to each other, so that both together have the rank of both.
 *
 * @param seed of the singular vectors
 */
export function blockTasks(
  rows: number,
  block: number,
  oldValues: readonly number[],
  newValues: readonly number[],
  seed: number,
): BlockTasks {
  const left = randomOrthogonal(rows, seed, 0);
  const [oldRight, newRight] = [randomOrthogonal(block, seed, 1), randomOrthogonal(block, seed, 2)];
  const oldLeft = left.subMatrix(0, rows - 1, 0, oldValues.length - 1);
  const newLeft = left.subMatrix(0, rows - 1, oldValues.length, oldValues.length + newValues.length - 1);
  return {
    rows,
    block,
    old: embedDiagonal(oldLeft, oldValues, oldRight),
    added: embedDiagonal(newLeft, newValues, newRight),
    oldLeft,
    oldRight,
    oldValues,
  };
}

/** Streams of the singular vectors come first. */
const FIRST_STREAM = 3;

/** Both layers before training: Gaussian weights with entries of `e^-tau / √h`. */
export function randomLayers(
  { rows, block }: Pick<BlockTasks, 'rows' | 'block'>,
  hidden: number,
  tau: number,
  seed: number,
  training: number,
): Weights {
  const deviation = Math.exp(-tau) / Math.sqrt(hidden);
  const layer = (size: number, which: number) => {
    const entries = new Float64Array(size);
    fillGaussian(entries, seed, 'basis', FIRST_STREAM + which);
    return entries.map((value) => deviation * value);
  };
  return { first: layer(rows * hidden, 2 * training), second: layer(hidden * 2 * block, 2 * training + 1) };
}

/** What a network with these layers makes of either block: rows × block each. */
export function blockProducts(
  { rows, block }: Pick<BlockTasks, 'rows' | 'block'>,
  hidden: number,
  layers: Weights,
): [Matrix, Matrix] {
  const product = productOf({ rows, hidden, cols: 2 * block }, layers);
  return [product.subMatrix(0, rows - 1, 0, block - 1), product.subMatrix(0, rows - 1, block, 2 * block - 1)];
}

export function squaredDistance(left: Matrix, right: Matrix): number {
  return Matrix.sub(left, right).norm() ** 2;
}

/** Features of the old task that a network has: those above half of their singular value. */
export function learnedFeatures({ oldLeft, oldRight, oldValues }: BlockTasks, product: Matrix): number {
  const seen = oldLeft.transpose().mmul(product).mmul(oldRight);
  return oldValues.filter((sigma, mode) => sigma > 0 && seen.get(mode, mode) > sigma / 2).length;
}

/** The parameters of a run and its seed; its goal is a loss. */
type ReplayRun = ReplayParameters & { readonly seed: number };

/** One training at one setting. */
export interface ReplayOutcome {
  readonly learned: number;
  readonly lossBefore: number;
  readonly lossOld: number;
  readonly lossNew: number;
  /** Steps of fine-tuning; undefined where the goal was not reached. */
  readonly steps: number | undefined;
  /** Least loss on the old task of any network of this width with this loss on the new one (T7-forgetting). */
  readonly floor: number;
}

/** All trainings of one setting. */
export interface ReplayPoint {
  readonly setting: ReplaySetting;
  readonly outcomes: readonly ReplayOutcome[];
}

/**
 * Pre-trains and fine-tunes, width by width, and yields the points of each as they are there.
 *
 * @param settings all points of all curves
 */
export async function* replayPoints(
  backend: Backend,
  tasks: BlockTasks,
  settings: readonly ReplaySetting[],
  training: ReplayRun,
): AsyncGenerator<ReplayPoint[], void, undefined> {
  const widths = [...new Set(settings.map((setting) => setting.hidden))];
  const joint = jointLosses(tasks.old, tasks.added, widths);
  for (const [at, hidden] of widths.entries()) {
    const members = settings.filter((setting) => setting.hidden === hidden);
    const times = [...new Set(members.map(({ time }) => time))].sort((a, b) => a - b);
    const checkpoints = await pretrained(backend, tasks, hidden, times, training);
    yield await fineTuned(backend, tasks, members, checkpoints, joint[at]!, training);
  }
}

/** Layers of every training at every time. */
async function pretrained(
  backend: Backend,
  tasks: BlockTasks,
  hidden: number,
  times: readonly number[],
  { tau, seed, trainings, pretrainingRate }: ReplayRun,
): Promise<ReadonlyMap<number, readonly Weights[]>> {
  const data = pretrainingData(tasks);
  let layers = Array.from({ length: trainings }, (_, index) => randomLayers(tasks, hidden, tau, seed, index));
  const checkpoints = new Map<number, readonly Weights[]>();
  let taken = 0;
  for (const time of times) {
    const steps = Math.round(time / pretrainingRate);
    const networks = layers.map((one) => ({ layers: one, data, rate: pretrainingRate }));
    if (steps > taken) layers = await advanceBlocks(backend, tasks, hidden, networks, steps - taken);
    taken = steps;
    checkpoints.set(time, layers);
  }
  return checkpoints;
}

async function fineTuned(
  backend: Backend,
  tasks: BlockTasks,
  settings: readonly ReplaySetting[],
  checkpoints: ReadonlyMap<number, readonly Weights[]>,
  joint: readonly JointLoss[],
  { goal, patience, trainings }: ReplayRun,
): Promise<ReplayPoint[]> {
  const { hidden } = settings[0]!;
  const members = settings.flatMap((setting) =>
    checkpoints.get(setting.time)!.map((layers) => {
      const before = blockProducts(tasks, hidden, layers);
      const data = fineTuningData(tasks, setting.method, setting.replay, before);
      return { setting, before, network: { layers, data, rate: setting.rate } };
    }),
  );
  const newLoss = newLossOf(tasks, hidden);
  const stopped = await trainUntil(
    backend,
    tasks,
    hidden,
    members.map(({ network }) => network),
    members.map(({ setting }) => Math.ceil(patience / setting.rate)),
    (layers) => newLoss(layers) <= goal,
  );
  const outcomes = members.map(({ before }, at): ReplayOutcome => {
    const { layers, steps } = stopped[at]!;
    const [old, added] = blockProducts(tasks, hidden, layers);
    const lossNew = squaredDistance(added, tasks.added);
    return {
      learned: learnedFeatures(tasks, before[0]),
      lossBefore: squaredDistance(before[0], tasks.old),
      lossOld: squaredDistance(old, tasks.old),
      lossNew,
      steps,
      floor: oldLossFloor(joint, lossNew),
    };
  });
  return settings.map((setting, at) => ({ setting, outcomes: outcomes.slice(at * trainings, (at + 1) * trainings) }));
}

/** The loss on the new task, on plain arrays since it is asked for after every few steps. */
function newLossOf({ rows, block, added }: BlockTasks, hidden: number): (layers: Weights) => number {
  const target = Float64Array.from(added.to1DArray());
  return ({ first, second }) => {
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      for (let col = 0; col < block; col++) {
        let product = 0;
        for (let unit = 0; unit < hidden; unit++) {
          product += first[row * hidden + unit]! * second[(2 * unit + 1) * block + col]!;
        }
        loss += (product - target[row * block + col]!) ** 2;
      }
    }
    return loss;
  };
}
