import type { ScheduleName } from '../../../theory/descent.js';
import type { Problem } from '../../../theory/problem.js';
import { gridInflection } from '../../../theory/search.js';
import { noiseFloor } from '../../../theory/sensitivity.js';
import { NoiseReplicates } from '../../noise/excess.js';
import type { RunEvent } from '../../scenario/scenario.js';
import type { Row } from '../../scenario/table.js';
import { hasDiverged } from '../../training/record-training.js';
import type { FlowReference } from './convergence.js';
import { type EnsemblePoint, measureEnsemble, type ScheduledTraining, type ScheduleSimulation } from './prepare.js';
import { positionsOf, type ScheduleParameters } from './rates.js';

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

/** What came of one schedule. */
export interface ScheduleCourse {
  readonly training: ScheduledTraining;
  readonly points: readonly EnsemblePoint[];
  readonly divergedAt: number | undefined;
}

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
      const rows = this.parameters.times.map((time, at): Row => [schedule, time, null, this.theory[at]!.loss]);
      yield { kind: 'rows', table: 'curve', rows };
      const courses = this.parameters.times.map((_, at) => this.courseRow(schedule, at, null, null, undefined));
      yield { kind: 'rows', table: 'course', rows: courses };
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
        const time = times[at]!;
        let point: EnsemblePoint | undefined;
        if (hasDiverged(recorded)) {
          if (divergedAt === undefined) yield divergence(training, recorded.divergedAt);
          divergedAt = recorded.divergedAt;
        } else {
          point = await measureEnsemble(this.problem, backend, recorded, measurement);
          points.push(point);
        }
        const curve: Row = [schedule, time, point?.perturbed.mean ?? null, point?.loss.mean ?? null];
        yield { kind: 'rows', table: 'curve', rows: [curve] };
        const { steps, rate } = positions[at]!;
        yield { kind: 'rows', table: 'course', rows: [this.courseRow(schedule, at, steps, rate, point)] };
        at++;
        done++;
        yield { kind: 'progress', done, total: times.length * trainings.length, label: schedule };
      }
      this.courses.push({ training, points, divergedAt });
    }
  }

  inflections(): Row[] {
    const { schedules, times } = this.parameters;
    return schedules.map((schedule): Row => {
      const points = this.completed(schedule);
      const values = points?.map(({ perturbed }) => perturbed.mean);
      return [schedule, values === undefined ? null : (gridInflection(times, values)?.time ?? null)];
    });
  }

  /** Sensitivities of all schedules where their losses are the same. */
  equalLosses(): Row[] {
    const { times, schedules } = this.parameters;
    const flow = this.theoreticalCourse();
    const simulated = schedules.flatMap((schedule) => {
      const points = this.completed(schedule);
      return points === undefined ? [] : [{ schedule, course: courseOf(times, points) }];
    });
    const courses = simulated.map(({ course }) => course);
    if (courses.length === 0) return [];
    return commonLevels(flow === undefined ? courses : [...courses, flow]).flatMap((level) =>
      simulated.map(({ schedule, course }): Row => {
        const crossing = crossingOf(course, level);
        const limit = flow && crossingOf(flow, level)?.sensitivity;
        return [
          level,
          schedule,
          crossing?.time ?? null,
          limit ?? null,
          crossing?.sensitivity ?? null,
          crossing?.error ?? null,
        ];
      }),
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

  private courseRow(
    schedule: ScheduleName,
    at: number,
    steps: number | null,
    rate: number | null,
    point: EnsemblePoint | undefined,
  ): Row {
    const flow = this.theory[at];
    const sensitivity = flow === undefined ? null : this.sensitivityOf(flow.weightNorm);
    return [
      schedule,
      this.parameters.times[at]!,
      steps,
      rate,
      flow?.loss ?? null,
      point?.loss.mean ?? null,
      point?.loss.standardError ?? null,
      sensitivity,
      point?.sensitivity.mean ?? null,
      point?.sensitivity.standardError ?? null,
      flow === undefined ? null : flow.loss + sensitivity!,
      point?.perturbed.mean ?? null,
      point?.perturbed.standardError ?? null,
      flow?.sharpness ?? null,
      point?.sharpness?.mean ?? null,
    ];
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
