import { nearestInNuclearBall, relativeSphereStep } from '../../../theory/sensitivity-floor.js';
import type { Estimate } from '../../noise/excess.js';
import { estimateOf } from '../../noise/means.js';
import { figureOf, linear, logarithmic } from '../../scenario/figure.js';
import { column, estimate, inLoss, pure, type Readings, table } from '../../scenario/table.js';
import { bestLosses, bestNetworks, bestRates, type FinalSensitivity, meanOf, type TrainedCell } from './study.js';
import type { Look } from './train-cell.js';
import { type Contest, contests, type Part, type Transfer } from './verdict.js';

/** A cell, and the task that it learns; the radius is that of the sphere of each layer. */
interface CellPoint {
  readonly cell: TrainedCell;
  readonly spectrum: readonly number[];
  readonly radius: number;
}

type OfCell = Pick<CellPoint, 'cell'>;

const optimizerColumn = pure<{ readonly optimizer: string }>('base optimiser', ({ optimizer }) => optimizer);
const nameColumn = pure<{ readonly name: string }>(
  'plain, perhaps with weight decay and warm-up, or decoupled with gains of rows, columns, both or none',
  ({ name }) => name,
);

const key: Readings<OfCell> = {
  optimizer: { ...optimizerColumn, value: ({ cell }) => cell.optimizer },
  parameterization: { ...nameColumn, value: ({ cell }) => cell.name },
  width: pure('hidden width of the network', ({ cell }) => cell.width),
};

const rate = <Point>(description: string, value: (point: Point) => number) => column('per step', description, value);

const bestPeak = rate<OfCell>('peak learning rate with the least final loss', ({ cell }) => cell.rate);

function isOnSphere({ parameterization }: TrainedCell): boolean {
  return parameterization.kind === 'decoupled' && parameterization.gains === 'none';
}

/** Least loss on spheres without gains; undefined for what is free to grow. */
function floorOf({ cell, spectrum, radius }: CellPoint): number | undefined {
  return isOnSphere(cell) ? nearestInNuclearBall(spectrum, cell.width, radius ** 2).loss : undefined;
}

/** The networks of a cell at one of its learning rates. */
type ReachedPoint = CellPoint & { readonly rate: number };

const atRate = ({ cell, rate: learningRate }: ReachedPoint) =>
  cell.networks.filter((network) => network.learningRate === learningRate);

/** A cell at each of its learning rates. */
export function reachedPoints(point: CellPoint): ReachedPoint[] {
  return [...point.cell.logLosses.keys()].map((learningRate) => ({ ...point, rate: learningRate }));
}

export const reached = table<ReachedPoint>('reached', {
  ...key,
  learning_rate: rate('peak learning rate, one of those tried', (point) => point.rate),
  ...estimate('loss', 'loss', 'final loss, mean over the trainings; null where one diverged', (point) =>
    estimateOf(atRate(point).map(({ looks }) => looks.at(-1)!.loss)),
  ),
  loss_floor_theory: inLoss(
    'least loss of layers of these norms (T6-sphere); null where plain layers or gains are free to grow',
    floorOf,
  ),
  diverged: pure(
    'trainings that diverged',
    (point) => atRate(point).filter(({ divergedAt }) => divergedAt !== undefined).length,
  ),
});

/** The networks of a cell at its best rate, at one look. */
type LookPoint = CellPoint & { readonly looks: readonly Look[] };

export function lookPoints(point: CellPoint): LookPoint[] {
  const networks = bestNetworks(point.cell);
  return networks[0]!.looks.map((_, at) => ({ ...point, looks: networks.map(({ looks }) => looks[at]!) }));
}

const stepsColumn = column<LookPoint>('steps', 'steps made', ({ looks }) => looks[0]!.step);

