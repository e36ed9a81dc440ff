import { workerData } from 'piscina';
import { scenarioById } from '../../sim/scenarios/scenario-list.js';
import { BackendPack } from '../../sim/sweeps/backend-pack.js';
import { openOnThisThread, type PointResult, runPoints } from '../../sim/sweeps/run-points.js';
import { type PointRange, Sweep, type SweepDefinition } from '../../sim/sweeps/sweep.js';

/** Entry of a worker thread, which keeps its backends from batch to batch. */
export async function runBatch(range: PointRange): Promise<PointResult[]> {
  kept ??= { sweep: new Sweep(workerData as SweepDefinition), pack: new BackendPack(openOnThisThread) };
  const { sweep, pack } = kept;
  return runPoints(sweep, scenarioById(sweep.definition.scenario), range, pack);
}

let kept: { readonly sweep: Sweep; readonly pack: BackendPack } | undefined;
