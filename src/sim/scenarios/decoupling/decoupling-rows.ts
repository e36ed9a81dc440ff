import { nearestInNuclearBall } from '../../../theory/nuclear-ball.js';
import { relativeSphereStep } from '../../../theory/sphere-step.js';
import { estimateOf } from '../../noise/estimate-of.js';
import type { Estimate } from '../../noise/excess.js';
import type { Row } from '../../scenario/table.js';
import { bestRates, meanOf } from './best-rate.js';
import { type Contest, contests, transfers } from './contest.js';
import { bestLosses, bestNetworks, type TrainedCell } from './decoupling-study.js';
import type { Part } from './decoupling-verdict.js';
import type { FinalSensitivity } from './final-sensitivity.js';
import type { OfLayers, TrainedNetwork } from './train-cell.js';

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
