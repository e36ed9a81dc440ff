import { ReferenceBackend } from '../../src/sim/backends/reference-backend.js';
import { estimateExcess, NoiseReplicates } from '../../src/sim/noise/excess.js';
import type { PerturbedCheckpoint } from '../../src/sim/noise/noise-checks.js';
import type { Checkpoint } from '../../src/sim/training/record-training.js';
import { expectTraining } from '../../src/sim/training/recurrence.js';
import type { CheckedRun } from '../../src/sim/training/training-checks.js';
import { adaptivePlan } from '../../src/sim/training/training-plan.js';
import { createProblem, type ProblemOptions } from '../../src/theory/problem.js';
import { train } from './training.js';

/** A simulated run with all that the checks look at. */
export interface SimulatedRun {
  readonly run: CheckedRun;
  readonly checkpoints: readonly Checkpoint[];
  readonly perturbed: readonly PerturbedCheckpoint[];
  readonly gammas: readonly number[];
  readonly replicates: number;
}

/** Trains in float64 and perturbs every checkpoint. */
export async function simulateRun(
  options: ProblemOptions,
  times: readonly number[],
  engine: 'modes' | 'matrix' = 'modes',
  gammas: readonly number[] = [0.1, 0.3],
  replicates = 100,
): Promise<SimulatedRun> {
  const problem = createProblem(options);
  const plan = adaptivePlan(problem, times, 0.01);
  const kind = engine === 'modes' ? 'scalar' : 'matrix';
  const expected = expectTraining(problem, plan, { kind, unitRoundoff: 2 ** -53 });
  const checkpoints = await train(problem, plan, engine);
  const noise = new NoiseReplicates(problem, replicates, 1);
  const backend = new ReferenceBackend();
  const perturbed: PerturbedCheckpoint[] = [];
  for (const checkpoint of checkpoints) {
    perturbed.push({ checkpoint, excess: await estimateExcess(backend, checkpoint.network, noise, gammas) });
  }
  const run = { problem, times, expected, divergedAt: undefined };
  return { run, checkpoints, perturbed, gammas, replicates };
}

/** The same list with one checkpoint changed. */
export function changed<Item>(items: readonly Item[], at: number, change: (item: Item) => Item): Item[] {
  return items.map((item, index) => (index === at ? change(item) : item));
}