export const curve = table<LookPoint>('curve', {
  ...key,
  learning_rate: bestPeak,
  steps: stepsColumn,
  ...estimate(
    'loss',
    'loss',
    'loss at the best rate, mean over the trainings, at the middle one of the widths',
    ({ looks }) => estimateOf(looks.map(({ loss }) => loss)),
  ),
  loss_floor_theory: inLoss('least loss of layers of these norms (T6-sphere)', floorOf),
});

const isDecoupled = ({ cell }: OfCell) => cell.parameterization.kind === 'decoupled';

function ofLayers(
  suffix: string,
  description: string,
  value: (point: LookPoint, layer: 0 | 1) => number | undefined,
): Readings<LookPoint> {
  return Object.fromEntries(
    (['first', 'second'] as const).map((name, layer) => [
      suffix.replace('LAYER', name),
      pure<LookPoint>(`${description}, ${name} layer`, (point) => value(point, layer as 0 | 1)),
    ]),
  );
}

const relative = ({ looks }: LookPoint, layer: 0 | 1) => {
  const found = estimateOf(looks.map(({ relativeUpdate }) => relativeUpdate[layer]));
  return Number.isFinite(found.mean) ? found : undefined;
};

export const updates = table<LookPoint>('updates', {
  ...key,
  steps: stepsColumn,
  step_rate: rate('learning rate of that step, the best rate times the schedule', ({ looks }) => looks[0]!.rate),
  direction_update_theory: pure(
    '2 sin(½ arctan η), the change of direction of either layer in that step (T6-update)',
    (point) => (isDecoupled(point) ? relativeSphereStep(point.looks[0]!.rate) : undefined),
  ),
  ...ofLayers(
    'direction_update_LAYER_sim',
    'relative change of the direction in that step, mean over the trainings',
    (point, layer) =>
      isDecoupled(point) ? meanOf(point.looks.map(({ directionUpdate }) => directionUpdate![layer])) : undefined,
  ),
  ...ofLayers(
    'relative_update_LAYER_sim',
    '‖ΔW‖/‖W‖ in that step, mean over the trainings',
    (point, layer) => relative(point, layer)?.mean,
  ),
  ...ofLayers(
    'relative_update_LAYER_stderr',
    'standard error of the mean of ‖ΔW‖/‖W‖ in that step',
    (point, layer) => relative(point, layer)?.standardError,
  ),
  ...ofLayers(
    'relative_update_LAYER_spread',
    'standard deviation of ‖ΔW‖/‖W‖ in that step between trainings',
    (point, layer) => {
      const found = relative(point, layer);
      return found && found.standardError * Math.sqrt(point.looks.length);
    },
  ),
});

export const sensitivity = table<FinalSensitivity & CellPoint>('sensitivity', {
  ...key,
  learning_rate: bestPeak,
  nuclear_norm: pure('nuclear norm of the final W1W2, mean over the trainings', ({ nuclear }) => nuclear),
  nuclear_bound: pure('largest nuclear norm that layers of these norms can have (T6-sphere)', ({ cell, radius }) =>
    isOnSphere(cell) ? radius ** 2 : undefined,
  ),
  sensitivity_theory: inLoss(
    'rise of the loss under noise of scale gammas on the composed weights (T1)',
    ({ theory }) => theory,
  ),
  ...estimate(
    'sensitivity',
    'loss',
    'the same, Monte Carlo mean',
    ({ simulated }) => simulated,
    ', bounded for noise that all trainings share',
  ),
  sensitivity_floor: inLoss('least sensitivity of any factorisation of the same products (T6)', ({ floor }) => floor),
});

interface Contestant extends OfCell {
  readonly training: string;
  readonly contest: Contest;
}

/** The plain and the decoupled side of every contest, by training. */
export function contestants(cells: readonly TrainedCell[]): Contestant[] {
  return (['plain', 'decoupled'] as const).flatMap((side) =>
    contests(cells).map((contest) => ({
      ...{ training: `${contest.optimizer}, ${side}`, contest },
      cell: contest[side],
    })),
  );
}

