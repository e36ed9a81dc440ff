import { workerData } from 'piscina';
import { loadScenariosFor, scenarioAmong } from '../../sim/scenarios/scenario-files.js';
import { BackendPack } from '../../sim/sweeps/backend-pack.js';
import { openOnThisThread, type PointResult, runPoints } from '../../sim/sweeps/run-points.js';
import { type PointRange, Sweep, type SweepDefinition } from '../../sim/sweeps/sweep.js';

/** Entry of a worker thread, which keeps its backends from batch to batch. */
export async function runBatch(range: PointRange): Promise<PointResult[]> {
  kept ??= begin();
  const { sweep, scenario, pack } = await kept;
  return runPoints(sweep, scenario, range, pack);
}

let kept: ReturnType<typeof begin> | undefined;

async function begin() {
  const sweep = new Sweep(workerData as SweepDefinition);
  const { scenario: id } = sweep.definition;
  const scenario = scenarioAmong(id, await loadScenariosFor(id));
  return { sweep, scenario, pack: new BackendPack(openOnThisThread) };
}
