import { estimateOf } from '../../noise/estimate-of.js';
import type { Estimate } from '../../noise/excess.js';
import type { ReplayPoint } from './replay-runs.js';

/** A point of a curve, its trainings taken together. */
export interface ReplaySummary {
  readonly point: ReplayPoint;
  readonly learned: number;
  readonly before: Estimate;
  readonly after: Estimate;
  readonly added: Estimate;
  readonly forgetting: Estimate;
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
    learned: estimateOf(outcomes.map(({ learned }) => learned)).mean,
    before: estimateOf(outcomes.map(({ lossBefore }) => lossBefore)),
    after: estimateOf(outcomes.map(({ lossOld }) => lossOld)),
    added: estimateOf(outcomes.map(({ lossNew }) => lossNew)),
    forgetting: estimateOf(outcomes.map(({ lossOld, lossBefore }) => lossOld - lossBefore)),
    // Averages of floors are floors of averages.
    floor: estimateOf(outcomes.map(({ floor, lossBefore }) => floor - lossBefore)).mean,
    steps: steps.length === 0 ? null : estimateOf(steps).mean,
    reached: steps.length,
  };
}
