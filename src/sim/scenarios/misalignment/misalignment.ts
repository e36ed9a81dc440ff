import { z } from 'zod';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { overshootThreshold } from '../../../theory/staged-finetuning.js';
import { checkSteps, type FineTuningRun, finetuningVerdicts } from '../../finetuning/checks/numbers.js';
import { checkOvershootBoundary, checkPlanes, checkRiccatiLimit } from '../../finetuning/checks/turned.js';
import {
  anglesParameter,
  lambdaParameter,
  oneLearningRateParameter,
  overshootsParameter,
  stepsParameter,
  unchangedParameter,
} from '../../finetuning/finetuning-parameters.js';
import { overshootBoundary } from '../../finetuning/overshoot-boundary.js';
import { finiteOrNull } from '../../finetuning/prediction.js';
import {
  type FineTuningParameters,
  type FineTuningPlan,
  methodParameters,
  type PreparedFineTuning,
  planFineTuning,
  taskRows,
} from '../../finetuning/prepare.js';
import {
  accuracyCells,
  accuracyColumns,
  angleColumn,
  checkpointCells,
  checkpointColumns,
  overshootColumn,
  pretrainingTime,
  riseOf,
  taskColumns,
} from '../../finetuning/tables.js';
import { type TunedNetwork, tuneNetworks } from '../../finetuning/tuned-networks.js';
import type { Task, Tuning } from '../../finetuning/tuning.js';
import { requireTableMemory } from '../../scenario/memory.js';
import type { RunEvent, Scenario } from '../../scenario/scenario.js';
import { shapeParameters, spectrumParameter, tauParameter, timesParameter } from '../../scenario/shared.js';
import type { Row } from '../../scenario/table.js';
import { resolvePretraining } from '../../training/pretraining.js';

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
      if (known !== undefined) yield { kind: 'rows', table: 'accuracy', rows: [[overshoot, angle, ...known]] };
    }
  }
  return { study, method: finetuning, curves: networks.map((members, key) => ({ key, networks: members })) };
}

