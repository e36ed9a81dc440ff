import type { FineTuning } from '../../theory/finetuning.js';
import { gap, singularValue } from '../../theory/mode.js';
import { createProblem, type Problem } from '../../theory/problem.js';
import { loss, unlearnableLoss } from '../../theory/trajectory.js';
import type { Backend, Weights } from '../backends/backend.js';
import { descentWork, type Work } from '../backends/gpu-js/gpu-threshold.js';
import { interruptible } from '../backends/interruptible-backend.js';
import { fastestInFloat64, openBackend } from '../backends/open-backend.js';
import { closedForm, computedOn, eventLoopTurns } from '../scenario/compute.js';
import { lossAccuracy } from '../scenario/loss-accuracy.js';
import { requireShapeMemory, requireTableMemory } from '../scenario/memory.js';
import type { Compute, RunContext, RunEvent } from '../scenario/scenario.js';
import {
  learningRateParameter,
  shapeParameters,
  spectrumParameter,
  tauParameter,
  timesParameter,
} from '../scenario/shared.js';
import type { Row } from '../scenario/table.js';
import { hasDiverged, type TrainedCheckpoint } from '../training/checkpoint.js';
import type { EngineName } from '../training/engine-name.js';
import {
  type Pretraining,
  preparePretraining,
  resolvePretraining,
  type SimulatedPretraining,
} from '../training/pretraining.js';
import type { RoundingModel } from '../training/recurrence.js';
import { fineTuningEngine, matrixTuner, modeTuner } from './engines.js';
import { type ExpectedTuning, expectTuning } from './expected-tuning.js';
import {
  anchorParameter,
  methodParameter,
  pretrainingParameter,
  resolveTarget,
  type Target,
  targetValues,
} from './finetuning-parameters.js';
import { type EnsembleEvent, tuneEnsemble } from './networks.js';
import { type FineTuningMethod, float64ByNature, float64ByRounding, UNIT_ROUNDOFF } from './prediction.js';
import type { FineTuningStudy, Tuning } from './tuning.js';

/** Parameters of a scenario that fine-tunes every checkpoint on one new task. */
export interface OneTaskParameters extends FineTuningParameters {
  readonly target: Target;
  readonly angle: number;
}

/** How checkpoints are made in these scenarios, so that their runs can be laid side by side. */
export const checkpointParameters = {
  ...shapeParameters(32),
  spectrum: spectrumParameter('power:0.5'),
  tau: tauParameter(10),
  times: timesParameter('log:1:300:40'),
};

/** What every scenario of fine-tuning lets a user choose about how it is done. */
export const methodParameters = {
  anchor: anchorParameter,
  pretraining: pretrainingParameter,
  finetuning: methodParameter,
  learningRate: learningRateParameter,
};

/**
 * Completes the parameters of such a scenario.
 *
 * @param curves values of which each fine-tunes every checkpoint once
 * @param cells cells of one network in the tables; its modes take as much again for each
 * @throws InvalidInputError when spectrum or target do not fit the shape, or the tables would not fit in memory
 */
export function resolveOneTask<Parameters extends OneTaskParameters>(
  parsed: Record<string, unknown>,
  curves: (parameters: Parameters) => readonly number[],
  cells: number,
): Parameters {
  const parameters = resolvePretraining(parsed as unknown as Parameters);
  const { times, spectrum, target } = parameters;
  const networks = times.length * curves(parameters).length;
  requireTableMemory('times', `${times.length} times`, networks * (cells + spectrum.length));
  return { ...parameters, target: resolveTarget(target, spectrum) };
}

/** The new task in numbers, once the seed is known. */
export function taskOf({ target, spectrum, angle }: OneTaskParameters, seed: number): Tuning['task'] {
  return { values: targetValues(target, spectrum, seed), angle };
}

/** Rows of `taskColumns`. */
export function taskRows(spectrum: readonly number[], { values }: Tuning['task']): Row[] {
  return spectrum.map((sigma, mode) => [mode + 1, sigma, values[mode]!]);
}

/** A checkpoint from which networks are fine-tuned. */
export interface StartingPoint {
  readonly time: number;
  /** Factors D of the modes in exact arithmetic. */
  readonly factors: Float64Array;
  /** What the modes lack, `σ − D²`, with full relative accuracy where it is known. */
  readonly gaps: Float64Array;
  /** The network that pre-training by descent left, in the form of the engine; absent where it is built from `factors`. */
  readonly trained?: Float64Array | Weights;
  /**
   * What `factors` leave out of the network, in the Frobenius norm: rounding in pre-training on full matrices fills the
   * entries beside the diagonal. 0 where there are none.
   */
  readonly beside: number;
  /** Pre-training loss of the checkpoint. */
  readonly loss: number;
}

