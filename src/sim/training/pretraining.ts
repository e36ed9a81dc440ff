import { createProblem, loss, type Problem } from '../../theory/problem.js';
import { stabilityLimit } from '../../theory/sharpness.js';
import type { Backend } from '../backends/backend.js';
import { descentWork, float32SavesTime } from '../backends/gpu-js/gpu-threshold.js';
import { bytesPerReplicate, requireShapeMemory } from '../scenario/memory.js';
import type { EngineName, Plan, RunContext, RunEvent, RunRequest } from '../scenario/scenario.js';
import { matrixTrainee, modeTrainee } from './engines.js';
import { type Recorded, recordTraining } from './record-training.js';
import { type ExpectedCheckpoint, type ExpectedTraining, expectTraining, VISIBLE_ROUNDING } from './recurrence.js';
import { biasAt, choosePlan, outOfFloat32, roundingOfSquare, type TrainingPlan } from './training-plan.js';

/** Parameters of every scenario that pre-trains, as its schema parses them. */
export interface ParsedPretraining {
  readonly dim: number;
  readonly rows?: number | null | undefined;
  readonly hidden?: number | null | undefined;
  readonly cols?: number | null | undefined;
  readonly spectrum: string | readonly number[];
  readonly tau: number;
  readonly times: readonly number[];
  readonly learningRate: number | 'auto';
}

/** The same, resolved: all shapes as numbers, the spectrum as its min(p, q) values. */
export interface Pretraining extends ParsedPretraining {
  readonly rows: number;
  readonly hidden: number;
  readonly cols: number;
  readonly spectrum: readonly number[];
}

/** Completes the parameters of pre-training. @throws InvalidInputError when the spectrum does not fit the shape */
export function resolvePretraining<Parsed extends ParsedPretraining>(parsed: Parsed): Parsed & Pretraining {
  const { rows, hidden, cols, spectrum } = createProblem({
    ...parsed,
    // A file may say null for what it leaves to `dim`.
    rows: parsed.rows ?? undefined,
    hidden: parsed.hidden ?? undefined,
    cols: parsed.cols ?? undefined,
  });
  return { ...parsed, rows, hidden, cols, spectrum: [...spectrum] };
}

/** A pre-training run on a backend: by which steps, and what it must give. */
export interface SimulatedPretraining {
  readonly backend: Backend;
  readonly plan: TrainingPlan;
  readonly expected: ExpectedTraining;
  /** Trains and yields every recorded time in turn. */
  recorded(): AsyncGenerator<Recorded, void, undefined>;
  divergence(step: number): RunEvent;
}

/** How a pre-training run is computed. */
export interface PretrainingPlan extends Plan {
  readonly problem: Problem;
  /** The training on the backend of the run; undefined for closed forms. */
  simulated(context: RunContext): SimulatedPretraining | undefined;
}

/** What a scenario asks of the discretisation, for `learningRate=auto`. */
export interface Accuracy {
  /** Whether what a plan gives at the recorded time of this place is near enough to the flow. */
  acceptable(checkpoint: ExpectedCheckpoint, at: number): boolean;
  /** The measure of that, for the warning when it cannot be reached. */
  readonly measure: string;
  /** Floating-point operations of what the run does with the recorded networks; absent where it does nothing with them. */
  readonly operations?: number;
}

export const UNIT_ROUNDOFF = { f32: 2 ** -24, f64: 2 ** -53 } as const;

/**
 * Chooses engine and steps of a pre-training run, and what it needs of a backend.
 *
 * @param accuracyOf what is asked of the discretisation of this problem
 * @throws InvalidInputError when it would not fit in memory, or takes too many steps
 */
