import { type Check, notApplicable } from '../../check.js';
import type { RunEvent } from '../../scenario.js';
import type { FineTuningRun } from './finetuning-run.js';
import { decidedByRounding } from './rounding-decides.js';

/**
 * The verdicts on a run of fine-tuning. Networks that rounding decides are left out and named, in a warning and in the reasons; a
 * claim that has no others to be judged by is not applicable.
 */
export function* finetuningVerdicts(
  run: FineTuningRun,
  checks: readonly ((run: FineTuningRun) => Check)[],
): Generator<RunEvent, void, undefined> {
  const { rest, count, text } = decidedByRounding(run);
  if (count > 0) yield { kind: 'warning', text };
  for (const check of checks) {
    const whole = check(run);
    if (count === 0 || whole.verdict === 'not-applicable') yield { kind: 'check', check: whole };
    else {
      const part = check(rest);
      const left = part.verdict === 'not-applicable';
      yield {
        kind: 'check',
        check: left
          ? notApplicable(whole.claim, text)
          : { ...part, reason: `${part.reason}; left out: ${text}` },
      };
    }
  }
}
