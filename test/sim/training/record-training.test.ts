import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  hasDiverged,
  recordTraining,
  type TrainedCheckpoint,
  type Trainee,
} from '../../../src/sim/training/record-training.js';
import { constantPlan, type TrainingPlan } from '../../../src/sim/training/training-plan.js';

/** A state that counts its steps and adds up its rates, and is out of bounds from some step on. */
interface Counter {
  readonly steps: number;
  readonly elapsed: number;
}

function counting(outOfBoundsAt = Infinity): Trainee<Counter> & { readonly runs: number[] } {
  const runs: number[] = [];
  return {
    runs,
    start: { steps: 0, elapsed: 0 },
    async descend({ steps, elapsed }, rates) {
      runs.push(rates.length);
      return { steps: steps + rates.length, elapsed: rates.reduce((sum, rate) => sum + rate, elapsed) };
    },
    inBounds: ({ steps }) => steps < outOfBoundsAt,
    record: ({ steps, elapsed }, time) =>
      ({ time, loss: elapsed, squaredNorms: [steps, steps] }) as unknown as TrainedCheckpoint,
  };
}

async function recordAll(plan: TrainingPlan, trainee: Trainee<Counter>, knownDivergence?: number) {
  const points = [];
  for await (const point of recordTraining(plan, trainee, knownDivergence)) points.push(point);
  return points;
}

describe('recorded training', () => {
  test('records every time, snapshots without a trace', async () => {
    const points = await recordAll(constantPlan([0, 1, 1.25, 2], 0.5), counting());
    expect(points.map((point) => point.time)).toEqual([0, 1, 1.25, 2]);
    const checkpoints = points as TrainedCheckpoint[];
    expect(checkpoints.map(({ squaredNorms: [steps] }) => steps)).toEqual([0, 2, 3, 4]);
    expect(checkpoints.map(({ loss }) => loss)).toEqual([0, 1, 1.25, 2]);
  });

  test('hands over long runs in parts that fit in memory', async () => {
    const trainee = counting();
    const points = await recordAll(constantPlan([10, 1e6, 1e6 + 1], 1), trainee);
    expect((points as TrainedCheckpoint[]).map(({ loss }) => loss)).toEqual([10, 1e6, 1e6 + 1]);
    expect(Math.max(...trainee.runs)).toBeLessThanOrEqual(2 ** 16);
    // Whole launches of every backend, so that the parts change no number.
    expect(trainee.runs.slice(1, -2).every((run) => run % 4096 === 0)).toBe(true);
  });

  test.prop([
    fc.integer({ min: 1, max: 1000 }),
    fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 4 }),
  ])('finds the very step that left the bounds', async (step, unsorted) => {
    const times = unsorted.sort((a, b) => a - b);
    const points = await recordAll(constantPlan(times, 1), counting(step));
    points.forEach((point, at) => {
      expect(hasDiverged(point)).toBe(times[at]! >= step);
      if (hasDiverged(point)) expect(point.divergedAt).toBe(step);
    });
  });

  test('finds it beyond the first part of a long run', async () => {
    const step = 2 ** 17 + 777;
    const [point] = await recordAll(constantPlan([3e5], 1), counting(step));
    expect(point).toEqual({ time: 3e5, divergedAt: step });
  });

  test('counts a step that is out of bounds in one run only as its last', async () => {
    // Rounding may differ between one long run and the replay of its parts: a replay that finds nothing blames the end.
    const trainee = counting();
    const whole = { ...trainee, inBounds: ({ steps }: Counter) => steps !== 100, descend: trainee.descend };
    let first = true;
    const flickering: Trainee<Counter> = {
      ...whole,
      inBounds: (state) => {
        const verdict = !first || whole.inBounds(state);
        first = false;
        return verdict;
      },
    };
    expect(await recordAll(constantPlan([100], 1), flickering)).toEqual([{ time: 100, divergedAt: 100 }]);
  });

  test('stops before a step that is known to diverge', async () => {
    const trainee = counting();
    const points = await recordAll(constantPlan([10, 20, 30], 1), trainee, 15);
    expect(points.map((point) => (hasDiverged(point) ? point.divergedAt : 'trained'))).toEqual(['trained', 15, 15]);
    expect(trainee.runs).toEqual([10]);
  });
});
