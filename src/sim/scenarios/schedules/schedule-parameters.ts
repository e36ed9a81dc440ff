import { InvalidInputError } from '../../../theory/invalid-input.js';
import { createProblem } from '../../../theory/problem.js';
import type { Schedule, ScheduleName } from '../../../theory/schedule.js';
import { batchSlowdown } from '../../noise/input-moments.js';
import { requireTableMemory } from '../../scenario/memory.js';
import type { StartName } from '../../training/network-start.js';
import { optimizerNamed } from '../../training/optimizers/optimizer-list.js';
import { type Pretraining, resolvePretraining } from '../../training/pretraining.js';

/** Parameters of training by schedules. */
export interface ScheduleParameters extends Pretraining {
  readonly schedules: readonly ScheduleName[];
  readonly warmup: number;
  readonly decay: number;
  readonly batch: 'full' | number;
  readonly trainings: number;
  readonly optimizer: string;
  readonly start: StartName;
  /** One noise scale. */
  readonly gammas: readonly number[];
  readonly replicates: number;
  readonly sharpness: 'on' | 'off';
}

/** Cells of one recorded time of one schedule in all tables together. */
const CELLS = 24;

/**
 * Completes the parameters: shapes, spectrum, shares, and as many trainings as differ.
 *
 * @throws InvalidInputError when they contradict each other or the tables would not fit in memory
 */
export function resolveSchedules(parsed: Record<string, unknown>): ScheduleParameters {
  const parameters = resolvePretraining(parsed as unknown as ScheduleParameters);
  const { times, schedules, warmup, decay, batch, start } = parameters;
  if (warmup + decay > 1 && schedules.includes('warmup-stable-decay')) {
    throw new InvalidInputError(
      'decay',
      decay,
      `a number from 0 to ${Number((1 - warmup).toPrecision(12))}, which warmup=${warmup} leaves`,
    );
  }
  if (times.at(-1) === 0) {
    throw new InvalidInputError('times', times.join(','), 'a last time above 0, at which the schedules end');
  }
  requireTableMemory('times', `${times.length} times`, times.length * schedules.length * CELLS);
  const isRandom = batch !== 'full' || start === 'random';
  return isRandom ? parameters : { ...parameters, trainings: 1 };
}

/** A schedule with the shares that the user set. */
export function scheduleOf(name: ScheduleName, { warmup, decay }: ScheduleParameters): Schedule {
  return { name, warmup, decay };
}

/** Whether theory describes the steps exactly: plain descent on the expected loss from an aligned start (T0). */
export function isDecoupled({ batch, optimizer, start }: ScheduleParameters): boolean {
  return batch === 'full' && optimizer === 'gradient-descent' && start === 'aligned';
}

/**
 * The largest learning rate of every schedule; for `auto` the small rate of the optimiser, less on mini-batches
 * (`batchSlowdown`).
 */
export function peakRate(parameters: ScheduleParameters): number {
  const { learningRate, optimizer, batch, cols } = parameters;
  if (learningRate !== 'auto') return learningRate;
  const { spectrum, modes } = createProblem(parameters);
  const largest = modes.reduce((most, { start }) => Math.max(most, start), spectrum[0]!);
  return optimizerNamed(optimizer).smallRate(largest) / (batch === 'full' ? 1 : batchSlowdown(cols, batch));
}
