/**
 * How thorough a run of the tests is: 1 for `npm test`, which is for use while thinking, more for `npm run test:all`.
 * What costs many samples multiplies them by it, and what costs many cases tries a few of them unless it is above 1.
 */
const scale = Number(process.env.OVERTRAIN_TEST_SCALE ?? 1);

/** A number of samples: `count` in `npm test`, a multiple of it in a thorough run. */
export function samples(count: number): number {
  return Math.max(1, Math.round(count * scale));
}

/** Of many cases that cost much and differ little: all in a thorough run, else `few` of them, evenly spread. */
export function some<T>(cases: readonly T[], few: number): readonly T[] {
  if (scale > 1 || cases.length <= few) return cases;
  return Array.from({ length: few }, (_, index) => cases[Math.floor((index * cases.length) / few)]!);
}

/** Computes what has a key once, for all tests of a file that ask for it. */
export function remembered<T>(): (key: string, compute: () => T) => T {
  const known = new Map<string, T>();
  return (key, compute) => {
    if (!known.has(key)) known.set(key, compute());
    return known.get(key)!;
  };
}
