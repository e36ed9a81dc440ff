import { Matrix } from 'ml-matrix';
import { expectedExcess } from '../../../theory/sensitivity.js';
import { nuclearNorm } from '../../../theory/sensitivity-floor.js';
import type { Backend } from '../../backends/backend.js';
import { type Estimate, estimateExcess, NoiseReplicates } from '../../noise/excess.js';
import { InputMoments } from '../../training/input-moments.js';
import { matricesOf } from '../../training/network-start.js';
import {
  type GainName,
  nameOf,
  type Parameterization,
  parameterizationsWith,
  recipeOf,
  type TrainingSettings,
} from './rules.js';
import { type Cell, sphereStart, type TrainedNetwork, trainCell } from './train-cell.js';

/** Smaller losses differ by rounding alone. */
const LEAST_LOSS = 1e-300;

/** Logarithm of the loss at the end, training by training, for each learning rate; infinite where a training diverged. */
export function logLosses(networks: readonly TrainedNetwork[]): ReadonlyMap<number, readonly number[]> {
  const losses = new Map<number, number[]>();
  for (const { learningRate, looks } of networks) {
    const log = Math.log(Math.max(LEAST_LOSS, looks.at(-1)!.loss));
    losses.set(learningRate, [...(losses.get(learningRate) ?? []), log]);
  }
  return losses;
}

/** The learning rate with the least mean logarithm of the loss; the smallest where all diverged. */
export function bestRate(losses: ReadonlyMap<number, readonly number[]>): number {
  const means = [...losses].map(([rate, logs]) => ({ rate, mean: meanOf(logs) }));
  return means.reduce((best, next) => (next.mean < best.mean ? next : best)).rate;
}

/**
 * Learning rates that must still be tried before the best ones are known: neighbours on the grid of the best one over all trainings
 * and of the best one of each training, among those that were tried. There are none left where each of these has a greater loss on
 * both sides, or is at an end of the grid.
 *
 * @param losses of the tried rates, at least one, in the order of the grid
 * @param grid increasing
 */
export function missingRates(losses: ReadonlyMap<number, readonly number[]>, grid: readonly number[]): number[] {
  const tried = [...losses];
  const trainings = tried[0]![1].map((_, training) => training);
  const best = [
    bestRate(losses),
    ...trainings.map((training) => bestRate(new Map(tried.map(([rate, logs]) => [rate, [logs[training]!]])))),
  ];
  return grid.filter((rate, at) => !losses.has(rate) && (best.includes(grid[at - 1]!) || best.includes(grid[at + 1]!)));
}

/**
 * Binary logarithm of the best learning rate of each training: the vertex of the parabola through the best rate of the grid and its
 * neighbours, in logarithms, or the rate itself at an end of the grid or beside a training that diverged.
 */
export function bestRates(losses: ReadonlyMap<number, readonly number[]>): number[] {
  const rates = [...losses.keys()].map(Math.log2);
  const logs = [...losses.values()];
  return logs[0]!.map((_, training) => {
    const values = logs.map((ofRate) => ofRate[training]!);
    const at = values.reduce((best, value, index) => (value < values[best]! ? index : best), 0);
    const [left, right] = [values[at - 1], values[at + 1]];
    if (left === undefined || right === undefined || left + right === Infinity) return rates[at]!;
    const [before, after] = [rates[at]! - rates[at - 1]!, rates[at + 1]! - rates[at]!];
    const [first, second] = [(values[at]! - left) / before, (right - values[at]!) / after];
    const vertex = rates[at]! - before / 2 - (first * (before + after)) / (2 * (second - first));
    return Number.isFinite(vertex) ? vertex : rates[at]!;
  });
}

