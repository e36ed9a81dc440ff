/** The course of one training: loss and sensitivity at each recorded time. */
export interface Course {
  readonly times: readonly number[];
  readonly losses: readonly number[];
  readonly sensitivities: readonly number[];
  /** Standard errors of the sensitivities, where they were simulated. */
  readonly errors?: readonly number[];
}

/** Where a course first reaches a loss. */
export interface Crossing {
  readonly time: number;
  readonly sensitivity: number;
  readonly error: number;
}

/** Levels between the loss that all reach and the one from which they start. */
const LEVELS = 8;

/** Below this share of the initial loss all networks are as good as trained. */
const TRAINED = 1e-4;

/**
 * Losses at which courses are compared: in equal ratios between what every one of them reaches and where the first one starts,
 * both ends left out. None where they do not fall.
 */
export function commonLevels(courses: readonly Course[]): number[] {
  const from = Math.min(...courses.map(({ losses }) => losses[0] ?? Number.NaN));
  const reached = Math.max(TRAINED * from, ...courses.map(({ losses }) => Math.min(...losses)));
  if (!(reached < from)) return [];
  return Array.from(
    { length: LEVELS },
    (_, index) => from * (reached / from) ** ((index + 1) / (LEVELS + 1)),
  );
}

/**
 * Where a course first falls to a loss, on straight lines between the recorded times in the logarithm of the loss.
 *
 * @returns undefined where it never does
 */
export function crossingOf(course: Course, level: number): Crossing | undefined {
  const { times, losses, sensitivities, errors } = course;
  const after = losses.findIndex((loss) => loss <= level);
  if (after < 0) return undefined;
  const before = Math.max(0, after - 1);
  const share =
    after === before || losses[before] === losses[after]
      ? 1
      : Math.log(losses[before]! / level) / Math.log(losses[before]! / losses[after]!);
  const between = (values: readonly number[]) => values[before]! + share * (values[after]! - values[before]!);
  return {
    time: between(times),
    sensitivity: between(sensitivities),
    error: errors === undefined ? 0 : between(errors),
  };
}
