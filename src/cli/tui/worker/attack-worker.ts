import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../output/error-line.js';
import { type ClaimJob, jobSize, runClaimJob } from '../../verify/try-claims.js';
import { verifyDocument } from '../../verify/verify-document.js';
import type { Attack, AttackNews } from '../state/app-state.js';

const [RUNS, SEED, PROGRESS_INTERVAL] = [1000, 1, 100];

/** Tries a claim and attacks each of its hypotheses, as `overtrain verify --falsify` does. It never throws. */
export function performAttack(claim: string, tell: (news: AttackNews) => void): void {
  const say = (attack: Attack) => tell({ kind: 'attack', claim, attack });
  try {
    const job: ClaimJob = { id: claim, runs: RUNS, seed: SEED, falsify: true };
    const total = jobSize(job);
    let toldAt = performance.now();
    const outcome = runClaimJob(job, (done) => {
      if (performance.now() - toldAt < PROGRESS_INTERVAL) return;
      toldAt = performance.now();
      say({ status: 'ongoing', done, total });
    });
    const [finding] = verifyDocument([claim], new Map([[claim, outcome]]), { seed: SEED, runs: RUNS }).claims;
    say({ status: 'finished', finding: finding! });
  } catch (error) {
    say({ status: 'failed', message: messageOf(error) });
  }
}

// As the entry of a thread it attacks one claim and ends. It is stopped by ending the thread, since the search does not pause.
if (typeof workerData === 'string') performAttack(workerData, (news) => parentPort?.postMessage(news));
