import type { MessagePort } from 'node:worker_threads';
import { type ClaimJob, type ClaimOutcome, runClaimJob } from './try-claims.js';

/** What a worker is handed: the job, and the port on which it reports how many instances it has tried. */
export interface ClaimTask {
  readonly job: ClaimJob;
  readonly port: MessagePort;
}

/** Entry of a worker thread. */
export function runClaimTask({ job, port }: ClaimTask): ClaimOutcome {
  const outcome = runClaimJob(job, (done) => port.postMessage(done));
  port.close();
  return outcome;
}
