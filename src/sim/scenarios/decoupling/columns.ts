import { nearestInNuclearBall, relativeSphereStep } from '../../../theory/sensitivity-floor.js';
import type { Estimate } from '../../noise/excess.js';
import { estimateOf } from '../../noise/means.js';
import type { CurveFigure } from '../../scenario/figure.js';
import type { Column, Row } from '../../scenario/table.js';
import { bestLosses, bestNetworks, bestRates, type FinalSensitivity, meanOf, type TrainedCell } from './study.js';
import type { OfLayers, TrainedNetwork } from './train-cell.js';
import { type Contest, contests, type Part, transfers } from './verdict.js';

const number = (name: string, description: string): Column => ({ name, unit: '1', description });
const loss = (name: string, description: string): Column => ({ name, unit: 'loss', description });
const rate = (name: string, description: string): Column => ({ name, unit: 'per step', description });

const optimizerColumn = number('optimizer', 'base optimiser');
const parameterizationColumn = number(
  'parameterization',
  'plain, perhaps with weight decay and warm-up, or decoupled with gains of rows, columns, both or none',
);
const widthColumn = number('width', 'hidden width of the network');
const peakColumn = rate('learning_rate', 'peak of the learning rate, one of those that were tried');
const bestPeakColumn = rate('learning_rate', 'peak of the learning rate with the least loss in the end');
const stepsColumn: Column = { name: 'steps', unit: 'steps', description: 'steps made' };

const key = [optimizerColumn, parameterizationColumn, widthColumn];

const ofLayers = (name: string, description: string) =>
  (['first', 'second'] as const).map((layer) =>
    number(`${name.replace('LAYER', layer)}`, `${description}, ${layer} layer`),
  );

/** Tables of `decoupling`. */
export const decouplingTables: Readonly<Record<string, readonly Column[]>> = {
  reached: [
    ...key,
    peakColumn,
    loss('loss_sim', 'loss in the end, mean over the trainings; null where one diverged'),
    loss('loss_stderr', 'its standard error'),
    loss(
      'loss_floor_theory',
      'least loss of layers of these norms (T6-sphere); null where plain layers or gains are free to grow',
    ),
    number('diverged', 'trainings that diverged'),
  ],
  curve: [
    ...key,
    bestPeakColumn,
    stepsColumn,
    loss('loss_sim', 'loss at the best rate, mean over the trainings, at the middle one of the widths'),
    loss('loss_stderr', 'its standard error'),
    loss('loss_floor_theory', 'least loss of layers of these norms (T6-sphere)'),
  ],
  updates: [
    ...key,
    stepsColumn,
    rate('step_rate', 'learning rate of that step, the best rate times the schedule'),
    number('direction_update_theory', '2 sin(½ arctan η), by which the direction of either layer changes (T6-update)'),
    ...ofLayers('direction_update_LAYER_sim', 'relative change of the direction in that step, mean over the trainings'),
    ...ofLayers('relative_update_LAYER_sim', '‖ΔW‖/‖W‖ in that step, mean over the trainings'),
    ...ofLayers('relative_update_LAYER_stderr', 'its standard error'),
    ...ofLayers('relative_update_LAYER_spread', 'its standard deviation between trainings'),
  ],
  sensitivity: [
    ...key,
    bestPeakColumn,
    number('nuclear_norm', 'nuclear norm of W1W2 in the end, mean over the trainings'),
    number('nuclear_bound', 'largest that layers of these norms can have (T6-sphere)'),
    loss('sensitivity_theory', 'rise of the loss under noise of scale gammas on the composed weights (T1)'),
    loss('sensitivity_sim', 'the same, Monte Carlo mean'),
    loss('sensitivity_stderr', 'its standard error, bounded for noise that all trainings share'),
    loss('sensitivity_floor', 'least that any factorisation of the same products has (T6)'),
  ],
  rates: [
    number('training', 'optimiser, plain (the best with or without weight decay and warm-up) or decoupled'),
    ...key,
    rate('best_rate_sim', 'best learning rate, geometric mean over the trainings, between those of the grid'),
    rate('best_rate_stderr', 'its standard error'),
    number('at_edge', 'trainings whose best rate is the first or the last of the grid'),
    loss('loss_sim', 'loss at the best rate of the grid, geometric mean over the trainings'),
    loss('loss_stderr', 'its standard error'),
    number('log_ratio_sim', 'ln of the loss of decoupled over plain training, mean over the trainings'),
    number('log_ratio_stderr', 'its standard error'),
  ],
  transfer: [
    optimizerColumn,
    parameterizationColumn,
    number('exponent_sim', 'the best rate goes with the width to this power'),
    number('exponent_stderr', 'its standard error over the trainings'),
    number('log_cost_sim', 'ln of what the best rate of the smallest width costs at the largest'),
    number('log_cost_stderr', 'its standard error'),
  ],
  parts: [
    number('part', 'of what the paper claims: loss, gains, transfer, tracking'),
    number('verdict', 'agrees, disagrees, or open in the linear model'),
    number('agreeing', 'comparisons that bear it out'),
    number('contradicting', 'those that contradict it'),
    number('undecided', 'those that do neither, by three standard errors'),
  ],
};

