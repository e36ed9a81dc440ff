import { Matrix } from 'ml-matrix';
import type { Problem } from '../../../theory/problem.js';
import {
  heldOutBracket,
  innerLoopTerms,
  type SourceCoverage,
  seenResidual,
  sourceCoverage,
  weightNorm,
  weightProduct,
} from '../../../theory/sources.js';
import type { Backend, Weights } from '../../backends/backend.js';
import { randomOrthogonal } from '../../backends/random.js';
import {
  matricesOf,
  networkStart,
  productOf,
  type SingularBasis,
  sideBySide,
  squareShape,
} from '../../training/network-start.js';
import { gradientDescent, optimizerNamed } from '../../training/optimizers.js';
import { layersAt } from '../../training/record-training.js';
import { coveredLoss, trainToGoals } from './goal-training.js';
import type { NexusParameters } from './nexus.js';

/** Directions of inputs that sources of data show. */
export interface SourceData {
  /** Orthonormal columns `F_k`, dim × rank, of every source. */
  readonly sources: readonly Matrix[];
  /**
   * Root of the mean covariance of all sources that could be drawn, the shared directions and the others by the chance that a source
   * shows them: the loss on these inputs is the mean loss on sources that were held out.
   */
  readonly heldOut: Matrix;
  /** `F_kF_kᵀ`, row by row, for the backend, and that of one source that is held out for fine-tuning. */
  readonly projections: readonly Float64Array[];
  readonly tuningProjection: Float64Array;
  /** Their sum over the sources. */
  readonly sum: Float64Array;
  readonly coverage: SourceCoverage;
}

/** How sources are drawn. */
export interface SourceShape {
  readonly dim: number;
  readonly sources: number;
  readonly rank: number;
  readonly overlap: number;
}

/** Singular vectors of the task take the first three random matrices, starts of networks the streams after them. */
const FIRST_MATRIX = 2_000_003;

/** Sources of one training: `overlap` directions that all share, and others that each has drawn from the rest. */
export function drawSources({ dim, sources, rank, overlap }: SourceShape, seed: number, training: number): SourceData {
  const first = FIRST_MATRIX + training * (sources + 2);
  const basis = randomOrthogonal(dim, seed, first);
  const rest = basis.subMatrix(0, dim - 1, overlap, dim - 1);
  const drawn = Array.from({ length: sources + 1 }, (_, which) => {
    const turn = randomOrthogonal(dim - overlap, seed, first + 1 + which);
    const own = rest.mmul(turn.subMatrix(0, dim - overlap - 1, 0, rank - overlap - 1));
    const all = basis.subMatrix(0, dim - 1, 0, rank - 1);
    all.setSubMatrix(own, 0, overlap);
    return all;
  });
  const projections = drawn.map((inputs) => Float64Array.from(inputs.mmul(inputs.transpose()).to1DArray()));
  const [data, seen] = [drawn.slice(0, sources), projections.slice(0, sources)];
  const chance = Math.sqrt((rank - overlap) / (dim - overlap));
  const heldOut = basis.clone();
  for (let column = overlap; column < dim; column++) heldOut.mulColumn(column, chance);
  const sum = new Float64Array(dim * dim);
  for (const projection of seen) {
    projection.forEach((value, at) => {
      sum[at]! += value;
    });
  }
  return {
    sources: data,
    heldOut,
    projections: seen,
    tuningProjection: projections[sources]!,
    sum,
    coverage: sourceCoverage(data, heldOut),
  };
}

/** What is seen of where a network stands, in float64; losses as they are, in units of the loss. */
export interface NetworkMeasures {
  /** Summed loss on the sources. */
  readonly loss: number;
  /** Sum over the sources of the squared distance of the nearest minimiser from the mean of these minimisers. */
  readonly spread: number;
  /** Number of sources that show what is left to learn. */
  readonly coverage: number;
  readonly heldOut: number;
  /** Between which the held-out loss must lie at this summed loss (T0-coverage). */
  readonly heldOutLeast: number;
  readonly heldOutMost: number;
}

