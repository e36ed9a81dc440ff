import type { ModeBatch } from '../backends/backend.js';
import { type SimdSession, scratchOf } from './simd-session.js';

/** Modes in one group of the kernel: eight vectors. */
const GROUP_BYTES = 128;

/** The scalar recurrence of all modes, see `Backend.descendModes`. */
export async function descendModesOn(
  session: SimdSession,
  batch: ModeBatch,
  rates: readonly number[],
): Promise<Float64Array> {
  const { arena, threads } = session;
  arena.clear();
  const groupSize = GROUP_BYTES / arena.bytes;
  const groups = Math.ceil(batch.factors.length / groupSize);
  const room = (values: (index: number) => number) => {
    const address = arena.reserve(groups * GROUP_BYTES);
    const numbers = arena.numbers(address, groups * groupSize);
    for (let index = 0; index < numbers.length; index++) {
      numbers[index] = index < batch.factors.length ? values(index) : 0;
    }
    return address;
  };
  const factors = room((index) => batch.factors[index]!);
  const sigmas = room((index) => batch.sigmas[index]!);
  const scales = room((index) => batch.rateScale[Math.floor(index / batch.modes)]!);
  const runs = runsOf(rates);
  await threads.run({
    kind: 'kernel',
    kernel: 'descendModes',
    numbers: [
      factors,
      sigmas,
      scales,
      arena.put(runs.map(({ rate }) => rate)),
      arena.putIntegers(runs.map(({ steps }) => steps)),
      runs.length,
    ],
    takesScratch: true,
    items: groups,
    workPerItem: groupSize * rates.length,
    ...scratchOf(session, GROUP_BYTES),
  });
  return new Float64Array(arena.numbers(factors, batch.factors.length));
}

/** Equal rates in a row. */
function runsOf(rates: readonly number[]): { rate: number; steps: number }[] {
  const runs: { rate: number; steps: number }[] = [];
  for (const rate of rates) {
    const last = runs.at(-1);
    if (last !== undefined && last.rate === rate) last.steps++;
    else runs.push({ rate, steps: 1 });
  }
  return runs;
}
