import { describe, expect, test } from 'vitest';
import type { Tuned, Tuner } from '../../../src/sim/finetuning/engines.js';
import { type EnsembleEvent, type Outcome, tuneEnsemble } from '../../../src/sim/finetuning/networks.js';
import type { Tuning } from '../../../src/sim/finetuning/tuning.js';

const task = { values: [1], angle: 0 };
const tunings = (count: number): Tuning[] =>
  Array.from({ length: count }, (_, at) => ({ at, task, rate: 0.1, pull: 0 }));

/** A tuner that counts: a network is its position, and its loss the steps that it made plus that. */
function counting(bytesPerNetwork: number, workPerStep: number) {
  const calls: { size: number; steps: number }[] = [];
  const tuner: Tuner<{ members: readonly Tuning[]; taken: number }> = {
    bytesPerNetwork,
    workPerStep,
    start: (members) => ({ members, taken: 0 }),
    async advance({ members, taken }, steps) {
      calls.push({ size: members.length, steps });
      return { members, taken: taken + steps };
    },
    measure: ({ members, taken }) =>
      members.map(
        ({ at, rate }): Tuned => ({
          lossPre: rate < 0 ? Number.NaN : 1000 * at + taken,
          lossFt: 0,
          forgetting: 0,
          singularValues: new Float64Array(0),
        }),
      ),
  };
  return { tuner, calls };
}

async function run(
  tuner: Tuner<{ members: readonly Tuning[]; taken: number }>,
  members: readonly Tuning[],
  steps: number,
  diverged: (index: number) => number | undefined = () => undefined,
) {
  const outcomes: Outcome[] = [];
  let advanced = 0;
  const kinds: EnsembleEvent['kind'][] = [];
  for await (const event of tuneEnsemble(tuner, members, steps, diverged)) {
    kinds.push(event.kind);
    if (event.kind === 'advanced') advanced += event.networkSteps;
    else {
      expect(outcomes[event.index]).toBeUndefined();
      outcomes[event.index] = event.outcome;
    }
  }
  return { outcomes, advanced, kinds };
}

describe('an ensemble', () => {
  test.each([
    [1, 1e3, 10, 50],
    [2 ** 21, 1e3, 100, 50],
    [1, 1e6, 37, 200],
    [2 ** 30, 1e9, 3, 70],
    [1, 1, 5, 200_000],
  ])('of %d bytes and %d operations a network is complete in every cut', async (bytes, work, count, steps) => {
    const { tuner, calls } = counting(bytes, work);
    const { outcomes, advanced } = await run(tuner, tunings(count), steps);
    expect(outcomes.map((outcome) => (outcome as Tuned).lossPre)).toEqual(
      Array.from({ length: count }, (_, at) => 1000 * at + steps),
    );
    expect(advanced).toBe(count * steps);
    const size = calls[0]!.size;
    for (const call of calls) {
      // One size of batch for all, since backends compile for it; within memory, unless one network is beyond it.
      expect(call.size).toBe(size);
      expect(size === 1 || size * bytes <= 64 * 2 ** 20).toBe(true);
      expect(call.steps).toBeLessThanOrEqual(2 ** 16);
      expect(call.steps <= 8 || call.steps * size * work <= 4e8).toBe(true);
    }
  });

  test('simulates neither networks that are known to diverge nor those that no step moves', async () => {
    const { tuner, calls } = counting(1, 1e3);
    const members = tunings(4).map((tuning) => (tuning.at === 2 ? { ...tuning, rate: 0 } : tuning));
    const { outcomes, advanced } = await run(tuner, members, 16, (index) => (index === 1 ? 7 : undefined));
    expect(outcomes.map((outcome) => ('divergedAt' in outcome ? outcome : outcome.lossPre))).toEqual([
      16,
      { divergedAt: 7 },
      2000,
      3016,
    ]);
    expect(advanced).toBe(64);
    expect(calls).toEqual([{ size: 2, steps: 16 }]);
  });

  test('of no steps, or of no networks, needs no backend', async () => {
    const { tuner, calls } = counting(1, 1e3);
    expect((await run(tuner, tunings(2), 0)).outcomes.map((outcome) => (outcome as Tuned).lossPre)).toEqual([0, 1000]);
    expect((await run(tuner, [], 10)).kinds).toEqual([]);
    expect(calls).toEqual([]);
  });

  test('calls what is not finite diverged, at the last step', async () => {
    const { tuner } = counting(1, 1e3);
    const members = tunings(2).map((tuning) => (tuning.at === 0 ? { ...tuning, rate: -1 } : tuning));
    const { outcomes } = await run(tuner, members, 9);
    expect(outcomes[0]).toEqual({ divergedAt: 9 });
    expect((outcomes[1] as Tuned).lossPre).toBe(1009);
  });
});
