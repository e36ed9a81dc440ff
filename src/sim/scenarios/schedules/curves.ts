import type { ScheduleName } from '../../../theory/descent.js';
import type { Problem } from '../../../theory/problem.js';
import { gridInflection } from '../../../theory/search.js';
import { noiseFloor } from '../../../theory/sensitivity.js';
import { NoiseReplicates } from '../../noise/excess.js';
import type { RunEvent } from '../../scenario/scenario.js';
import { column, estimate, inLoss, pure, type RowsEvent, table, turnColumns } from '../../scenario/table.js';
import { hasDiverged } from '../../training/record-training.js';
import type { FlowError, FlowReference } from './convergence.js';
import { type EnsemblePoint, measureEnsemble, type ScheduledTraining, type ScheduleSimulation } from './prepare.js';
import { positionsOf } from './rates.js';
import type { ScheduleParameters } from './schedules.js';

/** The course of one training: loss and sensitivity at each recorded time. */
export interface Course {
  readonly times: readonly number[];
  readonly losses: readonly number[];
  readonly sensitivities: readonly number[];
  /** Standard errors of the sensitivities, where they were simulated. */
  readonly errors?: readonly number[];
}

/** Where a course first reaches a loss. */
export interface Crossing {
  readonly time: number;
  readonly sensitivity: number;
  readonly error: number;
}

/** Levels between the loss that all reach and the one from which they start. */
const LEVELS = 8;

/** Below this share of the initial loss all networks are as good as trained. */
const TRAINED = 1e-4;

/**
 * Losses at which courses are compared: in equal ratios between what every one of them reaches and where the first one starts,
 * both ends left out. None where they do not fall.
 */
export function commonLevels(courses: readonly Course[]): number[] {
  const from = Math.min(...courses.map(({ losses }) => losses[0] ?? Number.NaN));
  const reached = Math.max(TRAINED * from, ...courses.map(({ losses }) => Math.min(...losses)));
  if (!(reached < from)) return [];
  return Array.from({ length: LEVELS }, (_, index) => from * (reached / from) ** ((index + 1) / (LEVELS + 1)));
}

/**
 * Where a course first falls to a loss, on straight lines between the recorded times in the logarithm of the loss.
 *
 * @returns undefined where it never does
 */
export function crossingOf(course: Course, level: number): Crossing | undefined {
  const { times, losses, sensitivities, errors } = course;
  const after = losses.findIndex((loss) => loss <= level);
  if (after < 0) return undefined;
  const before = Math.max(0, after - 1);
  const share =
    after === before || losses[before] === losses[after]
      ? 1
      : Math.log(losses[before]! / level) / Math.log(losses[before]! / losses[after]!);
  const between = (values: readonly number[]) => values[before]! + share * (values[after]! - values[before]!);
  return {
    time: between(times),
    sensitivity: between(sensitivities),
    error: errors === undefined ? 0 : between(errors),
  };
}

export interface ScheduleCourse {
  readonly training: ScheduledTraining;
  readonly points: readonly EnsemblePoint[];
  readonly divergedAt: number | undefined;
}

/** One schedule at one recorded time. */
interface CoursePoint {
  readonly schedule: ScheduleName;
  readonly time: number;
  /** Undefined in a run that simulates nothing. */
  readonly position: ReturnType<typeof positionsOf>[number] | undefined;
  /** Gradient flow from the same start; undefined where no closed form covers it. */
  readonly flow: (ReturnType<FlowReference> & { readonly sensitivity: number }) | undefined;
  /** What was simulated; undefined where it diverged, too. */
  readonly point: EnsemblePoint | undefined;
  readonly loss: number | undefined;
}

/** A schedule where its loss first falls to a level. */
interface EqualLoss {
  readonly level: number;
  readonly schedule: ScheduleName;
  readonly crossing: Crossing | undefined;
  /** The same of gradient flow. */
  readonly limit: Crossing | undefined;
}

const scheduleColumn = pure<{ readonly schedule: string }>(
  'learning-rate schedule of pre-training',
  ({ schedule }) => schedule,
);

const lead = {
  schedule: scheduleColumn,
  // For optimisers other than gradient descent the sum of rates is no flow time, but it is still what schedules share.
  time: column<CoursePoint>(
    'flow time',
    'sum of the learning rates so far: gradient-flow time for plain descent',
    ({ time }) => time,
  ),
};

