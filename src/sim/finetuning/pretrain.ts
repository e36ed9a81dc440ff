import type { Problem } from '../../theory/problem.js';
import { unlearnableLoss } from '../../theory/trajectory.js';
import type { Weights } from '../backends/backend.js';
import type { RunEvent } from '../scenario/scenario.js';
import { hasDiverged, type TrainedCheckpoint } from '../training/checkpoint.js';
import type { EngineName } from '../training/engine-name.js';
import type { SimulatedPretraining } from '../training/pretraining.js';
import type { StartingPoint } from './starting-point.js';

/** Takes the place of the checkpoints of the flow by those of a simulated pre-training. */
export async function* pretrain(
  problem: Problem,
  engine: EngineName,
  descent: SimulatedPretraining | undefined,
  starts: (StartingPoint | undefined)[],
): AsyncGenerator<RunEvent, void, undefined> {
  if (descent === undefined) return;
  let done = 0;
  let divergedAt: number | undefined;
  for await (const recorded of descent.recorded()) {
    if (!hasDiverged(recorded)) starts[done] = trainedStartingPoint(problem, engine, recorded);
    else {
      if (divergedAt === undefined) yield descent.divergence(recorded.divergedAt);
      divergedAt = recorded.divergedAt;
      starts[done] = undefined;
    }
    done++;
    yield { kind: 'progress', done, total: starts.length, label: 'pre-training' };
  }
}

function trainedStartingPoint(
  problem: Problem,
  engine: EngineName,
  { time, singularValues, loss, network: { layers } }: TrainedCheckpoint,
): StartingPoint {
  const trained = 'factors' in layers ? layers.factors : (layers satisfies Weights);
  const gaps = Float64Array.from(problem.modes, ({ sigma }, mode) => sigma - singularValues[mode]!);
  const onDiagonal = gaps.reduce((sum, value) => sum + value * value, unlearnableLoss(problem));
  return {
    time,
    factors:
      engine === 'modes'
        ? (trained as Float64Array)
        : singularValues.map((value) => Math.sqrt(Math.max(0, value))),
    gaps,
    trained,
    loss,
    beside: engine === 'modes' ? 0 : Math.sqrt(Math.max(0, loss - onDiagonal)),
  };
}
