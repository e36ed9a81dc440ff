import type { Matrix } from 'ml-matrix';
import type { ScheduleName } from '../../../theory/descent.js';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { createProblem, type Problem } from '../../../theory/problem.js';
import { alignedSharpness, sharpness } from '../../../theory/sharpness.js';
import type { Backend, PerturbedNetworks } from '../../backends/backend.js';
import { descentWork, float32SavesTime } from '../../backends/gpu-js/gpu-threshold.js';
import { type Estimate, estimateExcess, type NoiseReplicates, RunningEstimate } from '../../noise/excess.js';
import { noiseOperations } from '../../noise/noise-curves.js';
import { requireEnsembleMemory } from '../../scenario/memory.js';
import type { EngineChoice, EngineName, Plan, RunContext, RunRequest } from '../../scenario/scenario.js';
import { modeTrainee, optimizerTrainee } from '../../training/engines.js';
import { InputMoments } from '../../training/input-moments.js';
import {
  embedDiagonal,
  matricesOf,
  networkStart,
  randomBasis,
  requireBalanced,
  type SingularBasis,
} from '../../training/network-start.js';
import { optimizerNamed } from '../../training/optimizers.js';
import { float64Reason, stabilityWarnings, UNIT_ROUNDOFF } from '../../training/pretraining.js';
import { type Diverged, recordTraining, type TrainedCheckpoint, type Trainee } from '../../training/record-training.js';
import { type ExpectedTraining, expectTraining, noRounding } from '../../training/recurrence.js';
import { outOfFloat32, type TrainingPlan } from '../../training/training-plan.js';
import { type FlowReference, flowReference, type MatrixStart } from './convergence.js';
import { isDecoupled, peakRate, scheduleOf, schedulePlan } from './rates.js';
import type { ScheduleParameters } from './schedules.js';

/** Independent trainings by one schedule at one recorded time. */
export interface EnsemblePoint {
  readonly time: number;
  readonly loss: Estimate;
  readonly sensitivity: Estimate;
  /** Loss + sensitivity: the standard error of the sum, as loss and sensitivity of one training are not independent. */
  readonly perturbed: Estimate;
  /** Mean of `‖W1‖²` and of `‖W2‖²`, and the Monte Carlo error of the mean sensitivity alone. */
  readonly squaredNorms: readonly [number, number];
  readonly noiseError: number;
  /** Largest eigenvalue of the Hessian, mean over the trainings; null where it was not asked for. */
  readonly sharpness: Estimate | null;
  readonly singularValues: Float64Array;
}

/** What is measured on every training. */
export interface Measurement {
  readonly gamma: number;
  /** Noise of each training, from streams of its own. */
  readonly noise: readonly NoiseReplicates[];
  readonly withSharpness: boolean;
  /** The task `A` where networks are full matrices. */
  readonly target: Matrix | undefined;
}

/**
 * Loss, sensitivity and sharpness of trained networks, with their standard errors over the trainings; for a single one the
 * only error is that of the Monte Carlo noise.
 */
export async function measureEnsemble(
  problem: Problem,
  backend: Backend,
  trained: readonly TrainedCheckpoint[],
  { gamma, noise, withSharpness, target }: Measurement,
): Promise<EnsemblePoint> {
  const losses = new RunningEstimate();
  const sensitivities = new RunningEstimate();
  const sums = new RunningEstimate();
  const sharpnesses = new RunningEstimate();
  let noiseVariance = 0;
  let norms: [number, number] = [0, 0];
  for (const [index, checkpoint] of trained.entries()) {
    const [excess] = await estimateExcess(backend, checkpoint.network, noise[index]!, [gamma]);
    losses.add(checkpoint.loss);
    sensitivities.add(excess!.mean);
    sums.add(checkpoint.loss + excess!.mean);
    noiseVariance += excess!.standardError ** 2;
    const [first, second] = checkpoint.squaredNorms;
    norms = [norms[0] + first / trained.length, norms[1] + second / trained.length];
    if (withSharpness) sharpnesses.add(sharpnessOf(problem, checkpoint, target));
  }
  const noiseError = Math.sqrt(noiseVariance) / trained.length;
  const alone = trained.length === 1;
  const of = (running: RunningEstimate, error: number): Estimate =>
    alone ? { mean: running.result().mean, standardError: error } : running.result();
  return {
    time: trained[0]!.time,
    loss: of(losses, 0),
    sensitivity: of(sensitivities, noiseError),
    perturbed: of(sums, noiseError),
    squaredNorms: norms,
    noiseError,
    sharpness: withSharpness ? of(sharpnesses, 0) : null,
    singularValues: trained[0]!.singularValues,
  };
}

