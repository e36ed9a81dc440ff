import type { Matrix } from 'ml-matrix';
import type { Backend } from '../../backends/backend.js';
import { InputMoments } from '../../noise/input-moments.js';
import { bestRate, bestRates, logLosses, missingRates } from './best-rate.js';
import type { GainName } from './decoupled-rule.js';
import {
  nameOf,
  type Parameterization,
  parameterizationsWith,
  recipeOf,
  type TrainingSettings,
} from './parameterization.js';
import { sphereStart } from './sphere-start.js';
import { type Cell, type TrainedNetwork, trainCell } from './train-cell.js';

/** What is trained, and how. */
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
  /** Name of the parameterisation. */
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
    return Array.from({ length: trainings }, (_, training) =>
      sphereStart(shape, study.sphere, seed, training),
    );
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

/** Its networks at the best learning rate, one for each training. */
export function bestNetworks({ networks, rate }: Pick<TrainedCell, 'networks' | 'rate'>): TrainedNetwork[] {
  return networks.filter(({ learningRate }) => learningRate === rate);
}

/** Logarithms of the loss at its best learning rate, training by training. */
export function bestLosses({
  logLosses: losses,
  rate,
}: Pick<TrainedCell, 'logLosses' | 'rate'>): readonly number[] {
  return losses.get(rate)!;
}