export const curve = table<CoursePoint>('curve', {
  ...lead,
  perturbed_loss_sim: inLoss('mean loss under noise over draws and trainings', ({ point }) => point?.perturbed.mean),
  loss: inLoss('mean loss over the trainings; that of gradient flow with the exact engine', ({ loss }) => loss),
});

export const inflection = table<{ readonly schedule: string; readonly timeSim: number | undefined }>('inflection', {
  schedule: scheduleColumn,
  time_sim: turnColumns.time_sim,
});

export const course = table<CoursePoint>('course', {
  ...lead,
  steps: pure('steps of the optimizer made so far', ({ position }) => position?.steps),
  learning_rate: column('flow time per step', 'learning rate of the latest step', ({ position }) => position?.rate),
  loss_theory: inLoss(
    'loss of gradient flow from the same start at this time; null where no closed form covers it',
    ({ flow }) => flow?.loss,
  ),
  ...estimate(
    'loss',
    'loss',
    'mean loss over the trainings',
    ({ point }) => point?.loss,
    ' over the trainings; 0 for a single one',
  ),
  sensitivity_theory: inLoss(
    'expected rise of the loss of gradient flow under noise (T1)',
    ({ flow }) => flow?.sensitivity,
  ),
  ...estimate(
    'sensitivity',
    'loss',
    'mean rise of the loss under noise over draws and trainings',
    ({ point }) => point?.sensitivity,
  ),
  perturbed_loss_theory: inLoss('loss_theory + sensitivity_theory', ({ flow }) => flow && flow.loss + flow.sensitivity),
  ...estimate('perturbed_loss', 'loss', 'loss_sim + sensitivity_sim', ({ point }) => point?.perturbed),
  sharpness_theory: column(
    'loss per weight^2',
    'largest eigenvalue of the Hessian on gradient flow; tends to 4 sigma_1 (T2)',
    ({ flow }) => flow?.sharpness,
  ),
  sharpness_sim: column(
    'loss per weight^2',
    'largest eigenvalue of the Hessian, mean over the trainings; plain descent is stable below 2/learning_rate',
    ({ point }) => point?.sharpness?.mean,
  ),
});

export const equalLoss = table<EqualLoss>('equal_loss', {
  loss: inLoss('loss at which the schedules are compared', ({ level }) => level),
  schedule: scheduleColumn,
  time_sim: column('flow time', 'time at which the mean loss first falls to it', ({ crossing }) => crossing?.time),
  sensitivity_theory: inLoss(
    'sensitivity of gradient flow where its loss falls to it',
    ({ limit }) => limit?.sensitivity,
  ),
  sensitivity_sim: inLoss(
    'mean sensitivity at time_sim, interpolated between recorded times',
    ({ crossing }) => crossing?.sensitivity,
  ),
  sensitivity_stderr: inLoss('standard error of sensitivity_sim', ({ crossing }) => crossing?.error),
});

export const convergence = table<FlowError>('convergence', {
  schedule: scheduleColumn,
  learning_rate: column('flow time per step', 'largest learning rate of the schedule', ({ rate }) => rate),
  steps: pure('steps of gradient descent to the last time', ({ steps }) => steps),
  error: pure(
    'largest distance of a singular value from gradient flow at the recorded times, exact descent in float64',
    ({ error }) => error,
  ),
  bound: pure('what T9 allows: C times learning_rate, for the mode with the largest C', ({ bound }) => bound),
  order: pure('observed order of convergence from the row before, 1 in the limit of small rates', ({ order }) => order),
});

/** The curves of one run of `schedules`, built schedule by schedule. */
export class ScheduleCurves {
  readonly courses: ScheduleCourse[] = [];
  private readonly theory: (ReturnType<FlowReference> | undefined)[];
  private readonly gamma: number;

  constructor(
    private readonly problem: Problem,
    private readonly parameters: ScheduleParameters,
    private readonly seed: number,
    flow: FlowReference | undefined,
  ) {
    this.gamma = parameters.gammas[0]!;
    this.theory = parameters.times.map((time) => flow?.(time));
  }

  /** Rows of a run that simulates nothing: gradient flow is the limit of every schedule. */
  *theoryOnly(): Generator<RunEvent> {
    for (const schedule of this.parameters.schedules) {
      const points = this.parameters.times.map((_, at) => {
        const point = this.coursePoint(schedule, at, undefined, undefined);
        return { ...point, loss: point.flow!.loss };
      });
      yield curve.rows(points);
      yield course.rows(points);
    }
  }

