import { overshootThreshold } from '../../../theory/staged-finetuning.js';
import { type Check, judge, notApplicable } from '../../scenario/check.js';
import { type OvershootTask, overshootBoundary } from '../overshoot-boundary.js';
import type { FineTuningStudy } from '../tuning.js';

/** What bisection in the unit interval below and above the threshold leaves, and the rounding that counts as no rise. */
const RESOLUTION = 1e-5;

/**
 * T4-overshoot: with shared singular vectors, and at convergence, longer pre-training hurts exactly where the task overshoots
 * by more than `2 + λ`. The boundary is found on the Riccati closed form of the flow, which knows nothing of that number.
 */
export function checkOvershootBoundary(
  { problem }: FineTuningStudy,
  task: Pick<OvershootTask, 'unchanged' | 'pull' | 'anchor'>,
): Check {
  const changed = problem.modes.slice(task.unchanged).filter(({ sigma }) => sigma > 0).length;
  if (changed === 0) return notApplicable('T4-overshoot', 'the task changes no mode that can be learned');
  const claimed = overshootThreshold(task.pull);
  const found = overshootBoundary(problem, [claimed - 1, claimed + 1], { ...task, angle: 0, time: Infinity });
  if (found === null)
    return judge('T4-overshoot', -1, RESOLUTION * claimed, 'no boundary was found in the closed form');
  return judge(
    'T4-overshoot',
    -Math.abs(found - claimed),
    RESOLUTION * claimed,
    `longer pre-training hurts from ${found.toPrecision(7)} on in the closed form at convergence, and from 2 + lambda = ${claimed} by the theorem`,
  );
}
