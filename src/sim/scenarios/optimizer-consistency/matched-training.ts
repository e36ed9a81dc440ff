import { Matrix } from 'ml-matrix';
import { lossBracket } from '../../../theory/capacity.js';
import type { Problem } from '../../../theory/problem.js';
import type { Backend, NetworkShape, OptimizedNetworks, Weights } from '../../backends/backend.js';
import type { Optimizer } from '../../backends/optimizer.js';
import { networkStart, productOf, type SingularBasis, sideBySide } from '../../training/network-start.js';
import { optimizerNamed } from '../../training/optimizers.js';
import { layersAt } from '../../training/record-training.js';
import type { OptimizerConsistencyParameters } from './optimizer-consistency.js';
import type { PairForgetting } from './verdict.js';

/** Networks that one optimiser trains on one task, each until its loss is matched. */
export interface MatchedTraining {
  readonly shape: NetworkShape;
  readonly optimizer: Optimizer;
  readonly rate: number;
  /** rows × cols, the same for all. */
  readonly target: Float64Array;
  /** Second moments of the inputs, cols × cols. */
  readonly inputs: Float64Array;
  /** Steps after which a network is given up. */
  readonly patience: number;
  /** Whether a network is trained far enough; it stops where this first holds, to a thousandth of a step. */
  isThere(layers: Weights): boolean;
}

/** A network at the end of a matched training; `steps` is undefined where it did not come there. */
export interface Matched {
  readonly layers: Weights;
  readonly steps: number | undefined;
}

/** Steps of one call. */
const STRIDE = 32;

/** Halvings of the last step. */
const HALVINGS = 10;

/**
 * Trains all networks side by side with a fresh optimiser. Each is stopped within its last step: a step is along one direction whatever its
 * size, so that it is cut to the part that just reaches the goal, by bisection.
 */
export async function trainMatched(
  backend: Backend,
  starts: readonly Weights[],
  training: MatchedTraining,
): Promise<Matched[]> {
  const results: Matched[] = [];
  const { shape, optimizer, target } = training;
  let state = sideBySide(
    shape,
    starts.map((layers) => ({ layers, target })),
    optimizer,
  );
  const missing = () => starts.map((_, at) => at).filter((at) => results[at] === undefined);
  for (const at of missing()) {
    if (training.isThere(starts[at]!)) results[at] = { layers: starts[at]!, steps: 0 };
  }
  while (missing().length > 0 && state.taken < training.patience) {
    const next = await advance(backend, state, training, STRIDE);
    if (missing().some((at) => training.isThere(layersAt(next, training.shape, at)))) {
      let single = state;
      for (let step = 0; step < STRIDE; step++) {
        const after = await advance(backend, single, training, 1);
        const there = missing().filter((at) => training.isThere(layersAt(after, training.shape, at)));
        const cut = there.length === 0 ? [] : await lastSteps(backend, single, training, there);
        there.forEach((at, index) => {
          results[at] = cut[index]!;
        });
        single = after;
      }
      state = single;
    } else state = next;
  }
  for (const at of missing()) {
    results[at] = { layers: layersAt(state, training.shape, at), steps: undefined };
  }
  return results;
}

/** The last step of some networks, cut where the goal is first reached. */
async function lastSteps(
  backend: Backend,
  before: OptimizedNetworks,
  training: MatchedTraining,
  members: readonly number[],
): Promise<Matched[]> {
  const low = new Float64Array(before.count);
  const high = new Float64Array(before.count).fill(1);
  const at = async (rateScale: Float64Array) => advance(backend, { ...before, rateScale }, training, 1);
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = low.map((value, network) => (value + high[network]!) / 2);
    const after = await at(middle);
    for (const network of members) {
      const isThere = training.isThere(layersAt(after, training.shape, network));
      (isThere ? high : low)[network] = middle[network]!;
    }
  }
  const end = await at(high);
  return members.map((network) => ({
    layers: layersAt(end, training.shape, network),
    steps: before.taken + high[network]!,
  }));
}

