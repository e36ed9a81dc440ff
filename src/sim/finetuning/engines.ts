import { Matrix } from 'ml-matrix';
import { effectiveSpeed, effectiveTask, effectiveValue } from '../../theory/finetuning.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { unlearnableLoss } from '../../theory/problem.js';
import { rotateModes } from '../../theory/rotated-finetuning.js';
import type { Backend, ModeBatch, NetworkBatch, Weights } from '../backends/backend.js';
import type { EngineChoice, EngineName } from '../scenario/scenario.js';
import { diagonalOf, embedCore, embedDiagonal, productOf, randomBasis } from '../training/network-start.js';
import { layersIn } from '../training/record-training.js';
import type { FineTuningMethod } from './prediction.js';
import type { StartingPoint } from './prepare.js';
import { type FineTuningStudy, sharedValues, type Task, type Tuning } from './tuning.js';

/** A network after fine-tuning, measured. */
export interface Tuned {
  readonly lossPre: number;
  /** Fine-tuning loss, without the regulariser. */
  readonly lossFt: number;
  /** Rise of the pre-training loss, without its cancellation. */
  readonly forgetting: number;
  /** Diagonal of the network in the singular basis of pre-training, one value per mode: `u_iᵀ W v_i`. */
  readonly singularValues: Float64Array;
}

/** How networks of one kind are fine-tuned side by side. */
export interface Tuner<State> {
  /** Memory that one network of a batch takes at its peak, in bytes. */
  readonly bytesPerNetwork: number;
  /** Multiplications and additions that one step of one network takes. */
  readonly workPerStep: number;
  /** The networks before their first step. */
  start(tunings: readonly Tuning[]): State;
  /** All networks after so many steps more. */
  advance(state: State, steps: number): Promise<State>;
  /** The networks, measured; what is not finite has diverged. */
  measure(state: State): Tuned[];
}

/** Networks in the basis of their singular vectors, with what they were before. */
interface ModeState {
  readonly batch: ModeBatch;
  readonly tunings: readonly Tuning[];
}

/**
 * Engine `modes` for fine-tuning: where the tasks share their singular vectors, K steps are scalar recurrences (T4), with a
 * pull λ at `1 + λ` times the rate toward `(σ^ft + λ s_0)/(1 + λ)` (T5).
 *
 * @param starts the checkpoints by position
 */
export function modeTuner(
  { problem, anchor }: FineTuningStudy,
  starts: readonly StartingPoint[],
  backend: Backend,
): Tuner<ModeState> {
  const modes = problem.modes.length;
  const factorsOf = ({ at }: Tuning) => (starts[at]!.trained as Float64Array) ?? starts[at]!.factors;
  return {
    bytesPerNetwork: 8 * 6 * modes,
    workPerStep: 6 * modes,
    start(tunings) {
      const factors = new Float64Array(tunings.length * modes);
      const sigmas = new Float64Array(tunings.length * modes);
      tunings.forEach((tuning, network) => {
        const before = factorsOf(tuning);
        const values = shared(tuning);
        factors.set(before, network * modes);
        problem.modes.forEach(({ sigma }, mode) => {
          const anchored = anchor === 'checkpoint' ? before[mode]! ** 2 : sigma;
          sigmas[network * modes + mode] = effectiveValue(values[mode]!, anchored, tuning.pull);
        });
      });
      const rateScale = Float64Array.from(tunings, ({ rate, pull }) => rate * effectiveSpeed(pull));
      return { batch: { count: tunings.length, modes, factors, sigmas, rateScale }, tunings };
    },
    async advance({ batch, tunings }, steps) {
      const factors = await backend.descendModes(batch, new Array<number>(steps).fill(1));
      return { batch: { ...batch, factors }, tunings };
    },
    measure({ batch, tunings }) {
      return tunings.map((tuning, network): Tuned => {
        const { gaps } = starts[tuning.at]!;
        const before = factorsOf(tuning);
        const values = shared(tuning);
        let lossPre = unlearnableLoss(problem);
        let lossFt = values.slice(modes).reduce((sum, value) => sum + value ** 2, 0);
        let forgetting = 0;
        const singularValues = Float64Array.from(problem.modes, ({ sigma }, mode) => {
          const factor = batch.factors[network * modes + mode]!;
          const after = factor * factor;
          const moved = factor === before[mode] ? 0 : after - before[mode]! ** 2;
          lossPre += (after - sigma) ** 2;
          lossFt += (after - values[mode]!) ** 2;
          forgetting += moved * (after - sigma - gaps[mode]!);
          return after;
        });
        return { lossPre, lossFt, forgetting, singularValues };
      });
    },
  };
}

function shared({ task }: Tuning): readonly number[] {
  const values = sharedValues(task);
  if (values === undefined) throw new Error(`modes do not decouple at ${task.angle} degrees`);
  return values;
}

interface MatrixState {
  readonly batch: NetworkBatch;
  readonly tunings: readonly Tuning[];
}

/** A checkpoint as full matrices. */
interface MatrixStart extends Weights {
  /** `W_0`, the product of the layers. */
  readonly product: Matrix;
}

/**
 * Engine `matrix` for fine-tuning: the full layers of every network, with singular vectors and a hidden basis drawn from the
 * seed, for any angle between the tasks. A pull λ is plain descent on `A_eff` at `1 + λ` times the rate (T5).
 *
 * @param starts the checkpoints by position
 * @param seed of the orthogonal matrices, the same as in pre-training
 */
