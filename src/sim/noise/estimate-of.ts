import { type Estimate, RunningEstimate } from './excess.js';

/** Mean of at least one value with its standard error; the error of a single value is unknown and stands as 0. */
export function estimateOf(values: readonly number[]): Estimate {
  const running = new RunningEstimate();
  for (const value of values) running.add(value);
  const { mean, standardError } = running.result();
  return { mean, standardError: values.length > 1 ? standardError : 0 };
}
