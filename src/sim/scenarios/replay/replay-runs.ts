import { type JointLoss, jointLossesOf, oldLossFloor } from '../../../theory/forgetting-floor.js';
import type { Backend, Weights } from '../../backends/backend.js';
import { advanceBlocks, trainUntil } from './replay-ensemble.js';
import { fineTuningData, pretrainingData } from './replay-method.js';
import type { ReplaySetting } from './replay-plan.js';
import {
  type BlockTasks,
  blockProducts,
  learnedFeatures,
  randomLayers,
  squaredDistance,
} from './replay-tasks.js';

/** How networks are trained. */
export interface ReplayTraining {
  readonly tau: number;
  readonly seed: number;
  /** Independent random starts. */
  readonly trainings: number;
  readonly pretrainingRate: number;
  /** Loss on the new task at which fine-tuning stops. */
  readonly goal: number;
  /** Gradient-flow time after which fine-tuning is given up. */
  readonly patience: number;
}

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
  training: ReplayTraining,
): AsyncGenerator<ReplayPoint[], void, undefined> {
  const widths = [...new Set(settings.map((setting) => setting.hidden))];
  const joint = jointLossesOf(tasks.old, tasks.added, widths);
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
  { tau, seed, trainings, pretrainingRate }: ReplayTraining,
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
  { goal, patience, trainings }: ReplayTraining,
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
  return settings.map((setting, at) => ({
    setting,
    outcomes: outcomes.slice(at * trainings, (at + 1) * trainings),
  }));
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
