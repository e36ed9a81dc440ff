import { RunningEstimate } from '../noise/excess.js';
import type { ReplayPoint } from './replay-runs.js';

/** A mean over trainings with its standard error; 0 for a single one. */
export interface Mean {
  readonly mean: number;
  readonly error: number;
}

/** A point of a curve, its trainings taken together. */
export interface ReplaySummary {
  readonly point: ReplayPoint;
  readonly learned: number;
  readonly before: Mean;
  readonly after: Mean;
  readonly added: Mean;
  readonly forgetting: Mean;
  readonly floor: number;
  /** Mean number of steps of the trainings that reached the goal; null where none did. */
  readonly steps: number | null;
  /** How many did. */
  readonly reached: number;
}

/** Means over the trainings of a point. */
export function summaryOf(point: ReplayPoint): ReplaySummary {
  const { outcomes } = point;
  const steps = outcomes.flatMap((one) => one.steps ?? []);
  return {
    point,
    learned: mean(outcomes.map(({ learned }) => learned)).mean,
    before: mean(outcomes.map(({ lossBefore }) => lossBefore)),
    after: mean(outcomes.map(({ lossOld }) => lossOld)),
    added: mean(outcomes.map(({ lossNew }) => lossNew)),
    forgetting: mean(outcomes.map(({ lossOld, lossBefore }) => lossOld - lossBefore)),
    // Averages of floors are floors of averages.
    floor: mean(outcomes.map(({ floor, lossBefore }) => floor - lossBefore)).mean,
    steps: steps.length === 0 ? null : mean(steps).mean,
    reached: steps.length,
  };
}

function mean(values: readonly number[]): Mean {
  const running = new RunningEstimate();
  for (const value of values) running.add(value);
  const result = running.result();
  return { mean: result.mean, error: values.length === 1 ? 0 : result.standardError };
}
