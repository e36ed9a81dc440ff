import type { Matrix } from 'ml-matrix';
import type { Problem } from '../../../theory/problem.js';
import type { Backend, Weights } from '../../backends/backend.js';
import { networkStart } from '../../training/network-start.js';
import { optimizerNamed } from '../../training/optimizers/optimizer-list.js';
import type { SingularBasis } from '../../training/singular-basis.js';
import { trainToGoals } from './goal-training.js';
import { tuneOnHeldOut } from './held-out-tuning.js';
import {
  type GradientMeasures,
  measureGradients,
  measureNetwork,
  type NetworkMeasures,
} from './network-measures.js';
import { drawSources, type SourceData, type SourceShape } from './source-data.js';
import { coveredLoss } from './summed-loss.js';

/** How networks are trained and looked at. */
export interface NexusSettings extends SourceShape {
  readonly optimizers: readonly string[];
  readonly innerSteps: readonly number[];
  /** Summed losses, decreasing, as shares of that of a network at zero. */
  readonly goals: readonly number[];
  /** Share of its summed loss to which every network settles. */
  readonly settling: number;
  /** Factor of the small rate of each optimiser. */
  readonly pace: number;
  readonly patience: number;
  readonly trainings: number;
  /** Steps of fine-tuning and their rate. */
  readonly steps: number;
  readonly learningRate: number;
}

/** What is trained on what. */
export interface NexusStudy extends NexusSettings {
  readonly problem: Problem;
  readonly basis: SingularBasis;
  readonly seed: number;
  /** The task A of all sources and the one of fine-tuning. */
  readonly task: Matrix;
  readonly tuningTask: Matrix;
}

/** One network at a goal. */
export interface NexusOutcome extends NetworkMeasures, GradientMeasures {
  readonly steps: number;
  /** After joint descent to a share of its loss; undefined where it did not come there. */
  readonly settled: NetworkMeasures | undefined;
  /** Loss on the new task after fine-tuning, and the rise of the summed loss by it. */
  readonly lossFt: number;
  readonly forgetting: number;
}

/** Squared norms of the tasks on the inputs of one training: what losses are shares of. */
export interface NexusNorms {
  readonly sources: number;
  readonly heldOut: number;
  readonly tuning: number;
}

/** All trainings of one optimiser by one method. */
export interface NexusSeries {
  readonly optimizer: string;
  /** Null for joint descent. */
  readonly innerStep: number | null;
  readonly norms: readonly NexusNorms[];
  /** Learning rate of the optimiser. */
  readonly rate: number;
  /** The first training that diverged, and the step after which that was seen. */
  readonly diverged: { readonly training: number; readonly step: number } | undefined;
  /** For every goal one outcome of each training, undefined where it did not come there. */
  readonly outcomes: readonly (readonly (NexusOutcome | undefined)[])[];
}

/** Joint descent and inner loops of every length, for every optimiser, from the same starts on the same sources. */
export async function* nexusSeries(
  backend: Backend,
  study: NexusStudy,
): AsyncGenerator<NexusSeries, void, undefined> {
  const { problem, basis, seed, trainings, dim, goals } = study;
  const task = flat(study.task);
  const zero = { first: new Float64Array(dim * dim), second: new Float64Array(dim * dim) };
  const members = Array.from({ length: trainings }, (_, training) => {
    const data = drawSources(study, seed, training);
    const norms = {
      sources: coveredLoss(zero, task, data.sum, dim),
      heldOut: study.task.mmul(data.heldOut).norm() ** 2,
      tuning: coveredLoss(zero, flat(study.tuningTask), data.tuningProjection, dim),
    };
    const layers = networkStart('random', problem, basis, seed, training);
    return { data, norms, layers, goals: goals.map((goal) => goal * norms.sources) };
  });
  for (const optimizer of study.optimizers) {
    for (const innerStep of [null, ...study.innerSteps]) {
      const method = trainingOf(study, optimizer);
      const found = await trainToGoals(backend, members, { ...method, innerStep });
      const stopped = found.flatMap(({ reached }, at) =>
        reached.flatMap((network, goal) =>
          network === undefined ? [] : [{ ...network, at, goal, data: members[at]!.data }],
        ),
      );
      const looked = await lookAt(backend, study, optimizer, stopped);
      const outcomes = goals.map(() => new Array<NexusOutcome | undefined>(trainings).fill(undefined));
      stopped.forEach(({ at, goal }, index) => {
        outcomes[goal]![at] = looked[index]!;
      });
      const training = found.findIndex(({ divergedAt }) => divergedAt !== undefined);
      yield {
        optimizer,
        innerStep,
        norms: members.map(({ norms }) => norms),
        outcomes,
        rate: method.rate,
        diverged: training < 0 ? undefined : { training, step: found[training]!.divergedAt! },
      };
    }
  }
}

/** What there is to see of stopped networks, before and after they settle and are fine-tuned. */
async function lookAt(
  backend: Backend,
  study: NexusStudy,
  optimizer: string,
  stopped: readonly { readonly layers: Weights; readonly data: SourceData; readonly steps: number }[],
): Promise<NexusOutcome[]> {
  const { dim, task, tuningTask, learningRate: rate, steps } = study;
  if (stopped.length === 0) return [];
  const before = stopped.map(({ layers, data }) => measureNetwork(layers, data, task));
  const settled = await trainToGoals(
    backend,
    stopped.map(({ layers, data }, at) => ({ layers, data, goals: [study.settling * before[at]!.loss] })),
    { ...trainingOf(study, optimizer), innerStep: null },
  );
  const target = flat(tuningTask);
  const tuned = await tuneOnHeldOut(backend, stopped, { dim, target, rate, steps });
  return stopped.map(({ layers, data, steps: taken }, at) => {
    const settledNetwork = settled[at]!.reached[0];
    return {
      ...before[at]!,
      ...measureGradients(layers, data, task),
      steps: taken,
      settled: settledNetwork && measureNetwork(settledNetwork.layers, data, task),
      lossFt: coveredLoss(tuned[at]!, target, data.tuningProjection, dim),
      forgetting: coveredLoss(tuned[at]!, flat(task), data.sum, dim) - before[at]!.loss,
    };
  });
}

function trainingOf({ dim, task, pace, patience, problem }: NexusStudy, name: string) {
  const optimizer = optimizerNamed(name);
  const rate = pace * optimizer.smallRate(problem.spectrum[0]!);
  return { dim, task: flat(task), optimizer, rate, patience };
}

function flat(matrix: Matrix): Float64Array {
  return Float64Array.from(matrix.to1DArray());
}
