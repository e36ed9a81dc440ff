import { gridInflection } from '../../../theory/grid-inflection.js';
import type { Problem } from '../../../theory/problem.js';
import { noiseFloor } from '../../../theory/progressive.js';
import type { ScheduleName } from '../../../theory/schedule.js';
import { NoiseReplicates } from '../../noise/noise-replicates.js';
import type { RunEvent } from '../../scenario/scenario.js';
import type { Row } from '../../scenario/table.js';
import { hasDiverged } from '../../training/checkpoint.js';
import { type Course, commonLevels, crossingOf } from './equal-loss.js';
import type { FlowReference } from './flow-reference.js';
import type { PreparedSchedules, ScheduledTraining } from './prepare.js';
import type { ScheduleParameters } from './schedule-parameters.js';
import { positionsOf } from './schedule-plan.js';
import { type EnsemblePoint, measureEnsemble } from './trained-ensemble.js';

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
      const rows = this.parameters.times.map(
        (time, at): Row => [schedule, time, null, this.theory[at]!.loss],
      );
      yield { kind: 'rows', table: 'curve', rows };
      const courses = this.parameters.times.map((_, at) =>
        this.courseRow(schedule, at, null, null, undefined),
      );
      yield { kind: 'rows', table: 'course', rows: courses };
    }
  }

  /** Trains by every schedule in turn, measures every recorded time as it comes, and yields its rows. */
  async *simulate({
    backend,
    trainings,
    target,
  }: NonNullable<PreparedSchedules['simulation']>): AsyncGenerator<RunEvent, void, undefined> {
    const { times, trainings: count, replicates, sharpness } = this.parameters;
    const noise = Array.from(
      { length: count },
      (_, training) =>
        new NoiseReplicates(this.problem, replicates, this.seed, undefined, training * replicates),
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
  return {
    kind: 'diverged',
    divergence: { network: `schedule ${schedule}`, step, learning_rate: plan.largestRate },
  };
}
