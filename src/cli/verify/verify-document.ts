import { claimById } from '../../theory/claims/all-claims.js';
import type { ClaimResult, Counterexample } from '../../theory/claims/check-claim.js';
import { plainWords } from '../../theory/claims/refutation-text.js';
import type { ClaimOutcome } from './claim-job.js';

/** What `verify --json` prints. */
export interface VerifyDocument {
  readonly schema: 1;
  readonly seed: number;
  readonly runs: number;
  readonly claims: readonly VerifiedClaim[];
}

export interface VerifiedClaim {
  readonly id: string;
  readonly title: string;
  readonly statement: string;
  readonly verdict: ClaimResult['verdict'];
  readonly cases: number;
  readonly met: number;
  /** Smallest slack in units of the tolerance: 0 at the edge, negative where refuted, null where it is not a number. */
  readonly margin: number | null;
  readonly counterexample: ShownCounterexample | null;
  /** The command that gives this result again; after a refutation, exactly its counterexample. */
  readonly replay: string;
  /** Only with `--falsify`. */
  readonly hypotheses?: readonly {
    readonly name: string;
    readonly statement: string;
    readonly verdict: 'needed' | 'not-refuted';
    readonly cases: number;
    readonly counterexample: ShownCounterexample | null;
  }[];
}

export interface ShownCounterexample extends Counterexample {
  /** The instance in plain words. */
  readonly text: string;
}

/** Builds the document from what was finished, in the order of the ids given. */
export function verifyDocument(
  ids: readonly string[],
  outcomes: ReadonlyMap<string, ClaimOutcome>,
  { seed, runs }: { readonly seed: number; readonly runs: number },
): VerifyDocument {
  const finished = ids.flatMap((id) => {
    const outcome = outcomes.get(id);
    return outcome === undefined ? [] : [verifiedClaim(id, outcome, runs)];
  });
  return { schema: 1, seed, runs, claims: finished };
}

function verifiedClaim(id: string, { result, hypotheses }: ClaimOutcome, runs: number): VerifiedClaim {
  const claim = claimById(id);
  const { verdict, cases, met, margin, counterexample } = result;
  return {
    id,
    title: claim.title,
    statement: claim.statement,
    verdict,
    cases,
    met,
    margin,
    counterexample: shown(counterexample),
    replay: replayCommand(result, runs),
    ...(hypotheses === undefined
      ? {}
      : {
          hypotheses: hypotheses.map((attacked, index) => ({
            name: attacked.name,
            statement: claim.hypotheses[index]!.statement,
            verdict: attacked.verdict,
            cases: attacked.cases,
            counterexample: shown(attacked.counterexample),
          })),
        }),
  };
}

function shown(counterexample: Counterexample | null): ShownCounterexample | null {
  return counterexample === null ? null : { ...counterexample, text: plainWords(counterexample.instance) };
}

function replayCommand({ id, seed, path }: ClaimResult, runs: number): string {
  const end = path === null ? `--runs ${runs}` : `--path ${path}`;
  return `overtrain verify --claim ${id} --seed ${seed} ${end}`;
}