/** Rows of the table `task`: the new task of every overshoot. */
export function tasksOf(spectrum: readonly number[], cells: readonly MapCell[]): Row[] {
  const tasks = new Map(cells.map(({ overshoot, task }) => [overshoot, task]));
  return [...tasks].flatMap(([overshoot, task]) => taskRows(spectrum, task).map((row) => [overshoot, ...row]));
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

/** Cells whose curves are reported: two overshoots at the first, the middle and the last angle. */
function someCells(overshoots: readonly number[], angles: readonly number[]): string[] {
  const middle = <Value>(values: readonly Value[]) => values[Math.floor((values.length - 1) / 2)]!;
  return [middle(overshoots), overshoots.at(-1)!].flatMap((overshoot) =>
    [angles[0]!, middle(angles), angles.at(-1)!].map((angle) => `${overshoot} ${angle}`),
  );
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

export interface MisalignmentParameters extends FineTuningParameters {
  readonly overshoots: readonly number[];
  readonly angles: readonly number[];
  readonly unchanged: number;
  /** Exactly one. */
  readonly learningRates: readonly number[];
  readonly lambda: number;
}

/** Cells of one network in the table `curve`; what is kept of its modes for the checks takes as much again for each. */
const CELLS = 12;

const RISE =
  'pre-training loss after fine-tuning at the last checkpoint minus its least value over the checkpoints: how much longer pre-training hurts';

interface MisalignmentPlan extends FineTuningPlan {
  readonly parameters: MisalignmentParameters;
  readonly cells: readonly MapCell[];
  readonly tunings: readonly Tuning[];
}

const schema = z.object({
  ...shapeParameters(8),
  spectrum: spectrumParameter('geometric:0.7'),
  tau: tauParameter(15),
  times: timesParameter('log:1:300:16'),
  overshoots: overshootsParameter('linear:1:4:13'),
  angles: anglesParameter('linear:0:90:7'),
  unchanged: unchangedParameter(2),
  learningRates: oneLearningRateParameter(0.02),
  steps: stepsParameter(100),
  lambda: lambdaParameter(0),
  ...methodParameters,
});

/** Where catastrophic overtraining happens: overshoot of the new task against the turn of its singular vectors. */
export const misalignment: Scenario<MisalignmentParameters, MisalignmentPlan, typeof schema> = {
  id: 'misalignment',
  title: 'Phase diagram of catastrophic overtraining: overshoot and turned singular vectors',
  summary:
    'Longer pre-training hurts where the new task overshoots features by more than 2 + lambda; with turned vectors, less is enough.',
  source: 'our theory, T4 and T0-riccati; arXiv 2503.19206, section 4, for shared singular vectors',
  group: 'main paper',
  claims: ['T4-overshoot', 'T4-steps', 'T4-rotation', 'T0-riccati'],
  engines: ['matrix', 'modes', 'exact'],
  schema,
  tables: {
    map: [
      overshootColumn,
      angleColumn,
      {
        name: 'rise_theory',
        unit: 'loss',
        description: `${RISE}; exact recurrence from the checkpoints of the flow, or with finetuning=flow the closed form of gradient flow; null where descent diverged`,
      },
      {
        name: 'rise_sim',
        unit: 'loss',
        description: `${RISE}; simulated, null where a network diverged or nothing was simulated`,
      },
    ],
    boundary: [
      angleColumn,
      {
        name: 'overshoot_theory',
        unit: '1',
        description:
          'factor above which longer pre-training hurts, for checkpoints whose modes are learned or at zero: closed form of the flow for the time steps * learning rate, within the range of overshoots; null where it does not hurt',
      },
      {
        name: 'overshoot_converged',
        unit: '1',
        description:
          'the same at convergence where the singular vectors are shared, 2 + lambda (T4-overshoot); else null',
      },
    ],
    curve: [
      { name: 'cell', unit: '1', description: 'some cells of the map, in words' },
      overshootColumn,
      angleColumn,
      ...checkpointColumns,
    ],
    accuracy: [
      overshootColumn,
      angleColumn,
      ...accuracyColumns
        .slice(1)
        .map((column) => ({ ...column, description: `largest over the checkpoints, in size: ${column.description}` })),
    ],
    task: [overshootColumn, ...taskColumns],
  },
  rowOrder: { map: ['overshoot', 'angle'], accuracy: ['overshoot', 'angle'], curve: ['overshoot', 'angle', 'time'] },
  figures: [
    {
      kind: 'map',
      id: 'map',
      title: 'Rise of the pre-training loss with longer pre-training',
      table: 'map',
      x: { column: 'angle', label: 'angle between the tasks (degrees)', scale: 'linear' },
      y: { column: 'overshoot', label: 'overshoot', scale: 'linear' },
      value: { label: 'rise of the loss', theory: 'rise_theory', simulation: 'rise_sim' },
      boundary: { table: 'boundary', x: 'angle', y: 'overshoot_theory', label: 'theoretical boundary' },
    },
    {
      id: 'loss-pre',
      title: 'Pre-training loss after fine-tuning, some cells',
      table: 'curve',
      x: pretrainingTime,
      y: { theory: 'loss_pre_theory', simulation: 'loss_pre_sim', label: 'pre-training loss', scale: 'linear' },
      series: 'cell',
    },
  ],
  resolve(parsed) {
    const parameters = resolvePretraining(parsed);
    const { times, overshoots, angles, unchanged, spectrum } = parameters;
    if (unchanged > spectrum.length) {
      throw new InvalidInputError('unchanged', unchanged, `an integer from 0 to ${spectrum.length}`);
    }
    const cells = overshoots.length * angles.length;
    requireTableMemory(
      'overshoots,angles',
      `${cells} cells`,
      10 * cells + overshoots.length * 4 * spectrum.length + cells * times.length * (CELLS + spectrum.length),
    );
    return parameters;
  },
  async plan(parameters, request) {
    const { overshoots, angles, unchanged, times, spectrum, lambda } = parameters;
    const rate = parameters.learningRates[0]!;
    const cells = overshoots.flatMap((overshoot) => {
      const values = spectrum.map((sigma, mode) => (mode < unchanged ? sigma : overshoot * sigma));
      return angles.map((angle) => ({ overshoot, angle, task: { values, angle } }));
    });
    const tunings = cells.flatMap(({ task }) => times.map((_, at) => ({ at, task, rate, pull: lambda })));
    return { ...(await planFineTuning(parameters, tunings, request)), parameters, cells, tunings };
  },
  async *run({ parameters, cells, tunings, prepared }, context) {
    const { overshoots, angles, unchanged, spectrum, lambda, anchor, steps } = parameters;
    const tuning = prepared(context);
    const { study, simulation, precision } = tuning;
    yield { kind: 'rows', table: 'task', rows: tasksOf(spectrum, cells) };
    if (simulation !== undefined) yield* simulation.pretrain();
    for (const angle of angles) {
      const time = parameters.learningRates[0]! * steps;
      const task = { unchanged, angle, pull: lambda, anchor, time };
      const isShared = angle === 0 || angle === 180;
      const converged = isShared ? overshootThreshold(lambda) : null;
      const row = [angle, overshootBoundary(study.problem, overshoots, task), converged];
      yield { kind: 'rows', table: 'boundary', rows: [row] };
    }
    const run = yield* misalignedNetworks(tuning, parameters, cells, tunings, context.signal);
    yield { kind: 'check', check: checkOvershootBoundary(study, { unchanged, pull: lambda, anchor }) };
    yield* finetuningVerdicts(run, precision, [checkSteps, checkPlanes, checkRiccatiLimit]);
  },
};