  /** Trains by every schedule in turn, measures every recorded time as it comes, and yields its rows. */
  async *simulate({ backend, trainings, target }: ScheduleSimulation): AsyncGenerator<RunEvent, void, undefined> {
    const { times, trainings: count, replicates, sharpness } = this.parameters;
    const noise = Array.from(
      { length: count },
      (_, training) => new NoiseReplicates(this.problem, replicates, this.seed, undefined, training * replicates),
    );
    const measurement = { gamma: this.gamma, noise, withSharpness: sharpness === 'on', target };
    let done = 0;
    for (const training of trainings) {
      const { schedule, plan } = training;
      const positions = positionsOf(plan);
      const points: EnsemblePoint[] = [];
      let divergedAt: number | undefined;
      let at = 0;
      for await (const recorded of training.recorded()) {
        let point: EnsemblePoint | undefined;
        if (hasDiverged(recorded)) {
          if (divergedAt === undefined) yield divergence(training, recorded.divergedAt);
          divergedAt = recorded.divergedAt;
        } else {
          point = await measureEnsemble(this.problem, backend, recorded, measurement);
          points.push(point);
        }
        const reached = this.coursePoint(schedule, at, positions[at], point);
        yield curve.rows([reached]);
        yield course.rows([reached]);
        at++;
        done++;
        yield { kind: 'progress', done, total: times.length * trainings.length, label: schedule };
      }
      this.courses.push({ training, points, divergedAt });
    }
  }

  inflections(): RowsEvent {
    const { schedules, times } = this.parameters;
    return inflection.rows(
      schedules.map((schedule) => {
        const values = this.completed(schedule)?.map(({ perturbed }) => perturbed.mean);
        return { schedule, timeSim: values && gridInflection(times, values)?.time };
      }),
    );
  }

  /** Sensitivities of all schedules where their losses are the same. */
  equalLosses(): EqualLoss[] {
    const { times, schedules } = this.parameters;
    const flow = this.theoreticalCourse();
    const simulated = schedules.flatMap((schedule) => {
      const points = this.completed(schedule);
      return points === undefined ? [] : [{ schedule, course: courseOf(times, points) }];
    });
    const courses = simulated.map(({ course }) => course);
    if (courses.length === 0) return [];
    return commonLevels(flow === undefined ? courses : [...courses, flow]).flatMap((level) =>
      simulated.map(({ schedule, course }) => ({
        ...{ level, schedule },
        crossing: crossingOf(course, level),
        limit: flow && crossingOf(flow, level),
      })),
    );
  }

  private completed(schedule: ScheduleName): readonly EnsemblePoint[] | undefined {
    const course = this.courses.find(({ training }) => training.schedule === schedule);
    return course?.points.length === this.parameters.times.length ? course.points : undefined;
  }

  private theoreticalCourse(): Course | undefined {
    if (this.theory.includes(undefined)) return undefined;
    return {
      times: this.parameters.times,
      losses: this.theory.map((point) => point!.loss),
      sensitivities: this.theory.map((point) => this.sensitivityOf(point!.weightNorm)),
    };
  }

  private sensitivityOf(weightNorm: number): number {
    return this.gamma ** 2 * weightNorm + noiseFloor(this.problem, this.gamma);
  }

  private coursePoint(
    schedule: ScheduleName,
    at: number,
    position: CoursePoint['position'],
    point: EnsemblePoint | undefined,
  ): CoursePoint {
    const flow = this.theory[at];
    const known = flow && { ...flow, sensitivity: this.sensitivityOf(flow.weightNorm) };
    return { schedule, time: this.parameters.times[at]!, position, flow: known, point, loss: point?.loss.mean };
  }
}

function courseOf(times: readonly number[], points: readonly EnsemblePoint[]): Course {
  return {
    times,
    losses: points.map(({ loss }) => loss.mean),
    sensitivities: points.map(({ sensitivity }) => sensitivity.mean),
    errors: points.map(({ sensitivity }) => sensitivity.standardError),
  };
}

function divergence({ schedule, plan }: ScheduledTraining, step: number): RunEvent {
  return { kind: 'diverged', divergence: { network: `schedule ${schedule}`, step, learning_rate: plan.largestRate } };
}
