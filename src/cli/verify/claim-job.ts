import { claimById } from '../../theory/claims/all-claims.js';
import { type ClaimResult, checkClaim } from '../../theory/claims/check-claim.js';
import { falsifyClaim, type HypothesisResult } from '../../theory/claims/falsify.js';

/** One claim to try, as it is handed to a worker. */
export interface ClaimJob {
  readonly id: string;
  readonly runs: number;
  readonly seed: number;
  readonly path?: string;
  /** Whether to attack every hypothesis, too. */
  readonly falsify: boolean;
}

/** What trying it showed. */
export interface ClaimOutcome {
  readonly result: ClaimResult;
  readonly hypotheses?: readonly HypothesisResult[];
}

/** Work of a job in instances, so that progress adds up over claims and attacks. */
export function jobSize({ id, runs, path, falsify }: ClaimJob): number {
  if (path !== undefined) return 1;
  return runs * (1 + (falsify ? claimById(id).hypotheses.length : 0));
}

/** Does a job on this thread. */
export function runClaimJob(job: ClaimJob, onProgress: (done: number) => void): ClaimOutcome {
  const { id, runs, seed, path, falsify } = job;
  const claim = claimById(id);
  const result = checkClaim(claim, { runs, seed, onProgress, ...(path === undefined ? {} : { path }) });
  if (!falsify) return { result };
  const names = claim.hypotheses.map(({ name }) => name);
  const hypotheses = falsifyClaim(claim, {
    runs,
    seed,
    onProgress: (name, cases) => onProgress(runs * (1 + names.indexOf(name)) + cases),
  });
  return { result, hypotheses };
}
