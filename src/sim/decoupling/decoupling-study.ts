import type { Matrix } from 'ml-matrix';
import type { Backend } from '../backends/backend.js';
import { InputMoments } from '../noise/input-moments.js';
import { bestRate, bestRates, logLosses } from './best-rate.js';
import type { GainName } from './decoupled-rule.js';
import {
  nameOf,
  type Parameterization,
  parameterizationsWith,
  recipeOf,
  type TrainingSettings,
} from './parameterization.js';
import { sphereStart } from './sphere-start.js';
import { type TrainedNetwork, trainCell } from './train-cell.js';

/** What is trained, and how. */
export interface DecouplingStudy extends TrainingSettings {
  readonly dim: number;
  readonly task: Matrix;
  readonly seed: number;
  readonly optimizers: readonly string[];
  readonly gains: readonly GainName[];
  readonly widths: readonly number[];
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
  readonly networks: readonly TrainedNetwork[];
  /** Logarithm of the loss at the end, training by training, for each learning rate. */
  readonly logLosses: ReadonlyMap<number, readonly number[]>;
  /** The best learning rate of the grid, over all trainings. */
  readonly rate: number;
  /** Binary logarithm of the best learning rate of each training. */
  readonly bestRates: readonly number[];
}

/** Times at which networks are looked at. */
const LOOKS = 16;

/** Trains every parameterisation by every optimiser at every width, from the same starts and on the same mini-batches. */
export async function* trainedCells(
  backend: Backend,
  study: DecouplingStudy,
): AsyncGenerator<TrainedCell, void, undefined> {
  const { dim, task, seed, optimizers, gains, widths, learningRates, trainings, batch, steps } = study;
  const target = Float64Array.from(task.to1DArray());
  const inputs = batch === 'full' ? undefined : new InputMoments(dim, batch, trainings, seed).draw(0, steps);
  const looks = [...new Set(Array.from({ length: LOOKS }, (_, at) => Math.ceil(((at + 1) * steps) / LOOKS)))];
  for (const optimizer of optimizers) {
    for (const parameterization of parameterizationsWith(gains)) {
      for (const width of widths) {
        const shape = { rows: dim, hidden: width, cols: dim };
        const recipe = recipeOf(parameterization, optimizer, study);
        const starts = Array.from({ length: trainings }, (_, training) =>
          sphereStart(shape, study.sphere, seed, training),
        );
        const { radius } = study;
        const cell = { shape, recipe, radius, starts, learningRates, target, inputs, looks };
        const networks = await trainCell(backend, cell);
        const losses = logLosses(networks);
        yield {
          optimizer,
          parameterization,
          name: nameOf(parameterization),
          width,
          networks,
          logLosses: losses,
          rate: bestRate(losses),
          bestRates: bestRates(losses),
        };
      }
    }
  }
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
