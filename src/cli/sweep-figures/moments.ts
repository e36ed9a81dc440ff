/** Sums of some numbers, from which those of their union follow. */
export interface Moments {
  /** How many there are. */
  readonly count: number;
  /** Their mean; 0 for none. */
  readonly mean: number;
  /** The sum of their squared distances from the mean. */
  readonly squares: number;
}

/** Of no numbers. */
export const NO_MOMENTS: Moments = { count: 0, mean: 0, squares: 0 };

/** Of one number. */
export function momentsOf(value: number): Moments {
  return { count: 1, mean: value, squares: 0 };
}

/** Of the union of two sets of numbers (Chan, Golub and LeVeque 1979), without the cancellation of sums of squares. */
export function pooled(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const apart = b.mean - a.mean;
  const share = b.count / count;
  return {
    count,
    mean: a.mean + apart * share,
    squares: a.squares + b.squares + apart * apart * a.count * share,
  };
}

/** The standard error of the mean; null for fewer than two numbers. */
export function standardError({ count, squares }: Moments): number | null {
  return count < 2 ? null : Math.sqrt(squares / (count - 1) / count);
}

/** The moments that have a mean and a standard error. */
export function momentsFrom(count: number, mean: number | null, error: number | null): Moments {
  if (!(count > 0) || mean === null) return NO_MOMENTS;
  return { count, mean, squares: error === null ? 0 : error * error * count * (count - 1) };
}