async function advance(
  backend: Backend,
  state: OptimizedNetworks,
  { optimizer, rate, inputs }: MatchedTraining,
  steps: number,
): Promise<OptimizedNetworks> {
  const all = new Float64Array(steps * state.count * inputs.length);
  for (let part = 0; part < steps * state.count; part++) all.set(inputs, part * inputs.length);
  const rates = new Array<number>(steps).fill(rate);
  return backend.optimizeNetworks(state, { optimizer, rates, inputs: all });
}

/** Two tasks and how networks are trained on them. */
export interface ConsistencyStudy extends OptimizerConsistencyParameters {
  readonly problem: Problem;
  readonly basis: SingularBasis;
  readonly seed: number;
  /** The tasks `A` and `A_ft`. */
  readonly old: Matrix;
  readonly added: Matrix;
  /** Projection on the inputs that fine-tuning shows. */
  readonly inputs: Matrix;
}

export interface OptimizerPair extends PairForgetting {
  readonly lossBefore: readonly number[];
  readonly lossFt: readonly number[];
  readonly lossAfter: readonly number[];
  /** Least pre-training loss at that fine-tuning loss (T4-bracket). */
  readonly least: readonly number[];
  /** Steps of fine-tuning of those that came there. */
  readonly steps: readonly number[];
  readonly reached: number;
}

/** Every optimiser after every other, and after itself, from the same starts. */
export async function* consistencyPairs(
  backend: Backend,
  study: ConsistencyStudy,
): AsyncGenerator<OptimizerPair, void, undefined> {
  const { problem, basis, seed, old, added, inputs, optimizers } = study;
  const starts = Array.from({ length: study.trainings }, (_, training) =>
    networkStart('random', problem, basis, seed, training),
  );
  const seenNorm = added.mmul(inputs).norm() ** 2;
  const distance = Matrix.sub(added, old).mmul(inputs).norm();
  const all = Matrix.eye(problem.cols);
  for (const pretraining of optimizers) {
    const base = await matched(backend, study, pretraining, starts, old, all, study.pretrainingGoal * old.norm() ** 2);
    for (const finetuning of optimizers) {
      const from = base.map(({ layers }) => layers);
      const tuned = await matched(backend, study, finetuning, from, added, inputs, study.finetuningGoal * seenNorm);
      const losses = (networks: readonly Matched[], task: Matrix, data: Matrix) =>
        networks.map(({ layers }) => Matrix.sub(productOf(problem, layers), task).mmul(data).norm() ** 2);
      const [lossBefore, lossAfter] = [losses(base, old, all), losses(tuned, old, all)];
      const lossFt = losses(tuned, added, inputs);
      yield {
        pretraining,
        finetuning,
        lossBefore,
        lossAfter,
        lossFt,
        forgetting: lossAfter.map((after, at) => after - lossBefore[at]!),
        least: lossFt.map((value) => lossBracket(distance, value).least),
        steps: tuned.flatMap(({ steps }) => steps ?? []),
        reached: tuned.filter(({ steps }, at) => steps !== undefined && base[at]!.steps !== undefined).length,
      };
    }
  }
}

function matched(
  backend: Backend,
  { problem, pace, patience }: ConsistencyStudy,
  name: string,
  starts: readonly Weights[],
  task: Matrix,
  data: Matrix,
  goal: number,
): Promise<Matched[]> {
  const { rows, hidden, cols, spectrum } = problem;
  const optimizer = optimizerNamed(name);
  return trainMatched(backend, starts, {
    shape: { rows, hidden, cols },
    optimizer,
    rate: pace * optimizer.smallRate(spectrum[0]!),
    target: Float64Array.from(task.to1DArray()),
    inputs: Float64Array.from(data.to1DArray()),
    patience,
    isThere: (layers) => Matrix.sub(productOf(problem, layers), task).mmul(data).norm() ** 2 <= goal,
  });
}
