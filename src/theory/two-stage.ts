import { gap } from './mode.js';

/** An alignment task's loss before and after a network is trained on it. */
export interface Alignment {
  readonly before: number;
  readonly after: number;
  /** `before - after`. */
  readonly gain: number;
}

/**
 * Alignment by gradient flow from a checkpoint that shares its singular vectors with the task (T4-two-stage).
 *
 * @param starts singular values of the checkpoint, one per mode, from 0
 * @param goals singular values `σ^al` of the alignment task
 * @param time gradient-flow time, from 0
 */
export function alignByFlow(starts: readonly number[], goals: readonly number[], time: number): Alignment {
  let before = 0;
  let after = 0;
  starts.forEach((start, index) => {
    const mode = { sigma: goals[index]!, start };
    before += (mode.sigma - start) ** 2;
    after += gap(mode, time) ** 2;
  });
  return { before, after, gain: before - after };
}

/**
 * Whether one checkpoint lies between another and the alignment task, mode by mode (T4-two-stage, *between*).
 *
 * @param base singular values of the checkpoint that is further away
 * @param tuned singular values of the one in question
 * @param goals singular values of the task
 */
export function liesBetween(
  base: readonly number[],
  tuned: readonly number[],
  goals: readonly number[],
): boolean {
  return tuned.every((value, index) => {
    const [low, high] = [Math.min(base[index]!, goals[index]!), Math.max(base[index]!, goals[index]!)];
    return value >= low && value <= high;
  });
}

/** Whether no mode of a checkpoint is below a third of what the task asks (T4-two-stage, *past a third*): there it learns fastest. */
export function isPastAThird(base: readonly number[], goals: readonly number[]): boolean {
  return base.every((value, index) => 3 * value >= goals[index]!);
}
