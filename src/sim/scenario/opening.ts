import type { Compute, RunEvent } from './scenario.js';

/** What every run tells first: what computes it, and what the user should know before the numbers come. */
export function* opening(
  compute: Compute,
  warnings: readonly string[] = [],
): Generator<RunEvent, void, undefined> {
  yield { kind: 'compute', compute };
  for (const text of warnings) yield { kind: 'warning', text };
}
