import type { Backend, Weights } from '../../backends/backend.js';
import { innerLoop, type Optimizer } from '../../backends/optimizer.js';
import { onlySome, sideBySide, squareShape } from '../../training/network-start.js';
import { layersIn } from '../../training/record-training.js';
import type { SourceData } from './nexus-runs.js';

/** Room for one row: so short an array takes longer to allocate than to fill. */
let residual = new Float64Array(0);

/**
 * The loss `tr (W1W2 − A)C(W1W2 − A)ᵀ` of a square network, in float64 whatever the backend computes in: it is looked at in every few
 * steps of every network, so that it is a plain loop.
 *
 * @param task A, and `covariance` C, dim × dim row by row
 */
export function coveredLoss(
  { first, second }: Weights,
  task: Float64Array,
  covariance: Float64Array,
  dim: number,
): number {
  if (residual.length !== dim) residual = new Float64Array(dim);
  let loss = 0;
  for (let row = 0; row < dim; row++) {
    for (let col = 0; col < dim; col++) residual[col] = -task[row * dim + col]!;
    for (let inner = 0; inner < dim; inner++) {
      const weight = first[row * dim + inner]!;
      for (let col = 0; col < dim; col++) residual[col]! += weight * second[inner * dim + col]!;
    }
    for (let left = 0; left < dim; left++) {
      let seen = 0;
      for (let right = 0; right < dim; right++) seen += covariance[left * dim + right]! * residual[right]!;
      loss += residual[left]! * seen;
    }
  }
  return loss;
}

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

/** Shares of the line between two looks at which the loss is looked at where it comes to a goal. */
const QUARTERS = [0, 0.25, 0.5, 0.75, 1];

/** Halvings of this line. */
const HALVINGS = 45;

/**
 * Trains all networks side by side, each until it has come to its last goal. Training is looked at every four steps, and what comes to a
 * goal is the network on the straight line between two looks that has this very loss.
 */
export async function trainToGoals(
  backend: Backend,
  apprentices: readonly Apprentice[],
  training: GoalTraining,
): Promise<Graduate[]> {
  const { dim, task, patience } = training;
  const shape = squareShape(dim);
  const lossOf = (layers: Weights, at: number) => coveredLoss(layers, task, apprentices[at]!.data.sum, dim);
  const divergedAt = apprentices.map((): number | undefined => undefined);
  const results: AtGoal[][] = apprentices.map(({ layers, goals }, at) => {
    const loss = lossOf(layers, at);
    return goals.filter((goal) => loss <= goal).map(() => ({ layers, steps: 0 }));
  });
  const isInTraining = (at: number) =>
    divergedAt[at] === undefined && results[at]!.length < apprentices[at]!.goals.length;
  const { optimizer, rates } = stepsOf(apprentices, training);
  let learners = apprentices.flatMap((_, at) => (isInTraining(at) ? [at] : []));
  let inputs = inputsOf(learners, apprentices, training);
  let state = sideBySide(
    shape,
    learners.map((at) => ({ layers: apprentices[at]!.layers, target: task })),
    optimizer,
  );
  let steps = 0;
  while (steps < patience && learners.length > 0) {
    const next = await backend.optimizeNetworks(state, { optimizer, rates, inputs });
    learners.forEach((at, place) => {
      const after = layersIn(next, shape, place);
      const loss = lossOf(after, at);
      if (!Number.isFinite(loss)) divergedAt[at] = steps + LOOK;
      const { goals } = apprentices[at]!;
      while (isInTraining(at) && loss <= goals[results[at]!.length]!) {
        const goal = goals[results[at]!.length]!;
        const before = layersIn(state, shape, place);
        const lossAt = quarticThrough(QUARTERS.map((share) => lossOf(between(before, after, share), at)));
        const share = firstShare((part) => lossAt(part) <= goal);
        results[at]!.push({ layers: between(before, after, share), steps: steps + LOOK * share });
      }
    });
    state = next;
    if (!learners.every(isInTraining)) {
      const places = learners.flatMap((at, place) => (isInTraining(at) ? [place] : []));
      state = onlySome(state, places);
      learners = places.map((place) => learners[place]!);
      inputs = inputsOf(learners, apprentices, training);
    }
    steps += LOOK;
  }
  return apprentices.map(({ goals }, at) => ({
    reached: goals.map((_, goal) => results[at]![goal]),
    divergedAt: divergedAt[at],
  }));
}

/** Steps of the backend between two looks for one of the optimiser. */
function stepsPerStep(apprentices: readonly Apprentice[], { innerStep }: GoalTraining): number {
  return innerStep === null ? 1 : apprentices[0]!.data.sources.length;
}

/** Four steps of the optimiser: on the summed loss, or as many loops over the sources. */
function stepsOf(apprentices: readonly Apprentice[], training: GoalTraining) {
  const { optimizer, rate, innerStep } = training;
  if (innerStep === null) return { optimizer, rates: new Array<number>(LOOK).fill(rate) };
  const sources = stepsPerStep(apprentices, training);
  return {
    optimizer: innerLoop({ base: optimizer, sources, innerStep, rate }),
    rates: new Array<number>(LOOK * sources).fill(1),
  };
}

/** What the networks that are still in training see in these steps. */
function inputsOf(
  learners: readonly number[],
  apprentices: readonly Apprentice[],
  training: GoalTraining,
): Float64Array {
  const { dim, innerStep } = training;
  const perStep = stepsPerStep(apprentices, training);
  const inputs = new Float64Array(LOOK * perStep * learners.length * dim * dim);
  for (let step = 0; step < LOOK * perStep; step++) {
    const place = step % perStep;
    const isForwards = Math.floor(step / perStep) % 2 === 0;
    learners.forEach((at, index) => {
      const { sum, projections } = apprentices[at]!.data;
      const seen = innerStep === null ? sum : projections[isForwards ? place : perStep - 1 - place]!;
      inputs.set(seen, (step * learners.length + index) * dim * dim);
    });
  }
  return inputs;
}

/** The network at a share of the straight line between two. */
function between(before: Weights, after: Weights, share: number): Weights {
  const mixed = (from: Float64Array, to: Float64Array) => from.map((value, at) => value + share * (to[at]! - value));
  return { first: mixed(before.first, after.first), second: mixed(before.second, after.second) };
}

/**
 * The polynomial of fourth degree through values at 0, 1/4, …, 1, as the loss is along a straight line of networks: in Newton's form, by
 * the differences of the values.
 */
export function quarticThrough(values: readonly number[]): (share: number) => number {
  let differences = values;
  const leading = [differences[0]!];
  for (let order = 1; order < values.length; order++) {
    differences = differences.slice(1).map((value, at) => (value - differences[at]!) / order);
    leading.push(differences[0]!);
  }
  return (share) => leading.reduceRight((sum, coefficient, order) => coefficient + (4 * share - order) * sum, 0);
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
