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
import {
  type FineTuningParameters,
  type FineTuningPlan,
  methodParameters,
  type PreparedFineTuning,
  planFineTuning,
} from '../../finetuning/prepare.js';
import {
  accuracyColumns,
  accuracyOf,
  angleColumn,
  checkpointColumns,
  overshootColumn,
  riseOf,
  type TunedPoint,
  type TuningAccuracy,
  taskColumns,
  taskModes,
  tunedPoint,
} from '../../finetuning/tables.js';
import { type TunedNetwork, tuneNetworks } from '../../finetuning/tuned-networks.js';
import type { Task, Tuning } from '../../finetuning/tuning.js';
import { figureOf, linear, pretrainingTime } from '../../scenario/figure.js';
import { requireTableMemory } from '../../scenario/memory.js';
import type { Resolved, RunEvent, Scenario } from '../../scenario/scenario.js';
import { shapeParameters, spectrumParameter, tauParameter, timesParameter } from '../../scenario/shared.js';
import { declaring, inLoss, pure, table } from '../../scenario/table.js';
import { resolvePretraining } from '../../training/pretraining.js';

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
      yield curve.rows([{ cell, overshoot, angle, ...tunedPoint(study, event.network) }]);
    }
    if (missing[index] === 0) {
      const ofCell = networks[index]!;
      const riseTheory = riseOf(ofCell.map(({ prediction }) => prediction.lossPre));
      const riseSim = riseOf(ofCell.map(({ tuned }) => tuned?.lossPre ?? Number.NaN));
      yield map.rows([{ overshoot, angle, riseTheory, riseSim }]);
      const known = ofCell.flatMap((network) => accuracyOf(study.times, network, pretraining === 'descent'));
      if (known.length > 0) yield accuracy.rows([{ overshoot, angle, known }]);
    }
  }
  return { study, method: finetuning, curves: networks.map((members, key) => ({ key, networks: members })) };
}

/** The new task of every overshoot, mode by mode. */
function tasksOf(spectrum: readonly number[], cells: readonly MapCell[]) {
  const tasks = new Map(cells.map(({ overshoot, task }) => [overshoot, task]));
  return [...tasks].flatMap(([overshoot, task]) => taskModes(spectrum, task).map((mode) => ({ overshoot, ...mode })));
}

/** What is largest in size over the checkpoints; a bound that is not finite has no limit. */
function largest(values: readonly number[]): number {
  return values
    .map((value) => (Number.isFinite(value) ? value : Infinity))
    .reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
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

/** Cells of one network in the table `curve`; what is kept of its modes for the checks takes as much again for each. */
const CELLS = 12;

const RISE =
  'pre-training loss after fine-tuning at the last checkpoint minus its least value over the checkpoints: how much longer pre-training hurts';

interface OfCell {
  readonly overshoot: number;
  readonly angle: number;
}

const ofCell = { overshoot: overshootColumn, angle: angleColumn };

const map = table<OfCell & { readonly riseTheory: number | null; readonly riseSim: number | null }>('map', {
  ...ofCell,
  rise_theory: inLoss(
    `${RISE}; exact recurrence from the checkpoints of the flow, or with finetuning=flow the closed form of gradient flow; null where descent diverged`,
    ({ riseTheory }) => riseTheory,
  ),
  rise_sim: inLoss(
    `${RISE}; simulated, null where a network diverged or nothing was simulated`,
    ({ riseSim }) => riseSim,
  ),
}).sortedBy('overshoot', 'angle');

const boundary = table<{ readonly angle: number; readonly lowest: number | null; readonly converged: number | null }>(
  'boundary',
  {
    angle: angleColumn,
    overshoot_theory: pure(
      'factor above which longer pre-training hurts, for checkpoints whose modes are learned or at zero: closed form of the flow for the time steps * learning rate, within the range of overshoots; null where it does not hurt',
      ({ lowest }) => lowest,
    ),
    overshoot_converged: pure(
      'the same at convergence where the singular vectors are shared, 2 + lambda (T4-overshoot); else null',
      ({ converged }) => converged,
    ),
  },
);

const curve = table<OfCell & TunedPoint & { readonly cell: string }>('curve', {
  cell: pure('cell of the map, in words', ({ cell }) => cell),
  ...ofCell,
  ...checkpointColumns,
}).sortedBy('overshoot', 'angle', 'time');

const { time: _, ...errorColumns } = accuracyColumns;

const accuracy = table<OfCell & { readonly known: readonly TuningAccuracy[] }>('accuracy', {
  ...ofCell,
  ...Object.fromEntries(
    Object.entries(errorColumns).map(([name, { description, value }]) => [
      name,
      inLoss(`largest absolute value over the checkpoints: ${description}`, ({ known }) =>
        largest(known.map((one) => Number(value(one)))),
      ),
    ]),
  ),
}).sortedBy('overshoot', 'angle');

const task = table('task', { overshoot: overshootColumn, ...taskColumns });

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

export type MisalignmentParameters = Resolved<typeof schema, FineTuningParameters>;

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
  ...declaring(map, boundary, curve, accuracy, task),
  figures: [
    {
      kind: 'map',
      id: 'map',
      title: 'Rise of the pre-training loss with longer pre-training',
      table: 'map',
      x: linear('angle', 'angle between the tasks (degrees)'),
      y: linear('overshoot'),
      value: { label: 'rise of the loss', theory: 'rise_theory', simulation: 'rise_sim' },
      boundary: { table: 'boundary', x: 'angle', y: 'overshoot_theory', label: 'theoretical boundary' },
    },
    figureOf(
      curve,
      'loss-pre',
      'Pre-training loss after fine-tuning, some cells',
      pretrainingTime,
      linear('loss_pre', 'pre-training loss'),
      { series: 'cell' },
    ),
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
    yield task.rows(tasksOf(spectrum, cells));
    if (simulation !== undefined) yield* simulation.pretrain();
    for (const angle of angles) {
      const time = parameters.learningRates[0]! * steps;
      const turned = { unchanged, angle, pull: lambda, anchor, time };
      const isShared = angle === 0 || angle === 180;
      const converged = isShared ? overshootThreshold(lambda) : null;
      yield boundary.rows([{ angle, lowest: overshootBoundary(study.problem, overshoots, turned), converged }]);
    }
    const run = yield* misalignedNetworks(tuning, parameters, cells, tunings, context.signal);
    yield { kind: 'check', check: checkOvershootBoundary(study, { unchanged, pull: lambda, anchor }) };
    yield* finetuningVerdicts(run, precision, [checkSteps, checkPlanes, checkRiccatiLimit]);
  },
};
