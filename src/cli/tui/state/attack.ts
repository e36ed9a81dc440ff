import type { VerifiedClaim } from '../../verify/verify-document.js';

/** An attempt to refute a claim and to find out which of its hypotheses it needs. */
export type Attack =
  | { readonly status: 'ongoing'; readonly done: number; readonly total: number }
  | { readonly status: 'finished'; readonly finding: VerifiedClaim }
  | { readonly status: 'failed'; readonly message: string };

/** What is heard of an attack. */
export type AttackNews =
  | {
      readonly kind: 'attack-progress';
      readonly claim: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'attack-finished'; readonly claim: string; readonly finding: VerifiedClaim }
  | { readonly kind: 'attack-failed'; readonly claim: string; readonly message: string };
