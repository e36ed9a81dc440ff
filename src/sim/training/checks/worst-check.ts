import type { Check } from '../../scenario/scenario.js';

/** A check on one of several networks. */
export interface NamedCheck {
  /** The network, such as `dim 16`. */
  readonly name: string;
  readonly check: Check;
}

/**
 * One verdict on a claim that was judged on several networks: it holds where it holds on all to which it applies. The
 * network that leaves the least beside its tolerance decides, is named, and gives margin, tolerance and reason; networks
 * to which the claim does not apply are counted, and decide only where there is no other.
 *
 * @param checks of one claim, at least one
 */
export function worstCheck(checks: readonly NamedCheck[]): Check {
  const judged = checks.filter(({ check }) => check.verdict !== 'not-applicable');
  const failed = judged.filter(({ check }) => check.verdict === 'fails');
  const worst = (failed.length > 0 ? failed : judged).reduce<NamedCheck | undefined>(
    (worse, next) => (worse === undefined || checkSlack(next) < checkSlack(worse) ? next : worse),
    undefined,
  );
  const { name, check } = worst ?? checks[0]!;
  if (checks.length === 1) return check;
  const left = checks.length - judged.length;
  const among =
    worst === undefined
      ? `${name} and ${left - 1} more`
      : `${name}, the worst of ${judged.length}${left > 0 ? ` (not applicable to ${left} more)` : ''}`;
  return { ...check, reason: `${among}: ${check.reason}` };
}

/** What is left beside the tolerance; a margin that is not a number is the worst there can be. */
function checkSlack({ check: { margin, tolerance } }: NamedCheck): number {
  const slack = margin! + tolerance!;
  return Number.isNaN(slack) ? -Infinity : slack;
}