/** Lanczos gets at least this close, relative to the largest eigenvalue, and in general the square of it: a figure shows three digits. */
const SHARPNESS_TOLERANCE = 1e-4;

function sharpnessOf(problem: Problem, checkpoint: TrainedCheckpoint, target: Matrix | undefined): number {
  const { layers }: PerturbedNetworks = checkpoint.network;
  if ('factors' in layers || target === undefined) return alignedSharpness(problem, checkpoint.singularValues);
  const { first, second } = matricesOf(problem, layers);
  return sharpness(first, second, target, { tolerance: SHARPNESS_TOLERANCE });
}

export interface ScheduledTraining {
  readonly schedule: ScheduleName;
  readonly plan: TrainingPlan;
  /** What the steps must give in exact arithmetic, where theory says it (T0). */
  readonly expected: ExpectedTraining | undefined;
  recorded(): AsyncGenerator<readonly TrainedCheckpoint[] | Diverged, void, undefined>;
}

/** How a study of schedules is computed. */
export interface SchedulesPlan extends Plan {
  readonly parameters: ScheduleParameters;
  readonly problem: Problem;
  /** Gradient flow from the same start, to which every schedule of plain descent tends; undefined where no closed form covers it. */
  readonly flow: FlowReference | undefined;
  /** The trainings on the backend of the run; undefined for closed forms. */
  simulated(context: RunContext): ScheduleSimulation | undefined;
}

/** Trainings by every schedule, ready to start. */
export interface ScheduleSimulation {
  readonly backend: Backend;
  readonly trainings: readonly ScheduledTraining[];
  /** The task as a full matrix; undefined where networks are followed mode by mode. */
  readonly target: Matrix | undefined;
}

/** Memory in which the second moments of mini-batches are kept, since every schedule sees the same ones in the same step. */
const KEPT_INPUT_BYTES = 64 * 2 ** 20;

/**
 * Chooses engine and steps, and what they need of a backend.
 *
 * @throws InvalidInputError when the engine does not cover what was asked for, or it would not fit in memory
 */
