import type { Backend, Weights } from '../backends/backend.js';
import { layersAt } from '../engines/layers-at.js';
import { sideBySide } from '../engines/side-by-side.js';
import { innerLoop } from '../optimizers/inner-loop.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { SourceData } from './source-data.js';
import { coveredLoss } from './summed-loss.js';

/** Networks that are trained on several sources until their summed loss has come to their goals. */
export interface GoalTraining {
  readonly dim: number;
  /** The task A of all sources, dim × dim row by row. */
  readonly task: Float64Array;
  readonly optimizer: Optimizer;
  readonly rate: number;
  /** Length of the steps of the inner loop; null for descent on the summed loss. */
  readonly innerStep: number | null;
  /** Steps of the optimiser after which a network is given up. */
  readonly patience: number;
}

/** One network, before. */
export interface Apprentice {
  readonly layers: Weights;
  readonly data: SourceData;
  /** Summed losses, decreasing. */
  readonly goals: readonly number[];
}

/** A network that came to a goal. */
export interface AtGoal {
  readonly layers: Weights;
  readonly steps: number;
}

/** What became of one network. */
export interface Graduate {
  /** One entry for each of its goals, undefined where it did not come there. */
  readonly reached: readonly (AtGoal | undefined)[];
  /** Steps of the optimiser after which its loss was first seen not to be finite. */
  readonly divergedAt: number | undefined;
}

/**
 * Steps of the optimiser between two looks at the losses. Even, since the inner loop takes the sources forwards and backwards by turns, so
 * that every call sees the same inputs.
 */
const LOOK = 4;

/** Halvings of the line between two looks. */
const HALVINGS = 45;

/**
 * Trains all networks side by side. Training is looked at every four steps, and what comes to a goal is the network on the straight line
 * between two looks that has this very loss.
 */
export async function trainToGoals(
  backend: Backend,
  apprentices: readonly Apprentice[],
  training: GoalTraining,
): Promise<Graduate[]> {
  const { dim, task, patience } = training;
  const lossOf = (layers: Weights, at: number) => coveredLoss(layers, task, apprentices[at]!.data.sum, dim);
  const divergedAt = apprentices.map((): number | undefined => undefined);
  const results: AtGoal[][] = apprentices.map(({ layers, goals }, at) => {
    const loss = lossOf(layers, at);
    return goals.filter((goal) => loss <= goal).map(() => ({ layers, steps: 0 }));
  });
  const isDone = (at: number) =>
    divergedAt[at] !== undefined || results[at]!.length === apprentices[at]!.goals.length;
  const run = runOf(apprentices, training);
  const shape = { rows: dim, hidden: dim, cols: dim };
  let state = sideBySide(
    shape,
    apprentices.map(({ layers }) => ({ layers, target: task })),
    run.optimizer,
  );
  let steps = 0;
  while (steps < patience && !apprentices.every((_, at) => isDone(at))) {
    const next = await backend.optimizeNetworks(state, run);
    apprentices.forEach(({ goals }, at) => {
      if (isDone(at)) return;
      const [before, after] = [layersAt(state, shape, at), layersAt(next, shape, at)];
      const loss = lossOf(after, at);
      if (!Number.isFinite(loss)) divergedAt[at] = steps + LOOK;
      while (!isDone(at) && loss <= goals[results[at]!.length]!) {
        const goal = goals[results[at]!.length]!;
        const share = firstShare((part) => lossOf(between(before, after, part), at) <= goal);
        results[at]!.push({ layers: between(before, after, share), steps: steps + LOOK * share });
      }
    });
    state = next;
    steps += LOOK;
  }
  return apprentices.map(({ goals }, at) => ({
    reached: goals.map((_, goal) => results[at]![goal]),
    divergedAt: divergedAt[at],
  }));
}

/** Four steps of the optimiser: on the summed loss, or as many loops over the sources. */
function runOf(apprentices: readonly Apprentice[], { dim, optimizer, rate, innerStep }: GoalTraining) {
  const { sources } = apprentices[0]!.data;
  const perStep = innerStep === null ? 1 : sources.length;
  const count = LOOK * perStep;
  const inputs = new Float64Array(count * apprentices.length * dim * dim);
  for (let step = 0; step < count; step++) {
    const place = step % perStep;
    const isForwards = Math.floor(step / perStep) % 2 === 0;
    apprentices.forEach(({ data }, at) => {
      const seen =
        innerStep === null ? data.sum : data.projections[isForwards ? place : perStep - 1 - place]!;
      inputs.set(seen, (step * apprentices.length + at) * dim * dim);
    });
  }
  if (innerStep === null) return { optimizer, rates: new Array<number>(count).fill(rate), inputs };
  const looped = innerLoop({ base: optimizer, sources: sources.length, innerStep, rate });
  return { optimizer: looped, rates: new Array<number>(count).fill(1), inputs };
}

/** The network at a share of the straight line between two. */
function between(before: Weights, after: Weights, share: number): Weights {
  const mixed = (from: Float64Array, to: Float64Array) =>
    from.map((value, at) => value + share * (to[at]! - value));
  return { first: mixed(before.first, after.first), second: mixed(before.second, after.second) };
}

/** Where something first holds that holds at 1 and not at 0, by halving. */
function firstShare(holds: (share: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
