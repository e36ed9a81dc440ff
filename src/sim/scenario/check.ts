/** Whether a claim of the theory was met by the numbers of one run. */
export interface Check {
  /** Claim id, such as `T1`; the claim is stated and proved under that heading of proofs.md. */
  readonly claim: string;
  readonly verdict: 'holds' | 'fails' | 'not-applicable';
  /** Signed slack: how far inside (positive) or outside (negative) the claim the worst case of the run lies. */
  readonly margin: number | null;
  /** How negative the margin may be before the claim counts as failed: rounding, discretisation, Monte Carlo error. */
  readonly tolerance: number | null;
  /** What was compared and, for `not-applicable`, why it could not be. */
  readonly reason: string;
}

/** The verdict on a measured margin: a claim holds when `margin ≥ −tolerance`. NaN never holds. */
export function judge(claim: string, margin: number, tolerance: number, reason: string): Check {
  return { claim, verdict: margin >= -tolerance ? 'holds' : 'fails', margin, tolerance, reason };
}

/** A claim whose hypotheses this run does not meet. */
export function notApplicable(claim: string, reason: string): Check {
  return { claim, verdict: 'not-applicable', margin: null, tolerance: null, reason };
}