export function planPretraining(
  parameters: Pretraining,
  engines: readonly EngineName[],
  request: Pick<RunRequest, 'engine'>,
  accuracyOf: (problem: Problem) => Accuracy,
): PretrainingPlan {
  const problem = createProblem(parameters);
  const engine = request.engine === 'auto' ? engines[0]! : request.engine;
  if (engine === 'exact') return { problem, engine, simulated: () => undefined };
  requireNetworkMemory(problem, engine);
  const accuracy = accuracyOf(problem);
  const { times, learningRate } = parameters;
  const mostSteps = affordableSteps(problem, engine);
  const { plan, expected, accurate } = choosePlan(problem, times, learningRate, accuracy.acceptable, mostSteps);
  const kind = engine === 'modes' ? 'scalar' : 'matrix';
  const inPrecision: { f32?: ExpectedTraining; f64?: ExpectedTraining } = {};
  const rounded = (precision: Backend['precision']) => {
    inPrecision[precision] ??= expectTraining(problem, plan, { kind, unitRoundoff: UNIT_ROUNDOFF[precision] });
    return inPrecision[precision];
  };
  const work = engine === 'matrix' ? descentWork(problem, 1, plan.totalSteps) : undefined;
  const training = work?.flops ?? 6 * problem.modes.length * plan.totalSteps;
  const operations = training + (accuracy.operations ?? 0);
  const { divergedAt } = expected;
  return {
    problem,
    engine,
    backend: {
      float64Reason: float64Reason(problem, float32SavesTime(operations) ? rounded('f32') : undefined),
      operations,
      work,
    },
    warnings: (precision) => {
      const warnings = stabilityWarnings(plan.largestRate, problem.spectrum);
      if (divergedAt !== undefined) return warnings;
      const bias = `${plan.totalSteps} steps of gradient descent leave a discretisation bias above ${accuracy.measure}`;
      if (warnings.length === 0 && !accurate) warnings.push(bias);
      // Where the weights of a mode start far below the rounding of the others, noise decides when it is learned.
      const share = roundingShare(problem, rounded(precision));
      const remedy = engine === 'matrix' ? '; the modes engine rounds each mode on its own' : '';
      const shift = `rounding in ${precision} may move singular values by up to ${percent(share)} of the largest${remedy}`;
      if (share > VISIBLE_ROUNDING) warnings.push(shift);
      return warnings;
    },
    simulated: ({ seed, backend }) => ({
      backend: backend!,
      plan,
      expected: rounded(backend!.precision),
      recorded: () =>
        engine === 'modes'
          ? recordTraining(plan, modeTrainee(problem, backend!), divergedAt)
          : recordTraining(plan, matrixTrainee(problem, backend!, seed), divergedAt),
      divergence: (step) => ({
        kind: 'diverged',
        divergence: { network: 'pre-training', step, learning_rate: plan.largestRate },
      }),
    }),
  };
}

/** Discretisation may move the simulated loss by this share of the initial loss: no figure could show it. */
const INVISIBLE_LOSS_BIAS = 1e-3;

/** What a study of the loss asks of the discretisation: at every recorded time a bias that no figure could show. */
export function lossAccuracy(problem: Problem, times: readonly number[]): Accuracy {
  const invisible = INVISIBLE_LOSS_BIAS * loss(problem, 0);
  return {
    measure: '0.1 % of the initial loss',
    acceptable: (checkpoint, at) => Math.abs(biasAt(problem, checkpoint, times[at]!).loss) <= invisible,
  };
}

function requireNetworkMemory({ rows, hidden, cols }: Problem, engine: EngineName): void {
  const matrices = rows * hidden + hidden * cols + rows * cols;
  const bases = engine === 'matrix' ? 3 * (rows * rows + hidden * hidden + cols * cols) : 0;
  const bytes = 8 * (8 * matrices + bases) + bytesPerReplicate({ rows, hidden, cols });
  requireShapeMemory({ rows, hidden, cols }, bytes);
}

/** Steps that keep pre-training within a few seconds of one core at the speed of the slowest compiled backend. */
function affordableSteps({ rows, hidden, cols, modes }: Problem, engine: EngineName): number {
  const perStep = engine === 'modes' ? 6 * modes.length : 6 * rows * hidden * cols;
  return Math.min(400_000, Math.max(2000, Math.floor((engine === 'modes' ? 2e8 : 6e9) / perStep)));
}

/**
 * Why float32 would show in a pre-training run, or undefined where it would not.
 *
 * @param inFloat32 absent where float32 is not thought of
 */
export function float64Reason(problem: Problem, inFloat32: ExpectedTraining | undefined): string | undefined {
  const largest = problem.spectrum[0]!;
  const starts = problem.modes.map((mode) => Math.sqrt(mode.start)).filter((factor) => factor > 0);
  const smallest = starts.reduce((least, factor) => Math.min(least, factor), 1);
  const beyond = outOfFloat32(largest, smallest, 'initial factors');
  if (beyond !== undefined || inFloat32 === undefined) return beyond;
  const share = roundingShare(problem, inFloat32);
  return share > VISIBLE_ROUNDING
    ? `float32 could be off by ${percent(share)} of the largest singular value`
    : undefined;
}

/** How far rounding may take a recorded singular value, as a share of the largest of the task; 1 stands for anything. */
function roundingShare({ spectrum }: Problem, { checkpoints }: ExpectedTraining): number {
  const worst = checkpoints.reduce(
    (most, { factors, rounding }) =>
      rounding.reduce((m, bound, mode) => Math.max(m, roundingOfSquare(factors[mode]!, bound)), most),
    0,
  );
  return Math.min(1, worst / spectrum[0]!);
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** What a user should know of a learning rate at which gradient descent on this spectrum is not stable; none for others. */
export function stabilityWarnings(rate: number, spectrum: readonly number[]): string[] {
  const limit = stabilityLimit(spectrum);
  if (rate <= limit) return [];
  return [
    `learningRate ${rate} is beyond the stability limit 1/(2 sigma_1) = ${limit.toPrecision(4)} of gradient descent`,
  ];
}