export function planSchedules(parameters: ScheduleParameters, request: RunRequest): SchedulesPlan {
  const problem = createProblem(parameters);
  const { seed } = request;
  const engine = scheduleEngine(request.engine, parameters);
  const { start, times, batch, trainings, sharpness } = parameters;
  if (start !== 'aligned' || engine === 'matrix') requireEnsembleMemory(problem, trainings);
  // Three orthogonal matrices take cubic time, so every training of the run has the same ones.
  let drawn: SingularBasis | undefined;
  const basisOf = () => {
    drawn ??= randomBasis(problem, seed);
    return drawn;
  };
  const startOf = (replicate: number): MatrixStart => {
    const basis = basisOf();
    return { basis, weights: networkStart(start, problem, basis, seed, replicate) };
  };
  if (engine === 'exact' && start !== 'aligned') requireBalanced(start, problem, startOf(0).weights);
  const flow =
    parameters.optimizer === 'gradient-descent'
      ? flowReference(problem, start, () => startOf(0), sharpness === 'on')
      : undefined;
  if (engine === 'exact') return { parameters, problem, engine, flow, simulated: () => undefined };

  const peak = peakRate(parameters);
  const decoupled = isDecoupled(parameters);
  const kind = engine === 'modes' ? 'scalar' : 'matrix';
  const expect = (plan: TrainingPlan, precision: Backend['precision']) =>
    decoupled ? expectTraining(problem, plan, { kind, unitRoundoff: UNIT_ROUNDOFF[precision] }) : undefined;
  const plans = parameters.schedules.map((name) => {
    const plan = schedulePlan(scheduleOf(name, parameters), times, peak);
    return { name, plan, divergedAt: expectationOf(problem, plan, parameters)?.divergedAt };
  });
  const steps = plans.reduce((sum, { plan }) => sum + plan.totalSteps, 0);
  const work = engine === 'matrix' ? descentWork(problem, trainings, steps) : undefined;
  const draws = plans.length * times.length * trainings * parameters.replicates;
  const operations = (work?.flops ?? 6 * problem.modes.length * steps) + noiseOperations(problem, draws);
  const float64 = decoupled
    ? plans.flatMap(
        ({ plan }) => float64Reason(problem, float32SavesTime(operations) ? expect(plan, 'f32') : undefined) ?? [],
      )[0]
    : outOfFloat32(problem.spectrum[0]!, Math.exp(-parameters.tau), 'initial factors');
  const optimizer = optimizerNamed(parameters.optimizer);
  const inputs =
    batch === 'full' ? undefined : new InputMoments(problem.cols, batch, trainings, seed, 0, KEPT_INPUT_BYTES);
  const ensemble = (backend: Backend) => {
    const members = Array.from({ length: trainings }, (_, replicate) => startOf(start === 'random' ? replicate : 0));
    const starts = members.map(({ weights }) => weights);
    return optimizerTrainee(problem, backend, { optimizer, starts, basis: basisOf(), inputs });
  };
  return {
    ...{ parameters, problem, engine, flow },
    backend: { float64Reason: float64, operations, work },
    warnings: () => (parameters.optimizer === 'gradient-descent' ? stabilityWarnings(peak, problem.spectrum) : []),
    simulated(context) {
      const backend = context.backend!;
      const { precision } = backend;
      const basis = engine === 'matrix' ? basisOf() : undefined;
      return {
        backend,
        target: basis && embedDiagonal(basis.left, problem.spectrum, basis.right),
        trainings: plans.map(({ name, plan, divergedAt }) => ({
          schedule: name,
          plan,
          expected: expect(plan, precision),
          recorded: () =>
            engine === 'modes'
              ? recordTraining(plan, single(modeTrainee(problem, backend)), divergedAt)
              : recordTraining(plan, ensemble(backend), divergedAt),
        })),
      };
    },
  };
}

/** What plain descent on the expected loss does from an aligned start: where it diverges, mini-batches do too. */
function expectationOf(
  problem: Problem,
  plan: TrainingPlan,
  { optimizer, start }: ScheduleParameters,
): ExpectedTraining | undefined {
  if (optimizer !== 'gradient-descent' || start !== 'aligned') return undefined;
  return expectTraining(problem, plan, noRounding);
}

function single<State>(trainee: Trainee<State>): Trainee<State, readonly TrainedCheckpoint[]> {
  return { ...trainee, record: (state, time) => [trainee.record(state, time)] };
}

function scheduleEngine(choice: EngineChoice, parameters: ScheduleParameters): EngineName {
  const engine = choice === 'auto' ? (isDecoupled(parameters) ? 'modes' : 'matrix') : choice;
  const { batch, optimizer, start } = parameters;
  if (engine === 'modes' && !isDecoupled(parameters)) {
    throw new InvalidInputError(
      '--engine',
      engine,
      `matrix with batch=${batch}, optimizer=${optimizer} and start=${start}: modes stay apart only for batch=full, optimizer=gradient-descent and start=aligned`,
    );
  }
  if (engine === 'exact' && optimizer !== 'gradient-descent') {
    throw new InvalidInputError(
      'optimizer',
      optimizer,
      'gradient-descent with the engine exact, whose closed form is that of gradient flow; the engine matrix takes any optimizer',
    );
  }
  return engine;
}
