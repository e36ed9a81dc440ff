import { RunningEstimate } from './excess.js';

/** A mean with its standard error; 0 for a single value. */
export interface Mean {
  readonly mean: number;
  readonly error: number;
}

/** Mean of at least one value. */
export function meanOf(values: readonly number[]): Mean {
  const running = new RunningEstimate();
  for (const value of values) running.add(value);
  const result = running.result();
  return { mean: result.mean, error: values.length === 1 ? 0 : result.standardError };
}
