import { type ClaimJob, jobSize, runClaimJob } from '../../verify/try-claims.js';
import { verifyDocument } from '../../verify/verify-document.js';
import type { AttackNews } from '../state/app-state.js';

const RUNS = 1000;
const SEED = 1;

/** Time between two tellings of progress, in milliseconds. */
const PROGRESS_INTERVAL = 100;

/** Tries a claim and attacks each of its hypotheses, as `overtrain verify --falsify` does. It never throws. */
export function performAttack(claim: string, tell: (news: AttackNews) => void): void {
  try {
    const job: ClaimJob = { id: claim, runs: RUNS, seed: SEED, falsify: true };
    const total = jobSize(job);
    let toldAt = performance.now();
    const outcome = runClaimJob(job, (done) => {
      if (performance.now() - toldAt < PROGRESS_INTERVAL) return;
      toldAt = performance.now();
      tell({ kind: 'attack-progress', claim, done, total });
    });
    const [finding] = verifyDocument([claim], new Map([[claim, outcome]]), { seed: SEED, runs: RUNS }).claims;
    tell({ kind: 'attack-finished', claim, finding: finding! });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell({ kind: 'attack-failed', claim, message });
  }
}
