import { Matrix } from 'ml-matrix';
import { lossBracket } from '../../../theory/loss-bracket.js';
import type { Problem } from '../../../theory/problem.js';
import type { Backend, Weights } from '../../backends/backend.js';
import { networkStart } from '../../training/network-start.js';
import { optimizerNamed } from '../../training/optimizers/optimizer-list.js';
import type { SingularBasis } from '../../training/singular-basis.js';
import type { PairForgetting } from './consistency-verdict.js';
import { type Matched, trainMatched } from './matched-training.js';

/** Two tasks and how networks are trained on them. */
export interface ConsistencyStudy {
  readonly problem: Problem;
  readonly basis: SingularBasis;
  readonly seed: number;
  /** The tasks `A` and `A_ft`. */
  readonly old: Matrix;
  readonly added: Matrix;
  /** Projection on the inputs that fine-tuning shows. */
  readonly inputs: Matrix;
  readonly optimizers: readonly string[];
  /** Losses at which training stops, as shares of the squared norm of the task on its inputs. */
  readonly pretrainingGoal: number;
  readonly finetuningGoal: number;
  /** Factor of the small rate of each optimiser. */
  readonly pace: number;
  readonly patience: number;
  readonly trainings: number;
}

/** All trainings of one pair of optimisers, one number each. */
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
    const base = await matched(
      backend,
      study,
      pretraining,
      starts,
      old,
      all,
      study.pretrainingGoal * old.norm() ** 2,
    );
    for (const finetuning of optimizers) {
      const from = base.map(({ layers }) => layers);
      const tuned = await matched(
        backend,
        study,
        finetuning,
        from,
        added,
        inputs,
        study.finetuningGoal * seenNorm,
      );
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

function productOf({ rows, hidden, cols }: Problem, { first, second }: Weights): Matrix {
  return Matrix.from1DArray(rows, hidden, Array.from(first)).mmul(
    Matrix.from1DArray(hidden, cols, Array.from(second)),
  );
}
