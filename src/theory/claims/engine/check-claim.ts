import { check, property } from 'fast-check';
import { InvalidInputError } from '../../invalid-input.js';
import { type Claim, type ClaimResult, concludes, evaluate, relativeMargin } from './claim.js';

/** How hard to try a claim. */
export interface CheckOptions {
  /** Instances to draw. Default 1000. */
  readonly runs?: number;
  /** Seed of the instances: an integer from 0 to 2^53 − 1. Default 1. */
  readonly seed?: number;
  /** Replays one instance by the path that a refutation printed, instead of drawing many. */
  readonly path?: string;
  /** Called now and then with the number of instances drawn so far. */
  readonly onProgress?: (done: number) => void;
}

/** Below this share of instances that meet the hypotheses a claim counts as exhausted, not as tried. */
const FEWEST_MET = 0.01;

/** Instances between two calls of `onProgress`. */
const PROGRESS_EVERY = 100;

/**
 * Tries a claim on random instances and shrinks the first one that refutes it.
 *
 * The same claim, options and version give the same result; seed and path of a refutation replay its counterexample.
 *
 * @throws InvalidInputError when `path` does not lead to an instance
 */
export function checkClaim<Case>(claim: Claim<Case>, options: CheckOptions = {}): ClaimResult<Case> {
  const { runs = 1000, seed = 1, path, onProgress } = options;
  let cases = 0;
  let met = 0;
  let margin = Infinity;
  let shrinking = false;
  const tried = property(claim.domain, (instance) => {
    if (!shrinking) cases++;
    if (!claim.hypotheses.every((hypothesis) => hypothesis.holds(instance))) return true;
    const conclusion = evaluate(claim, instance);
    const holds = concludes(conclusion);
    if (!shrinking) {
      met++;
      margin = Math.min(margin, relativeMargin(conclusion));
      if (cases % PROGRESS_EVERY === 0) onProgress?.(cases);
      shrinking = !holds;
    }
    return holds;
  });
  const details =
    path === undefined
      ? check(tried, { numRuns: runs, seed: seedOfGenerator(seed) })
      : replay(path, () => check(tried, { numRuns: 1, seed: seedOfGenerator(seed), path, endOnFailure: true }));
  const { id } = claim;
  const instance = details.counterexample?.[0];
  if (instance === undefined) {
    const verdict = met >= FEWEST_MET * cases && met > 0 ? 'holds' : 'exhausted';
    return { id, verdict, cases, met, margin: met > 0 ? margin : null, counterexample: null, seed, path: null };
  }
  const conclusion = evaluate(claim, instance);
  margin = Math.min(margin, relativeMargin(conclusion));
  const counterexample = { instance, conclusion };
  return { id, verdict: 'refuted', cases, met, margin, counterexample, seed, path: path ?? details.counterexamplePath };
}

/** fast-check takes 32-bit seeds: the two halves of ours are folded into one. */
function seedOfGenerator(seed: number): number {
  return (Math.floor(seed / 2 ** 32) ^ seed) | 0;
}

/** Replays; a path that leads nowhere is the user's mistake. */
function replay<Details>(path: string, run: () => Details): Details {
  const allowed = 'the path that a refutation of this claim printed, such as 12:0';
  const refusal = new InvalidInputError('--path', path, allowed);
  if (!/^\d+(:\d+)*$/.test(path) || path.length > 10_000) throw refusal;
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Unable to replay')) throw refusal;
    throw error;
  }
}
