/**
 * Number of cases that a test draws: the count that suffices everywhere, times OVERTRAIN_TEST_SCALE (1 where it is not set), so that
 * `OVERTRAIN_TEST_SCALE=10 npm test` looks ten times as hard.
 *
 * @param count cases at the scale 1, an integer from 1
 * @returns an integer from 1
 * @throws Error where the scale is not a positive number
 */
export function samples(count: number): number {
  const scale = Number(process.env.OVERTRAIN_TEST_SCALE ?? 1);
  if (!(scale > 0 && scale < Infinity)) throw new Error('OVERTRAIN_TEST_SCALE is not a positive number');
  return Math.max(1, Math.round(count * scale));
}