/** Figures of `decoupling`. */
export const decouplingFigures: readonly CurveFigure[] = [
  {
    id: 'reached',
    title: 'Reached loss against the width',
    table: 'rates',
    x: { column: 'width', label: 'hidden width', scale: 'log' },
    y: { simulation: 'loss_sim', error: 'loss_stderr', label: 'loss at the best rate', scale: 'log' },
    series: 'training',
  },
  {
    id: 'updates',
    title: 'Relative update of the first layer against the rate of the step',
    table: 'updates',
    x: { column: 'step_rate', label: 'learning rate of the step', scale: 'log' },
    y: {
      theory: 'direction_update_theory',
      simulation: 'relative_update_first_sim',
      error: 'relative_update_first_stderr',
      label: 'relative update',
      scale: 'log',
    },
    series: 'parameterization',
    slice: 'optimizer',
  },
  {
    id: 'curve',
    title: 'Loss along training at the best rate',
    table: 'curve',
    x: { column: 'steps', label: 'steps', scale: 'linear' },
    y: { theory: 'loss_floor_theory', simulation: 'loss_sim', error: 'loss_stderr', label: 'loss', scale: 'log' },
    series: 'parameterization',
    slice: 'optimizer',
  },
  {
    id: 'rates',
    title: 'Best learning rate against the width',
    table: 'rates',
    x: { column: 'width', label: 'hidden width', scale: 'log' },
    y: { simulation: 'best_rate_sim', error: 'best_rate_stderr', label: 'best learning rate', scale: 'log' },
    series: 'training',
  },
  {
    id: 'sensitivity',
    title: 'Sensitivity of the trained networks against the width',
    table: 'sensitivity',
    x: { column: 'width', label: 'hidden width', scale: 'log' },
    y: {
      theory: 'sensitivity_theory',
      simulation: 'sensitivity_sim',
      error: 'sensitivity_stderr',
      label: 'sensitivity',
      scale: 'linear',
    },
    series: 'parameterization',
    slice: 'optimizer',
  },
];

/** What the theoretical columns need of the run. */
export interface TaskOfRows {
  readonly spectrum: readonly number[];
  readonly radius: number;
}

/** Least loss on spheres without gains; null for what is free to grow. */
function floorOf({ spectrum, radius }: TaskOfRows, { parameterization, width }: TrainedCell): number | null {
  if (parameterization.kind === 'plain' || parameterization.gains !== 'none') return null;
  return nearestInNuclearBall(spectrum, width, radius ** 2).loss;
}

/** A row of `reached` for each learning rate of a cell. */
export function reachedRows(task: TaskOfRows, cell: TrainedCell): Row[] {
  const { optimizer, name, width, networks, logLosses } = cell;
  return [...logLosses.keys()].map((rate) => {
    const ofRate = networks.filter(({ learningRate }) => learningRate === rate);
    const ends = estimateOf(ofRate.map(({ looks }) => looks.at(-1)!.loss));
    const diverged = ofRate.filter(({ divergedAt }) => divergedAt !== undefined).length;
    return [optimizer, name, width, rate, ...finite(ends), floorOf(task, cell), diverged];
  });
}

