import { type Check, type Compute, notApplicable, type RunEvent } from '../../scenario/scenario.js';
import { visibleRounding } from '../precision.js';
import type { FineTuningRun } from './finetuning-run.js';
import { decidedByRounding } from './rounding-decides.js';

/**
 * The verdicts on a run of fine-tuning, after a warning where rounding in float32 shows. Networks that rounding decides are left out and named, in a warning and in the reasons; a
 * claim that has no others to be judged by is not applicable.
 */
export function* finetuningVerdicts(
  run: FineTuningRun,
  precision: Compute['precision'],
  checks: readonly ((run: FineTuningRun) => Check)[],
): Generator<RunEvent, void, undefined> {
  const { rest, count, text } = decidedByRounding(run);
  if (count > 0) yield { kind: 'warning', text };
  const rounding = precision === 'f32' ? roundingWarning(rest) : undefined;
  if (rounding !== undefined) yield { kind: 'warning', text: rounding };
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

function roundingWarning({ study, curves }: FineTuningRun): string | undefined {
  const networks = curves.flatMap((curve) => curve.networks);
  const simulated = networks.flatMap(({ tuning, tuned, expected }) =>
    tuned === undefined || expected === undefined ? [] : [[tuning, expected] as const],
  );
  const visible = visibleRounding(study.problem.spectrum, simulated);
  return visible === undefined
    ? undefined
    : `rounding in float32 may take losses off by up to ${visible.share.toPrecision(1)} of their value, by more than 1e-4 in ${visible.count} of ${simulated.length} networks; the backends simd64 and reference compute in float64`;
}