/** The checkpoint of the pre-training flow at a time, in closed form. */
export function flowStartingPoint(problem: Problem, time: number): StartingPoint {
  return {
    time,
    factors: Float64Array.from(problem.modes, (mode) => Math.sqrt(singularValue(mode, time))),
    gaps: Float64Array.from(problem.modes, (mode) => gap(mode, time)),
    loss: loss(problem, time),
    beside: 0,
  };
}

/** Takes the place of the checkpoints of the flow by those of a simulated pre-training. */
export async function* pretrain(
  problem: Problem,
  engine: EngineName,
  descent: SimulatedPretraining | undefined,
  starts: (StartingPoint | undefined)[],
): AsyncGenerator<RunEvent, void, undefined> {
  if (descent === undefined) return;
  let done = 0;
  let divergedAt: number | undefined;
  for await (const recorded of descent.recorded()) {
    if (!hasDiverged(recorded)) starts[done] = trainedStartingPoint(problem, engine, recorded);
    else {
      if (divergedAt === undefined) yield descent.divergence(recorded.divergedAt);
      divergedAt = recorded.divergedAt;
      starts[done] = undefined;
    }
    done++;
    yield { kind: 'progress', done, total: starts.length, label: 'pre-training' };
  }
}

function trainedStartingPoint(
  problem: Problem,
  engine: EngineName,
  { time, singularValues, loss, network: { layers } }: TrainedCheckpoint,
): StartingPoint {
  const trained = 'factors' in layers ? layers.factors : (layers satisfies Weights);
  const gaps = Float64Array.from(problem.modes, ({ sigma }, mode) => sigma - singularValues[mode]!);
  const onDiagonal = gaps.reduce((sum, value) => sum + value * value, unlearnableLoss(problem));
  return {
    time,
    factors:
      engine === 'modes'
        ? (trained as Float64Array)
        : singularValues.map((value) => Math.sqrt(Math.max(0, value))),
    gaps,
    trained,
    loss,
    beside: engine === 'modes' ? 0 : Math.sqrt(Math.max(0, loss - onDiagonal)),
  };
}

/** Parameters of every scenario that fine-tunes. */
export interface FineTuningParameters extends Pretraining {
  readonly steps: number;
  readonly anchor: FineTuning['anchor'];
  readonly pretraining: 'flow' | 'descent';
  readonly finetuning: FineTuningMethod;
}

/** How a study of fine-tuning is computed; `simulation` is absent for closed forms. */
export interface PreparedFineTuning {
  readonly study: FineTuningStudy;
  readonly compute: Compute;
  readonly simulation?: FineTuningSimulation;
}

/** Fine-tuning that is ready to start. */
export interface FineTuningSimulation {
  readonly engine: 'modes' | 'matrix';
  readonly warnings: readonly string[];
  /** Pre-trains where checkpoints come from descent; has to be run to its end before anything else. */
  pretrain(): AsyncGenerator<RunEvent, void, undefined>;
  /** The checkpoint at a position; undefined where pre-training had diverged. */
  start(at: number): StartingPoint | undefined;
  /** What a network must give, with the bound on rounding in the arithmetic that runs. */
  expect(tuning: Tuning): ExpectedTuning;
  /**
   * Fine-tunes an ensemble whose checkpoints are all there.
   *
   * @param divergedAt steps at which networks are known to diverge, by position
   */
  tune(
    tunings: readonly Tuning[],
    divergedAt: readonly (number | undefined)[],
  ): AsyncGenerator<EnsembleEvent, void, undefined>;
  dispose(): Promise<void>;
}

/**
 * Chooses engine and backend of a study and opens the backend; the caller disposes of the simulation.
 *
 * @param tunings all networks of the study, or those by which its precision is chosen
 * @throws InvalidInputError when the engine or backend cannot do it, or it would not fit in memory
 */