/** Slope of a least-squares line. */
export function slopeOf(xs: readonly number[], ys: readonly number[]): number {
  const [x0, y0] = [meanOf(xs), meanOf(ys)];
  const [mixed, square] = xs.reduce(
    ([sum, squares], x, at) => [sum + (x - x0) * (ys[at]! - y0), squares + (x - x0) ** 2],
    [0, 0],
  );
  return mixed / square;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export interface DecouplingStudy extends TrainingSettings {
  readonly dim: number;
  readonly task: Matrix;
  readonly seed: number;
  readonly optimizers: readonly string[];
  readonly gains: readonly GainName[];
  readonly widths: readonly number[];
  /** Among which the best is searched for, increasing. */
  readonly learningRates: readonly number[];
  readonly trainings: number;
  readonly batch: number | 'full';
}

/** All networks of one optimiser, parameterisation and width. */
export interface TrainedCell {
  readonly optimizer: string;
  readonly parameterization: Parameterization;
  readonly name: string;
  readonly width: number;
  /** At every learning rate that was tried, from every start. */
  readonly networks: readonly TrainedNetwork[];
  /** Logarithm of the loss at the end, training by training, for each learning rate that was tried. */
  readonly logLosses: ReadonlyMap<number, readonly number[]>;
  /** The best learning rate of the grid, over all trainings. */
  readonly rate: number;
  /** Binary logarithm of the best learning rate of each training. */
  readonly bestRates: readonly number[];
}

/** Times at which networks are looked at. */
const LOOKS = 16;

/**
 * Trains every parameterisation by every optimiser at every width, from the same starts and on the same mini-batches.
 *
 * Learning rates are tried around the best one of the cell before of the same width, and further on until each training has its best
 * one between two that are worse. A second minimum beyond would be missed; in runs over the whole grid, of all presets and several
 * seeds, the best rate of a cell was always found, and that of a training in all but 5 of 2016.
 */
export async function* trainedCells(
  backend: Backend,
  study: DecouplingStudy,
): AsyncGenerator<TrainedCell, void, undefined> {
  const { dim, task, seed, optimizers, gains, widths, learningRates, trainings, batch, steps } = study;
  const target = Float64Array.from(task.to1DArray());
  const inputs = batch === 'full' ? undefined : new InputMoments(dim, batch, trainings, seed).draw(0, steps);
  const looks = [...new Set(Array.from({ length: LOOKS }, (_, at) => Math.ceil(((at + 1) * steps) / LOOKS)))];
  const starts = widths.map((width) => {
    const shape = { rows: dim, hidden: width, cols: dim };
    return Array.from({ length: trainings }, (_, training) => sphereStart(shape, study.sphere, seed, training));
  });
  const guesses = new Map<number, number>();
  let guess = learningRates[Math.floor((learningRates.length - 1) / 2)]!;
  for (const optimizer of optimizers) {
    for (const parameterization of parameterizationsWith(gains)) {
      const recipe = recipeOf(parameterization, optimizer, study);
      let ofNarrowest: number | undefined;
      for (const [at, width] of widths.entries()) {
        const shape = { rows: dim, hidden: width, cols: dim };
        const { radius } = study;
        const cell = { shape, recipe, radius, starts: starts[at]!, target, inputs, looks };
        const isWidest = at === widths.length - 1;
        const networks = await searched(backend, cell, learningRates, [
          guesses.get(width) ?? guess,
          // What it costs to take the best rate of the narrowest networks is asked of the widest.
          ...(isWidest && ofNarrowest !== undefined ? [ofNarrowest] : []),
        ]);
        const losses = logLosses(networks);
        const rate = bestRate(losses);
        guesses.set(width, rate);
        guess = rate;
        ofNarrowest ??= rate;
        yield {
          optimizer,
          parameterization,
          name: nameOf(parameterization),
          width,
          networks,
          logLosses: losses,
          rate,
          bestRates: bestRates(losses),
        };
      }
    }
  }
}

/**
 * Networks of a cell at some learning rates, among them the best ones of all trainings and their neighbours on the grid; those of the
 * smallest rate come first.
 *
 * @param grid of the learning rates, increasing
 * @param first rates of the grid; the first of them and its neighbours are tried at first, and so are the others
 */
async function searched(
  backend: Backend,
  cell: Omit<Cell, 'learningRates'>,
  grid: readonly number[],
  first: readonly number[],
): Promise<TrainedNetwork[]> {
  const middle = grid.indexOf(first[0]!);
  const networks: TrainedNetwork[] = [];
  let wanted = grid.filter((rate, at) => Math.abs(at - middle) <= 1 || first.includes(rate));
  while (wanted.length > 0) {
    networks.push(...(await trainCell(backend, { ...cell, learningRates: wanted })));
    networks.sort((one, other) => one.learningRate - other.learningRate);
    wanted = missingRates(logLosses(networks), grid);
  }
  return networks;
}

export function bestNetworks({ networks, rate }: Pick<TrainedCell, 'networks' | 'rate'>): TrainedNetwork[] {
  return networks.filter(({ learningRate }) => learningRate === rate);
}

export function bestLosses({ logLosses: losses, rate }: Pick<TrainedCell, 'logLosses' | 'rate'>): readonly number[] {
  return losses.get(rate)!;
}

/** Sensitivity to noise of the networks of one cell at its best learning rate, means over those that did not diverge. */
export interface FinalSensitivity {
  readonly cell: TrainedCell;
  readonly nuclear: number;
  /** `γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq` (T1). */
  readonly theory: number;
  /** Least that any factorisation of the same products of this width has (T6). */
  readonly floor: number;
  /** Monte Carlo mean. As all networks meet the same noise, its error is bounded by the mean of their errors. */
  readonly simulated: Estimate;
}

/** Measures them, a cell at a time; cells whose networks have all diverged are left out. */
export async function* finalSensitivities(
  backend: Backend,
  cells: readonly TrainedCell[],
  task: Matrix,
  { gamma, replicates, seed }: { readonly gamma: number; readonly replicates: number; readonly seed: number },
): AsyncGenerator<FinalSensitivity, void, undefined> {
  const noises = new Map<number, NoiseReplicates>();
  for (const cell of cells) {
    const shape = { rows: task.rows, hidden: cell.width, cols: task.columns };
    const noise = noises.get(cell.width) ?? new NoiseReplicates(shape, replicates, seed);
    noises.set(cell.width, noise);
    const finite = bestNetworks(cell).filter(({ divergedAt }) => divergedAt === undefined);
    if (finite.length === 0) continue;
    const measured = [];
    for (const { layers } of finite) {
      const { first, second } = matricesOf(shape, layers);
      const product = first.mmul(second);
      const residual = Float64Array.from(Matrix.sub(product, task).to1DArray());
      const network = { shape, count: 1, layers, residual };
      const [estimate] = await estimateExcess(backend, network, noise, [gamma]);
      const nuclear = nuclearNorm(product);
      const cubed = gamma ** 4 * shape.rows * shape.hidden * shape.cols;
      measured.push({
        nuclear,
        theory: expectedExcess(first, second, gamma),
        floor: gamma ** 2 * 2 * Math.sqrt(shape.rows * shape.cols) * nuclear + cubed,
        estimate: estimate!,
      });
    }
    yield {
      cell,
      nuclear: meanOf(measured.map(({ nuclear }) => nuclear)),
      theory: meanOf(measured.map(({ theory }) => theory)),
      floor: meanOf(measured.map(({ floor }) => floor)),
      simulated: {
        mean: meanOf(measured.map(({ estimate }) => estimate.mean)),
        standardError: meanOf(measured.map(({ estimate }) => estimate.standardError)),
      },
    };
  }
}
