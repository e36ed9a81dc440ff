import type { ModeBatch } from '../backend.js';
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
  const reserve = () => arena.reserve(groups * GROUP_BYTES);
  const [factors, sigmas, scales] = [reserve(), reserve(), reserve()];
  const numbersAt = (address: number) => arena.numbers(address, groups * groupSize);
  for (const [address, values] of [
    [factors, batch.factors],
    [sigmas, batch.sigmas],
  ] as const) {
    numbersAt(address).fill(0, values.length).set(values);
  }
  const pace = numbersAt(scales).fill(0, batch.factors.length);
  batch.rateScale.forEach((scale, network) => {
    pace.fill(scale, network * batch.modes, (network + 1) * batch.modes);
  });
  const runs = runsOf(rates);
  await threads.run({
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
    ...scratchOf(session, 2 * GROUP_BYTES),
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