export async function prepareFineTuning(
  parameters: FineTuningParameters,
  tunings: readonly Tuning[],
  context: RunContext,
): Promise<PreparedFineTuning> {
  const problem = createProblem(parameters);
  const { times, steps, anchor, pretraining, finetuning } = parameters;
  const study: FineTuningStudy = { problem, times, steps, anchor };
  const tasks = [...new Set(tunings.map(({ task }) => task))];
  const engine = fineTuningEngine(context.engine, { tasks, pretraining, finetuning });
  if (engine === 'exact') return { study, compute: closedForm(context) };
  requireNetworkMemory(problem, engine, pretraining === 'descent' ? times.length : 0);
  const flow = times.map((time) => flowStartingPoint(problem, time));
  const kind = engine === 'modes' ? 'scalar' : 'matrix';
  const choosesPrecision = context.backend === 'auto';
  const nature = choosesPrecision ? float64ByNature(study, engine, flow, tunings) : undefined;
  const predicted =
    choosesPrecision && nature === undefined
      ? await expectInFloat32(study, flow, tunings, kind, context.signal)
      : new Map<Tuning, ExpectedTuning>();
  const reason = nature ?? float64ByRounding(study, predicted);
  const work = engine === 'matrix' ? descentWork(problem, tunings.length, steps) : undefined;
  const opened = await open(parameters, engine, context, reason, work);
  const { backend } = opened;
  const model = { kind, unitRoundoff: UNIT_ROUNDOFF[backend.precision] } as const;
  const starts: (StartingPoint | undefined)[] = [...flow];
  if (model.unitRoundoff !== UNIT_ROUNDOFF.f32 || pretraining !== 'flow') predicted.clear();
  return {
    study,
    compute: computedOn(engine, backend, context, opened.reason),
    simulation: {
      engine,
      warnings: opened.descent?.warnings ?? [],
      pretrain: () => pretrain(problem, engine, opened.descent, starts),
      start: (at) => starts[at],
      expect: (tuning) => predicted.get(tuning) ?? expectTuning(study, starts[tuning.at]!, tuning, model),
      async *tune(members, divergedAt) {
        const known = (index: number) => divergedAt[index];
        const from = starts as readonly StartingPoint[];
        if (engine === 'modes') yield* tuneEnsemble(modeTuner(study, from, backend), members, steps, known);
        else {
          yield* tuneEnsemble(matrixTuner(study, from, backend, context.seed), members, steps, known);
        }
      },
      dispose: () => backend.dispose(),
    },
  };
}

/** What each network must give, with the bound on rounding in float32. */
async function expectInFloat32(
  study: FineTuningStudy,
  starts: readonly StartingPoint[],
  tunings: readonly Tuning[],
  kind: RoundingModel['kind'],
  signal: AbortSignal | undefined,
): Promise<Map<Tuning, ExpectedTuning>> {
  const turn = eventLoopTurns(signal);
  const model = { kind, unitRoundoff: UNIT_ROUNDOFF.f32 };
  const expected = new Map<Tuning, ExpectedTuning>();
  for (const tuning of tunings) {
    await turn();
    expected.set(tuning, expectTuning(study, starts[tuning.at]!, tuning, model));
  }
  return expected;
}

interface Opened {
  readonly backend: Backend;
  readonly reason: string;
  readonly descent?: SimulatedPretraining;
}

async function open(
  parameters: FineTuningParameters,
  engine: EngineName,
  context: RunContext,
  reason: string | undefined,
  work: Work | undefined,
): Promise<Opened> {
  if (parameters.pretraining === 'flow') {
    const { backend, reason: why } = await (context.openBackend ?? openBackend)(
      context.backend,
      reason,
      work,
    );
    return { backend: interruptible(backend, context), reason: why };
  }
  const backend = reason === undefined ? context.backend : await fastestInFloat64();
  const { compute, simulated } = await preparePretraining(
    parameters,
    [engine],
    { ...context, engine, backend },
    lossAccuracy(parameters),
  );
  return { backend: simulated!.backend, reason: reason ?? compute.reason, descent: simulated! };
}

/** Matrices that a batch of one network and what surrounds it hold at the same time, in float64. */
const LIVE_MATRICES = 16;

function requireNetworkMemory({ rows, hidden, cols }: Problem, engine: EngineName, kept: number): void {
  const matrices = rows * hidden + hidden * cols + rows * cols;
  const bases = engine === 'matrix' ? 3 * (rows * rows + hidden * hidden + cols * cols) : 0;
  const perCheckpoint = engine === 'matrix' ? rows * hidden + hidden * cols : Math.min(rows, hidden, cols);
  requireShapeMemory(
    { rows, hidden, cols },
    8 * (LIVE_MATRICES * (engine === 'matrix' ? matrices : 0) + bases + kept * perCheckpoint),
  );
}
