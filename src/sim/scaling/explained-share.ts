import { type FittedLaw, predictedLoss } from './fit-law.js';
import type { ScalingPoint } from './scaling-law.js';

/** Points, and the law that is to explain them. */
export interface ExplainedPoints {
  readonly fit: FittedLaw;
  readonly points: readonly ScalingPoint[];
}

/**
 * R² of `ln L`: the share of the variance of all points about their common mean that the laws explain, 1 at best and negative
 * where the mean of the points themselves does better; null where there are fewer than two points, or they are all the same.
 *
 * @param groups points with a law of their own each, such as one for each level of noise
 */
export function explainedShare(groups: readonly ExplainedPoints[]): number | null {
  const logs = groups.flatMap(({ points }) => points.map(({ loss }) => Math.log(loss)));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const total = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  if (!(total > 0)) return null;
  const left = groups.reduce(
    (sum, { fit, points }) =>
      points.reduce(
        (part, { size, data, loss }) => part + Math.log(loss / predictedLoss(fit, size, data)) ** 2,
        sum,
      ),
    0,
  );
  return 1 - left / total;
}
