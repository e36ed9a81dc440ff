import { type Mean, meanOf } from '../noise/mean.js';
import type { ReplayPoint } from './replay-runs.js';

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
    learned: meanOf(outcomes.map(({ learned }) => learned)).mean,
    before: meanOf(outcomes.map(({ lossBefore }) => lossBefore)),
    after: meanOf(outcomes.map(({ lossOld }) => lossOld)),
    added: meanOf(outcomes.map(({ lossNew }) => lossNew)),
    forgetting: meanOf(outcomes.map(({ lossOld, lossBefore }) => lossOld - lossBefore)),
    // Averages of floors are floors of averages.
    floor: meanOf(outcomes.map(({ floor, lossBefore }) => floor - lossBefore)).mean,
    steps: steps.length === 0 ? null : meanOf(steps).mean,
    reached: steps.length,
  };
}