/** Rows of `curve`: the loss along training at the best rate. */
export function curveRows(task: TaskOfRows, cell: TrainedCell): Row[] {
  const { optimizer, name, width, rate } = cell;
  return byLook(bestNetworks(cell)).map((looks) => {
    const loss = estimateOf(looks.map((look) => look.loss));
    return [optimizer, name, width, rate, looks[0]!.step, ...finite(loss), floorOf(task, cell)];
  });
}

/** Rows of `updates`: what single steps change at the best rate. */
export function updateRows(cell: TrainedCell): Row[] {
  const { optimizer, name, width, parameterization } = cell;
  const isDecoupled = parameterization.kind === 'decoupled';
  return byLook(bestNetworks(cell)).map((looks) => {
    const { step, rate } = looks[0]!;
    const mean = (of: (look: (typeof looks)[number]) => OfLayers | undefined) =>
      [0, 1].map((layer) => (isDecoupled ? meanOf(looks.map((look) => of(look)![layer]!)) : null));
    const relative = [0, 1].map((layer) => estimateOf(looks.map((look) => look.relativeUpdate[layer]!)));
    return [
      ...[optimizer, name, width, step, rate],
      isDecoupled ? relativeSphereStep(rate) : null,
      ...mean(({ directionUpdate }) => directionUpdate),
      ...relative.map((estimate) => finite(estimate)[0]!),
      ...relative.map((estimate) => finite(estimate)[1]!),
      ...relative.map(({ mean: middle, standardError }) =>
        Number.isFinite(middle) ? standardError * Math.sqrt(looks.length) : null,
      ),
    ];
  });
}

/** A row of `sensitivity`. */
export function sensitivityRow({ radius }: TaskOfRows, measured: FinalSensitivity): Row {
  const { cell, nuclear, theory, simulated, floor } = measured;
  const { optimizer, name, width, rate, parameterization } = cell;
  const isBounded = parameterization.kind === 'decoupled' && parameterization.gains === 'none';
  return [
    ...[optimizer, name, width, rate, nuclear],
    isBounded ? radius ** 2 : null,
    ...[theory, simulated.mean, simulated.standardError, floor],
  ];
}

/** Rows of `rates`: the plain and the decoupled side of every contest, by training. */
export function rateRows(cells: readonly TrainedCell[]): Row[] {
  const all = contests(cells);
  const side = (of: (contest: Contest) => TrainedCell, word: string) =>
    all.map((contest) => rateRow(contest, of(contest), `${contest.optimizer}, ${word}`));
  return [...side(({ plain }) => plain, 'plain'), ...side(({ decoupled }) => decoupled, 'decoupled')];
}

function rateRow({ logRatio }: Contest, cell: TrainedCell, training: string): Row {
  const { optimizer, name, width, logLosses } = cell;
  const rate = estimateOf(bestRates(logLosses));
  const loss = estimateOf(bestLosses(cell));
  const grid = [...logLosses.keys()].map(Math.log2);
  const edges = cell.bestRates.filter((best) => best === grid[0] || best === grid.at(-1)).length;
  const [best, reached] = [2 ** rate.mean, Math.exp(loss.mean)];
  return [
    ...[training, optimizer, name, width],
    ...[best, best * Math.LN2 * rate.standardError, edges],
    ...finite({ mean: reached, standardError: reached * loss.standardError }),
    ...finite(logRatio),
  ];
}

/** Rows of `transfer`. */
export function transferRows(cells: readonly TrainedCell[]): Row[] {
  return transfers(cells).map(({ optimizer, name, exponent, cost }) => [
    ...[optimizer, name, exponent.mean, exponent.standardError],
    ...finite(cost),
  ]);
}

/** Rows of `parts`. */
export function partRows(parts: readonly Part[]): Row[] {
  return parts.map(({ part, verdict, agreeing, contradicting, undecided }) => [
    ...[part, verdict, agreeing, contradicting, undecided],
  ]);
}

/** Looks of all networks at the same step. */
function byLook(networks: readonly TrainedNetwork[]) {
  return networks[0]!.looks.map((_, at) => networks.map(({ looks }) => looks[at]!));
}

/** Mean and standard error, both null where the mean is not finite. */
function finite({ mean, standardError }: Estimate): readonly [number | null, number | null] {
  return Number.isFinite(mean) ? [mean, standardError] : [null, null];
}
