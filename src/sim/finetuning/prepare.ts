import type { FineTuning } from '../../theory/finetuning.js';
import { createProblem, type Problem } from '../../theory/problem.js';
import type { Backend } from '../backends/backend.js';
import { descentWork, type Work } from '../backends/gpu-js/gpu-threshold.js';
import { interruptible } from '../backends/interruptible-backend.js';
import { fastestInFloat64, openBackend } from '../backends/open-backend.js';
import { closedForm, computedOn } from '../scenario/compute.js';
import { eventLoopTurns } from '../scenario/event-loop.js';
import { lossAccuracy } from '../scenario/loss-accuracy.js';
import { requireShapeMemory } from '../scenario/memory.js';
import type { Compute, RunContext, RunEvent } from '../scenario/scenario.js';
import type { EngineName } from '../training/engine-name.js';
import { type Pretraining, preparePretraining, type SimulatedPretraining } from '../training/pretraining.js';
import type { RoundingModel } from '../training/recurrence.js';
import { type EnsembleEvent, tuneEnsemble } from './ensemble.js';
import { type ExpectedTuning, expectTuning } from './expected-tuning.js';
import { fineTuningEngine } from './fine-tuning-engine.js';
import { matrixTuner } from './matrix-tuner.js';
import { modeTuner } from './mode-tuner.js';
import { float64ByNature, float64ByRounding, UNIT_ROUNDOFF } from './precision.js';
import type { FineTuningMethod } from './prediction.js';
import { pretrain } from './pretrain.js';
import { flowStartingPoint, type StartingPoint } from './starting-point.js';
import type { FineTuningStudy, Tuning } from './tuning.js';

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
