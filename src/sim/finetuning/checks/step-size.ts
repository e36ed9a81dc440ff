import { effectiveSpeed } from '../../../theory/regularization.js';
import type { FineTuningStudy, TunedNetwork, Tuning } from '../networks.js';
import type { FineTuningRun } from './finetuning-run.js';

/** `η(1 + λ)`, the rate at which a network descends on its effective task (T5). */
export function paceOf({ rate, pull }: Tuning): number {
  return rate * effectiveSpeed(pull);
}

/** The largest singular value that the network has at its start, aims at or is pulled to. */
export function largestValue({ problem }: FineTuningStudy, { task }: Tuning): number {
  const starts = problem.modes.map(({ start }) => start);
  return [...problem.spectrum, ...task.values, ...starts].reduce((most, value) => Math.max(most, value), 0);
}

/**
 * Why steps may overshoot, or undefined where they cannot, as gradient flow never does: below `1/(6M)` a step `D − 2η(1+λ)D(D² − g)` grows with D wherever
 * `D² ≤ M`, so that every mode moves toward its goal and never past it, and the order of two starts is kept.
 *
 * @param M the largest singular value anywhere
 */
export function overshootingSteps(
  { study, method }: Pick<FineTuningRun, 'study' | 'method'>,
  networks: readonly TunedNetwork[],
): string | undefined {
  if (method === 'flow') return undefined;
  const fastest = networks.reduce(
    (most, { tuning }) => Math.max(most, paceOf(tuning) * largestValue(study, tuning)),
    0,
  );
  return fastest <= 1 / 6
    ? undefined
    : `steps may overshoot: rate (1 + lambda) times the largest singular value is ${fastest.toPrecision(2)}, above 1/6`;
}