export function matrixTuner(
  { problem, anchor }: FineTuningStudy,
  starts: readonly StartingPoint[],
  backend: Backend,
  seed: number,
): Tuner<MatrixState> {
  const { rows, hidden, cols } = problem;
  const shape = { rows, hidden, cols };
  const { left, hidden: inner, right } = randomBasis(problem, seed);
  const pretraining = embedDiagonal(left, problem.spectrum, right);
  const most = Math.max(2, Math.floor(KEPT_BYTES / (8 * (rows * hidden + hidden * cols + rows * cols))));
  const startAt = keptByKey(most, (at: number): MatrixStart => {
    const { trained, factors } = starts[at]!;
    const weights = (trained as Weights | undefined) ?? {
      first: flat(embedDiagonal(left, Array.from(factors), inner)),
      second: flat(embedDiagonal(inner, Array.from(factors), right)),
    };
    return { ...weights, product: productOf(shape, weights) };
  });
  const taskMatrix = keptByKey(most, (task: Task) => embedCore(left, rotateModes(task.values, task.angle), right));
  return {
    bytesPerNetwork: 8 * 4 * (rows * hidden + hidden * cols + rows * cols),
    workPerStep: 6 * rows * hidden * cols,
    start(tunings) {
      const count = tunings.length;
      const first = new Float64Array(count * rows * hidden);
      const second = new Float64Array(count * hidden * cols);
      const target = new Float64Array(count * rows * cols);
      tunings.forEach(({ at, task, pull }, network) => {
        const start = startAt(at);
        first.set(start.first, network * rows * hidden);
        second.set(start.second, network * hidden * cols);
        const anchored = anchor === 'checkpoint' ? start.product : pretraining;
        target.set(flat(effectiveTask(taskMatrix(task), anchored, pull)), network * rows * cols);
      });
      const rateScale = Float64Array.from(tunings, ({ rate, pull }) => rate * effectiveSpeed(pull));
      return { batch: { shape, count, first, second, target, rateScale }, tunings };
    },
    async advance({ batch, tunings }, steps) {
      const weights = await backend.descendNetworks(batch, new Array<number>(steps).fill(1));
      return { batch: { ...batch, ...weights }, tunings };
    },
    measure({ batch, tunings }) {
      return tunings.map(({ at, task }, network): Tuned => {
        const before = startAt(at).product;
        const after = productOf(shape, layersIn(batch, shape, network));
        const residual = Matrix.sub(after, pretraining);
        const moved = Matrix.sub(after, before);
        const missed = Matrix.sub(after, taskMatrix(task));
        return {
          lossPre: residual.dot(residual),
          lossFt: missed.dot(missed),
          forgetting: moved.dot(residual) + moved.dot(Matrix.sub(before, pretraining)),
          singularValues: diagonalOf(after, { left, right }, problem.modes.length),
        };
      });
    },
  };
}

function flat(matrix: Matrix): Float64Array {
  return Float64Array.from(matrix.to1DArray());
}

/** Memory for checkpoints as matrices, and for tasks, that are kept for the next network that needs them. */
const KEPT_BYTES = 16 * 2 ** 20;

/** Remembers the latest results, since neighbours in an ensemble share their checkpoint or their task. */
function keptByKey<Key, Value>(most: number, compute: (key: Key) => Value): (key: Key) => Value {
  const kept = new Map<Key, Value>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const value = compute(key);
    if (kept.size >= most) kept.delete(kept.keys().next().value as Key);
    kept.set(key, value);
    return value;
  };
}

/** What of a study decides which engines can run it. */
export interface EngineDemands {
  readonly tasks: readonly Task[];
  readonly pretraining: 'flow' | 'descent';
  readonly finetuning: FineTuningMethod;
}

/**
 * The engine of a study: the one that was asked for, or for `auto` the cheapest that covers it.
 *
 * @throws InvalidInputError when the one that was asked for does not cover it, naming one that does
 */
export function fineTuningEngine(choice: EngineChoice, demands: EngineDemands): EngineName {
  const { tasks, pretraining, finetuning } = demands;
  const turned = tasks.find((task) => sharedValues(task) === undefined);
  const engine = choice === 'auto' ? cheapest(demands, turned !== undefined) : choice;
  if (finetuning === 'flow' && engine !== 'exact') {
    throw new InvalidInputError(
      'finetuning',
      finetuning,
      `descent with the engine ${engine}; gradient flow is a closed form, which the engine exact covers`,
    );
  }
  if (pretraining === 'descent' && engine === 'exact') {
    throw new InvalidInputError(
      'pretraining',
      pretraining,
      'flow with the engine exact, which simulates nothing; the engines modes and matrix take descent',
    );
  }
  if (turned !== undefined && engine === 'modes') {
    throw new InvalidInputError(
      '--engine',
      engine,
      `matrix or exact at an angle of ${turned.angle} degrees, where turned singular vectors couple the modes`,
    );
  }
  return engine;
}

function cheapest({ finetuning }: EngineDemands, isTurned: boolean): EngineName {
  if (finetuning === 'flow') return 'exact';
  return isTurned ? 'matrix' : 'modes';
}
