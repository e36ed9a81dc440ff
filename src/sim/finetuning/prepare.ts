import type { FineTuning } from '../../theory/finetuning.js';
import { gap, singularValue } from '../../theory/mode.js';
import { createProblem, loss, type Problem, unlearnableLoss } from '../../theory/problem.js';
import type { Backend, Weights } from '../backends/backend.js';
import { descentWork, float32SavesTime } from '../backends/gpu-js/gpu-threshold.js';
import { eventLoopTurns } from '../scenario/event-loop.js';
import { requireShapeMemory, requireTableMemory } from '../scenario/memory.js';
import type { EngineName, Plan, RunContext, RunEvent, RunRequest } from '../scenario/scenario.js';
import * as shared from '../scenario/shared.js';
import {
  lossAccuracy,
  type ParsedPretraining,
  type Pretraining,
  planPretraining,
  resolvePretraining,
  type SimulatedPretraining,
} from '../training/pretraining.js';
import { hasDiverged, type TrainedCheckpoint } from '../training/record-training.js';
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
import { ensembleOutOfFloat32, type FineTuningMethod, isRoundingVisible, UNIT_ROUNDOFF } from './prediction.js';
import type { FineTuningStudy, Tuning } from './tuning.js';

/** Parameters of a scenario that fine-tunes every checkpoint on one new task. */
export interface OneTaskParameters extends FineTuningParameters {
  readonly target: Target;
  readonly angle: number;
}

/** How checkpoints are made in these scenarios, so that their runs can be laid side by side. */
export const checkpointParameters = {
  ...shared.shapeParameters(32),
  spectrum: shared.spectrumParameter('power:0.5'),
  tau: shared.tauParameter(10),
  times: shared.timesParameter('log:1:300:40'),
};

/** What every scenario of fine-tuning lets a user choose about how it is done. */
export const methodParameters = {
  anchor: anchorParameter,
  pretraining: pretrainingParameter,
  finetuning: methodParameter,
  learningRate: shared.learningRateParameter,
};

/**
 * Completes the parameters of such a scenario.
 *
 * @param curves values of which each fine-tunes every checkpoint once
 * @param cells cells of one network in the tables; its modes take as much again for each
 * @throws InvalidInputError when spectrum or target do not fit the shape, or the tables would not fit in memory
 */
export function resolveOneTask<Parsed extends ParsedPretraining & { readonly target: string | readonly number[] }>(
  parsed: Parsed,
  curves: readonly number[],
  cells: number,
) {
  const parameters = resolvePretraining(parsed);
  const { times, spectrum, target } = parameters;
  const networks = times.length * curves.length;
  requireTableMemory('times', `${times.length} times`, networks * (cells + spectrum.length));
  return { ...parameters, target: resolveTarget(target, spectrum) };
}

export function taskOf({ target, spectrum, angle }: OneTaskParameters, seed: number): Tuning['task'] {
  return { values: targetValues(target, spectrum, seed), angle };
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
      engine === 'modes' ? (trained as Float64Array) : singularValues.map((value) => Math.sqrt(Math.max(0, value))),
    gaps,
    trained,
    loss,
    beside: engine === 'modes' ? 0 : Math.sqrt(Math.max(0, loss - onDiagonal)),
  };
}

export interface FineTuningParameters extends Pretraining {
  readonly steps: number;
  readonly anchor: FineTuning['anchor'];
  readonly pretraining: 'flow' | 'descent';
  readonly finetuning: FineTuningMethod;
}

/** How a study of fine-tuning is computed. */
export interface FineTuningPlan extends Plan {
  /** The study on the backend of the run. */
  prepared(context: RunContext): PreparedFineTuning;
}

/** A study of fine-tuning that is ready to start; `simulation` is absent for closed forms. */
export interface PreparedFineTuning {
  readonly study: FineTuningStudy;
  readonly precision: Backend['precision'];
  readonly simulation?: FineTuningSimulation;
}

export interface FineTuningSimulation {
  readonly engine: 'modes' | 'matrix';
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
}

/**
 * Chooses the engine of a study, and what it needs of a backend.
 *
 * @param tunings all networks of the study, or those by which its precision is chosen
 * @throws InvalidInputError when the engine cannot do it, or it would not fit in memory
 */
export async function planFineTuning(
  parameters: FineTuningParameters,
  tunings: readonly Tuning[],
  request: RunRequest,
): Promise<FineTuningPlan> {
  const problem = createProblem(parameters);
  const { times, steps, anchor, pretraining, finetuning } = parameters;
  const study: FineTuningStudy = { problem, times, steps, anchor };
  const tasks = [...new Set(tunings.map(({ task }) => task))];
  const engine = fineTuningEngine(request.engine, { tasks, pretraining, finetuning });
  if (engine === 'exact') return { engine, prepared: () => ({ study, precision: 'f64' }) };
  requireNetworkMemory(problem, engine, pretraining === 'descent' ? times.length : 0);
  const flow = times.map((time) => flowStartingPoint(problem, time));
  const kind = engine === 'modes' ? 'scalar' : 'matrix';
  const beyond = ensembleOutOfFloat32(study, flow, tunings);
  const work = descentWork(problem, tunings.length, steps);
  const operations = engine === 'matrix' ? work.flops : 6 * problem.modes.length * tunings.length * steps;
  const isAsked = request.backend === 'auto' && beyond === undefined && float32SavesTime(operations);
  const byRounding =
    isAsked && (await showsInFloat32(study, flow, tunings, kind, request.signal))
      ? 'float32 rounding could show in the losses'
      : undefined;
  const descent =
    pretraining === 'flow'
      ? undefined
      : planPretraining(parameters, [engine], { engine }, () => lossAccuracy(problem, times));
  return {
    engine,
    backend: {
      float64Reason: beyond ?? byRounding ?? descent?.backend?.float64Reason,
      operations,
      work: engine === 'matrix' ? work : undefined,
    },
    warnings: (precision) => descent?.warnings?.(precision) ?? [],
    prepared(context) {
      const backend = context.backend!;
      const { precision } = backend;
      const model = { kind, unitRoundoff: UNIT_ROUNDOFF[precision] } as const;
      const starts: (StartingPoint | undefined)[] = [...flow];
      const simulation: FineTuningSimulation = {
        engine,
        pretrain: () => pretrain(problem, engine, descent?.simulated(context), starts),
        start: (at) => starts[at],
        expect: (tuning) => expectTuning(study, starts[tuning.at]!, tuning, model),
        async *tune(members, divergedAt) {
          const known = (index: number) => divergedAt[index];
          const from = starts as readonly StartingPoint[];
          if (engine === 'modes') yield* tuneEnsemble(modeTuner(study, from, backend), members, steps, known);
          else {
            yield* tuneEnsemble(matrixTuner(study, from, backend, context.seed), members, steps, known);
          }
        },
      };
      return { study, precision, simulation };
    },
  };
}

/** Whether rounding in float32 could show in a network that comes to its end. */
async function showsInFloat32(
  study: FineTuningStudy,
  starts: readonly StartingPoint[],
  tunings: readonly Tuning[],
  kind: RoundingModel['kind'],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const turn = eventLoopTurns(signal);
  const { spectrum } = study.problem;
  for (const tuning of tunings) {
    await turn();
    const expected = expectTuning(study, starts[tuning.at]!, tuning, { kind, unitRoundoff: UNIT_ROUNDOFF.f32 });
    if (expected.divergedAt === undefined && isRoundingVisible(spectrum, tuning.task, expected)) return true;
  }
  return false;
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