/** Estimate of the exponential of what was estimated. */
function exponential({ mean, standardError }: Estimate): Estimate {
  return { mean: Math.exp(mean), standardError: Math.exp(mean) * standardError };
}

const bestRateOf = ({ cell }: OfCell) => {
  const { mean, standardError } = estimateOf(bestRates(cell.logLosses));
  return { mean: 2 ** mean, standardError: 2 ** mean * Math.LN2 * standardError };
};

export const rates = table<Contestant>('rates', {
  training: pure(
    'optimiser, plain (the best with or without weight decay and warm-up) or decoupled',
    ({ training }) => training,
  ),
  ...key,
  best_rate_sim: rate(
    'best learning rate, geometric mean over the trainings, between those of the grid',
    (point) => bestRateOf(point).mean,
  ),
  best_rate_stderr: rate('standard error of best_rate_sim', (point) => bestRateOf(point).standardError),
  at_edge: pure('trainings whose best rate is the first or the last of the grid', ({ cell }) => {
    const grid = [...cell.logLosses.keys()].map(Math.log2);
    return cell.bestRates.filter((best) => best === grid[0] || best === grid.at(-1)).length;
  }),
  ...estimate('loss', 'loss', 'loss at the best rate of the grid, geometric mean over the trainings', ({ cell }) =>
    exponential(estimateOf(bestLosses(cell))),
  ),
  ...estimate(
    'log_ratio',
    '1',
    'ln of the loss of decoupled over plain training, mean over the trainings',
    ({ contest }) => contest.logRatio,
  ),
});

export const transfer = table<Transfer>('transfer', {
  optimizer: optimizerColumn,
  parameterization: nameColumn,
  ...estimate(
    'exponent',
    '1',
    'exponent of the width to which the best rate is proportional',
    ({ exponent }) => exponent,
  ),
  ...estimate(
    'log_cost',
    '1',
    'ln of what the best rate of the smallest width costs at the largest',
    ({ cost }) => cost,
  ),
});

export const parts = table<Part>('parts', {
  part: pure('part of the claim of the paper: loss, gains, transfer or tracking', ({ part }) => part),
  verdict: pure('agrees, disagrees, or open in the linear model', ({ verdict }) => verdict),
  agreeing: pure('comparisons that agree with it', ({ agreeing }) => agreeing),
  contradicting: pure('comparisons that contradict it', ({ contradicting }) => contradicting),
  undecided: pure('comparisons that do neither, at three standard errors', ({ undecided }) => undecided),
});

const hiddenWidth = logarithmic('width', 'hidden width');
const bySeries = { series: 'parameterization', slice: 'optimizer' };

/** Figures of `decoupling`. */
export const decouplingFigures = [
  figureOf(
    rates,
    'reached',
    'Reached loss against the width',
    hiddenWidth,
    logarithmic('loss', 'loss at the best rate'),
    { series: 'training' },
  ),
  figureOf(
    updates,
    'updates',
    'Relative update of the first layer against the rate of the step',
    logarithmic('step_rate', 'learning rate of the step'),
    {
      theory: 'direction_update_theory',
      simulation: 'relative_update_first_sim',
      error: 'relative_update_first_stderr',
      label: 'relative update',
      scale: 'log',
    },
    bySeries,
  ),
  figureOf(
    curve,
    'curve',
    'Loss along training at the best rate',
    linear('steps'),
    { ...logarithmic('loss'), theory: 'loss_floor_theory' },
    bySeries,
  ),
  figureOf(
    rates,
    'rates',
    'Best learning rate against the width',
    hiddenWidth,
    logarithmic('best_rate', 'best learning rate'),
    { series: 'training' },
  ),
  figureOf(
    sensitivity,
    'sensitivity',
    'Sensitivity of the trained networks against the width',
    hiddenWidth,
    linear('sensitivity'),
    bySeries,
  ),
];
