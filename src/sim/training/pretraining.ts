import { createProblem, type Problem } from '../../theory/problem.js';
import type { Backend } from '../backends/backend.js';
import { descentWork } from '../backends/gpu-js/gpu-threshold.js';
import { interruptible } from '../backends/interruptible-backend.js';
import { openBackend } from '../backends/open-backend.js';
import { bytesPerReplicate } from '../noise/excess.js';
import { closedForm, computedOn, stabilityWarnings } from '../scenario/compute.js';
import { requireShapeMemory } from '../scenario/memory.js';
import type { Compute, RunContext, RunEvent } from '../scenario/scenario.js';
import type { Recorded } from './checkpoint.js';
import { choosePlan, outOfFloat32, roundingOfSquare } from './choose-plan.js';
import type { EngineName } from './engine-name.js';
import { matrixTrainee, modeTrainee } from './engines.js';
import { recordTraining } from './record-training.js';
import { type ExpectedTraining, expectTraining } from './recurrence.js';
import type { TrainingPlan } from './training-plan.js';

/** Parameters of every scenario that pre-trains, as its schema parses them. */
export interface ParsedPretraining {
  readonly dim: number;
  readonly rows?: number | undefined;
  readonly hidden?: number | undefined;
  readonly cols?: number | undefined;
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

/**
 * Completes the parameters of pre-training.
 *
 * @throws InvalidInputError when the spectrum does not fit the shape
 */
export function resolvePretraining<Parsed extends ParsedPretraining>(parsed: Parsed): Parsed & Pretraining {
  const { rows, hidden, cols, spectrum } = createProblem(parsed);
  return { ...parsed, rows, hidden, cols, spectrum: [...spectrum] };
}

/** A pre-training run that is ready to start: by which steps, on what, and what it must give. */
export interface SimulatedPretraining {
  readonly backend: Backend;
  readonly plan: TrainingPlan;
  readonly expected: ExpectedTraining;
  readonly warnings: readonly string[];
  /** Trains and yields every recorded time in turn. */
  recorded(): AsyncGenerator<Recorded, void, undefined>;
  /** The event that tells of divergence at a step. */
  divergence(step: number): RunEvent;
}

/** How a run is computed; `simulated` is absent for closed forms. */
export interface PreparedPretraining {
  readonly problem: Problem;
  readonly compute: Compute;
  readonly simulated?: SimulatedPretraining;
}

/** What a scenario asks of the discretisation, for `learningRate=auto`. */
export interface Accuracy {
  /** Whether what a plan gives at the recorded times is near enough to the flow. */
  acceptable(expected: ExpectedTraining): boolean;
  /** The measure of that, for the warning when it cannot be reached. */
  readonly measure: string;
}

export const UNIT_ROUNDOFF = { f32: 2 ** -24, f64: 2 ** -53 } as const;

/** Rounding beyond this share of σ_1 would be visible in a figure, so `auto` then computes in float64. */
const VISIBLE_ROUNDING = 0.01;

/**
 * Chooses engine, backend and steps of a pre-training run and opens the backend; the caller disposes of it.
 *
 * @throws InvalidInputError when the engine or backend cannot do it, or it would not fit in memory
 */
export async function preparePretraining(
  parameters: Pretraining,
  engines: readonly EngineName[],
  context: RunContext,
  accuracy: Accuracy,
): Promise<PreparedPretraining> {
  const problem = createProblem(parameters);
  const engine = context.engine === 'auto' ? engines[0]! : context.engine;
  if (engine === 'exact') return { problem, compute: closedForm(context) };
  requireNetworkMemory(problem, engine);
  const { plan, expected, accurate } = choosePlan(
    problem,
    parameters.times,
    parameters.learningRate,
    accuracy.acceptable,
    affordableSteps(problem, engine),
  );
  const kind = engine === 'modes' ? 'scalar' : 'matrix';
  const inFloat32 = expectTraining(problem, plan, { kind, unitRoundoff: UNIT_ROUNDOFF.f32 });
  const work = engine === 'matrix' ? descentWork(problem, 1, plan.totalSteps) : undefined;
  const open = context.openBackend ?? openBackend;
  const opened = await open(context.backend, float64Reason(problem, inFloat32), work);
  const backend = interruptible(opened.backend, context);
  const { divergedAt } = expected;
  const rounded =
    backend.precision === 'f32'
      ? inFloat32
      : expectTraining(problem, plan, { kind, unitRoundoff: UNIT_ROUNDOFF.f64 });
  return {
    problem,
    compute: computedOn(engine, backend, context, opened.reason),
    simulated: {
      backend,
      plan,
      expected: rounded,
      warnings: [
        ...warningsOf(problem, plan, expected, accurate, accuracy.measure),
        ...roundingWarnings(problem, rounded, engine, backend.precision),
      ],
      recorded: () =>
        engine === 'modes'
          ? recordTraining(plan, modeTrainee(problem, backend), divergedAt)
          : recordTraining(plan, matrixTrainee(problem, backend, context.seed), divergedAt),
      divergence: (step) => ({
        kind: 'diverged',
        divergence: { network: 'pre-training', step, learning_rate: plan.largestRate },
      }),
    },
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

/** Why float32 would show in a pre-training run, or undefined where it would not. */
export function float64Reason(problem: Problem, inFloat32: ExpectedTraining): string | undefined {
  const largest = problem.spectrum[0]!;
  const starts = problem.modes.map((mode) => Math.sqrt(mode.start)).filter((factor) => factor > 0);
  const smallest = starts.reduce((least, factor) => Math.min(least, factor), 1);
  const beyond = outOfFloat32(largest, smallest, 'initial factors');
  if (beyond !== undefined) return beyond;
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

function warningsOf(
  problem: Problem,
  plan: TrainingPlan,
  expected: ExpectedTraining,
  accurate: boolean,
  measure: string,
): string[] {
  const unstable = stabilityWarnings(plan.largestRate, problem.spectrum);
  if (unstable.length > 0) return unstable;
  if (accurate || expected.divergedAt !== undefined) return [];
  return [`${plan.totalSteps} steps of gradient descent leave a discretisation bias above ${measure}`];
}

/** Rounding that shows: where the weights of a mode start far below the rounding of the others, noise decides when it is learned. */
function roundingWarnings(
  problem: Problem,
  expected: ExpectedTraining,
  engine: EngineName,
  precision: Backend['precision'],
): string[] {
  const share = roundingShare(problem, expected);
  if (!(share > VISIBLE_ROUNDING) || expected.divergedAt !== undefined) return [];
  const remedy = engine === 'matrix' ? '; the modes engine rounds each mode on its own' : '';
  return [
    `rounding in ${precision} may take singular values off by up to ${percent(share)} of the largest${remedy}`,
  ];
}

/** Two digits of a share, in percent. */
function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