/** What the gradients of the sources say of a network. */
export interface GradientMeasures {
  /** Mean cosine between the gradients of two sources. */
  readonly cosine: number;
  /** Cosine between the second-order term of an inner loop and the gradient of the similarity (T0-nexus). */
  readonly alignment: number;
}

/** Looks at where a network stands. @param task A, dim × dim */
export function measureNetwork(layers: Weights, data: SourceData, task: Matrix): NetworkMeasures {
  const residual = Matrix.sub(productOf(squareShape(task.rows), layers), task);
  const { loss, spread, coverage } = seenResidual(residual, data.sources);
  const { least, most } = heldOutBracket(residual, loss, data.coverage);
  return {
    loss,
    spread,
    coverage,
    heldOut: residual.mmul(data.heldOut).norm() ** 2,
    heldOutLeast: least,
    heldOutMost: most,
  };
}

/** Looks at the gradients of the sources at a network. @param task A, dim × dim */
export function measureGradients(layers: Weights, data: SourceData, task: Matrix): GradientMeasures {
  const count = data.sources.length;
  const terms = innerLoopTerms(
    matricesOf(squareShape(task.rows), layers),
    data.sources.map((inputs) => ({ task, inputs })),
  );
  return {
    cosine: terms.similarity / ((count * (count - 1)) / 2),
    alignment:
      weightProduct(terms.secondOrder, terms.ascent) / (weightNorm(terms.secondOrder) * weightNorm(terms.ascent)),
  };
}

/** Fine-tuning by gradient descent on a new task, on held-out inputs. */
export interface HeldOutTuning {
  readonly dim: number;
  /** The new task, dim × dim row by row. */
  readonly target: Float64Array;
  readonly rate: number;
  readonly steps: number;
}

/** Steps of one call at most: second moments of the inputs are handed over for every step. */
const STEPS_PER_CALL = 64;

/** Layers of all networks after fine-tuning, each on the held-out inputs of its training. */
export async function tuneOnHeldOut(
  backend: Backend,
  networks: readonly { readonly layers: Weights; readonly data: SourceData }[],
  { dim, target, rate, steps }: HeldOutTuning,
): Promise<Weights[]> {
  if (networks.length === 0) return [];
  const shape = squareShape(dim);
  let state = sideBySide(
    shape,
    networks.map(({ layers }) => ({ layers, target })),
    gradientDescent,
  );
  const size = dim * dim;
  for (let taken = 0; taken < steps; taken += STEPS_PER_CALL) {
    const now = Math.min(STEPS_PER_CALL, steps - taken);
    const inputs = new Float64Array(now * networks.length * size);
    for (let step = 0; step < now; step++) {
      networks.forEach(({ data }, at) => {
        inputs.set(data.tuningProjection, (step * networks.length + at) * size);
      });
    }
    const rates = new Array<number>(now).fill(rate);
    state = await backend.optimizeNetworks(state, { optimizer: gradientDescent, rates, inputs });
  }
  return networks.map((_, at) => layersAt(state, shape, at));
}

/** What is trained on what. */
export interface NexusStudy extends NexusParameters {
  readonly problem: Problem;
  readonly basis: SingularBasis;
  readonly seed: number;
  /** The task A of all sources and the one of fine-tuning. */
  readonly task: Matrix;
  readonly tuningTask: Matrix;
}

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
  readonly diverged: { readonly training: number; readonly step: number } | undefined;
  /** For every goal one outcome of each training, undefined where it did not come there. */
  readonly outcomes: readonly (readonly (NexusOutcome | undefined)[])[];
}

/** Joint descent and inner loops of every length, for every optimiser, from the same starts on the same sources. */
export async function* nexusSeries(backend: Backend, study: NexusStudy): AsyncGenerator<NexusSeries, void, undefined> {
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
