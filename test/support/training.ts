import type { Backend } from '../../src/sim/backends/backend.js';
import { ReferenceBackend } from '../../src/sim/backends/reference-backend.js';
import { matrixTrainee, modeTrainee } from '../../src/sim/training/engines.js';
import {
  hasDiverged,
  type Recorded,
  recordTraining,
  type TrainedCheckpoint,
} from '../../src/sim/training/record-training.js';
import type { TrainingPlan } from '../../src/sim/training/training-plan.js';
import type { Problem } from '../../src/theory/problem.js';

/** How to follow a plan; float64 and seed 1 unless said otherwise. */
export interface TrainingOptions {
  readonly backend?: Backend;
  readonly seed?: number;
  readonly knownDivergence?: number;
}

/** Everything that training by a plan records. */
export async function record(
  problem: Problem,
  plan: TrainingPlan,
  engine: 'modes' | 'matrix',
  { backend = new ReferenceBackend(), seed = 1, knownDivergence }: TrainingOptions = {},
): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  const training =
    engine === 'modes'
      ? recordTraining(plan, modeTrainee(problem, backend), knownDivergence)
      : recordTraining(plan, matrixTrainee(problem, backend, seed), knownDivergence);
  for await (const point of training) recorded.push(point);
  return recorded;
}

/** The checkpoints of a training run that stays stable. */
export async function train(
  problem: Problem,
  plan: TrainingPlan,
  engine: 'modes' | 'matrix',
  options: TrainingOptions = {},
): Promise<TrainedCheckpoint[]> {
  return (await record(problem, plan, engine, options)).map((point) => {
    if (hasDiverged(point)) throw new Error(`training diverged at step ${point.divergedAt}`);
    return point;
  });
}

/** All rates of a plan up to and with each recording, the snapshot's own included. */
export function ratesBefore({ recordings }: TrainingPlan): number[][] {
  const before: number[] = [];
  return recordings.map(({ segments, snapshotRate }) => {
    for (const { rate, steps } of segments) for (let step = 0; step < steps; step++) before.push(rate);
    return snapshotRate > 0 ? [...before, snapshotRate] : [...before];
  });
}
