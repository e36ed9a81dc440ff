import type { FineTuningRun } from '../../finetuning/checks/finetuning-run.js';
import { accuracyCells, checkpointCells } from '../../finetuning/curves.js';
import { taskRows } from '../../finetuning/one-task.js';
import { finiteOrNull } from '../../finetuning/prediction.js';
import type { PreparedFineTuning } from '../../finetuning/prepare.js';
import { riseOf } from '../../finetuning/rise.js';
import { type TunedNetwork, tuneNetworks } from '../../finetuning/tuned-networks.js';
import type { Task, Tuning } from '../../finetuning/tuning.js';
import type { RunEvent } from '../../scenario/scenario.js';
import type { Row } from '../../scenario/table.js';
import type { MisalignmentParameters } from './misalignment.js';

/** One cell of the map. */
export interface MapCell {
  readonly overshoot: number;
  readonly angle: number;
  readonly task: Task;
}

/**
 * Fine-tunes every checkpoint for every cell of the map and yields the rows of `map`, cell by cell, and of `curve`.
 *
 * @param tunings the networks, cell by cell, one for each checkpoint
 * @returns what the checks look at
 */
export async function* misalignedNetworks(
  prepared: PreparedFineTuning,
  { finetuning, pretraining, overshoots, angles }: MisalignmentParameters,
  cells: readonly MapCell[],
  tunings: readonly Tuning[],
  signal: AbortSignal | undefined,
): AsyncGenerator<RunEvent, FineTuningRun, undefined> {
  const { study } = prepared;
  const count = study.times.length;
  const networks = cells.map((): TunedNetwork[] => []);
  const missing = cells.map(() => count);
  const taskCells = new Map(cells.map((cell) => [cell.task, cell]));
  const describe = ({ task, at }: Tuning) => {
    const { overshoot, angle } = taskCells.get(task)!;
    return `overshoot ${short(overshoot)}, angle ${short(angle)}, time ${short(study.times[at]!)}`;
  };
  const drawn = new Set(someCells(overshoots, angles));
  for await (const event of tuneNetworks(prepared, tunings, finetuning, describe, signal)) {
    if (event.kind !== 'network') {
      yield event;
      continue;
    }
    const index = Math.floor(event.index / count);
    const { overshoot, angle } = cells[index]!;
    networks[index]![event.index % count] = event.network;
    missing[index]!--;
    if (drawn.has(`${overshoot} ${angle}`)) {
      const cell = `${short(overshoot)} at ${short(angle)} degrees`;
      const row = [cell, overshoot, angle, ...checkpointCells(prepared, event.network)];
      yield { kind: 'rows', table: 'curve', rows: [row] };
    }
    if (missing[index] === 0) {
      const rises = [predictedLoss, simulatedLoss].map((loss) => riseOf(networks[index]!.map(loss)));
      yield { kind: 'rows', table: 'map', rows: [[overshoot, angle, ...rises]] };
      const known = largestErrors(study.times, networks[index]!, pretraining === 'descent');
      if (known !== undefined)
        yield { kind: 'rows', table: 'accuracy', rows: [[overshoot, angle, ...known]] };
    }
  }
  return { study, method: finetuning, curves: networks.map((members, key) => ({ key, networks: members })) };
}

/** Rows of the table `task`: the new task of every overshoot. */
export function tasksOf(spectrum: readonly number[], cells: readonly MapCell[]): Row[] {
  const tasks = new Map(cells.map(({ overshoot, task }) => [overshoot, task]));
  return [...tasks].flatMap(([overshoot, task]) =>
    taskRows(spectrum, task).map((row) => [overshoot, ...row]),
  );
}

/** What is largest in size among the cells of `accuracyColumns` but the time; undefined where no network came to its end. */
function largestErrors(
  times: readonly number[],
  networks: readonly TunedNetwork[],
  isTrained: boolean,
): Row | undefined {
  const known = networks.flatMap((network) => {
    const cells = accuracyCells(times, network, isTrained);
    return cells === undefined ? [] : [cells];
  });
  if (known.length === 0) return undefined;
  // A bound that is null has no limit.
  return [1, 2, 3, 4].map((cell) => {
    const largest = known.reduce((most, cells) => {
      const value = cells[cell] ?? Infinity;
      return Math.abs(value) > Math.abs(most) ? value : most;
    }, 0);
    return finiteOrNull(largest);
  });
}

function predictedLoss({ prediction }: TunedNetwork): number {
  return prediction.lossPre;
}

function simulatedLoss({ tuned }: TunedNetwork): number {
  return tuned?.lossPre ?? Number.NaN;
}

/** Cells whose curves are told: two overshoots at the first, the middle and the last angle. */
function someCells(overshoots: readonly number[], angles: readonly number[]): string[] {
  const middle = <Value>(values: readonly Value[]) => values[Math.floor((values.length - 1) / 2)]!;
  return [middle(overshoots), overshoots.at(-1)!].flatMap((overshoot) =>
    [angles[0]!, middle(angles), angles.at(-1)!].map((angle) => `${overshoot} ${angle}`),
  );
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
