import type { Backend, NetworkShape, OptimizedNetworks, Weights } from '../backends/backend.js';
import { layersAt } from '../engines/layers-at.js';
import { boundedSquare } from '../engines/matrix-training.js';
import { DIRECTION, decoupledStart } from './decoupled-rule.js';
import type { Recipe } from './parameterization.js';

/** Networks of one width in one parameterisation: every learning rate from every start. */
export interface Cell {
  readonly shape: NetworkShape;
  readonly recipe: Recipe;
  /** Norm of each layer at the start. */
  readonly radius: number;
  /** Directions of both layers at the start, of unit norm, one for each training. */
  readonly starts: readonly Weights[];
  readonly learningRates: readonly number[];
  /** The task, rows × cols. */
  readonly target: Float64Array;
  /** Second moments of the mini-batches, steps × trainings × cols × cols; absent for their expectation. */
  readonly inputs: Float64Array | undefined;
  /** Steps after which networks are looked at, increasing, from 1. */
  readonly looks: readonly number[];
}

/** Numbers of the first and of the second layer. */
export type OfLayers = readonly [number, number];

/** A network at one look. */
export interface Look {
  readonly step: number;
  /** Learning rate of that step. */
  readonly rate: number;
  /** `‖W1W2 − A‖²` after it. */
  readonly loss: number;
  /** `‖ΔW‖/‖W‖` of each layer in this step, W being the weights before it. */
  readonly relativeUpdate: OfLayers;
  /** The same of the direction; absent in plain layers. */
  readonly directionUpdate: OfLayers | undefined;
}

/** A trained network. */
export interface TrainedNetwork {
  readonly training: number;
  readonly learningRate: number;
  readonly layers: Weights;
  readonly looks: readonly Look[];
  /** First look at which weights were no longer finite, or too large to be squared. */
  readonly divergedAt: number | undefined;
}

/** Trains all networks of a cell side by side; those of the first learning rate come first. */
export async function trainCell(backend: Backend, cell: Cell): Promise<TrainedNetwork[]> {
  const { starts, learningRates, recipe, looks } = cell;
  let state = initialState(cell);
  const networks = learningRates.flatMap((learningRate) =>
    starts.map((_, training) => ({
      training,
      learningRate,
      looks: [] as Look[],
      divergedAt: undefined as number | undefined,
    })),
  );
  for (const step of looks) {
    const before = await advance(backend, cell, state, step - 1 - state.taken);
    state = await advance(backend, cell, before, 1);
    for (const [at, network] of networks.entries()) {
      const layers = layersAt(state, cell.shape, at);
      const isBounded = layers.first.every(boundedSquare) && layers.second.every(boundedSquare);
      if (!isBounded) network.divergedAt ??= step;
      network.looks.push({
        step,
        rate: network.learningRate * recipe.shares[step - 1]!,
        loss: isBounded ? lossOf(cell, layers) : Number.POSITIVE_INFINITY,
        relativeUpdate: changes(before, state, networks.length, at),
        directionUpdate:
          recipe.decoupling &&
          changes(before.moments[DIRECTION]!, state.moments[DIRECTION]!, networks.length, at),
      });
    }
  }
  return networks.map((network, at) => ({ ...network, layers: layersAt(state, cell.shape, at) }));
}

/** `‖W1W2 − A‖²` in float64. */
export function lossOf(
  { shape: { rows, hidden, cols }, target }: Pick<Cell, 'shape' | 'target'>,
  { first, second }: Weights,
): number {
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < cols; column++) {
      let entry = -target[row * cols + column]!;
      for (let unit = 0; unit < hidden; unit++)
        entry += first[row * hidden + unit]! * second[unit * cols + column]!;
      loss += entry ** 2;
    }
  }
  return loss;
}

function initialState({ shape, recipe, radius, starts, learningRates, target }: Cell): OptimizedNetworks {
  const { rule, decoupling } = recipe;
  const layers = (which: 'first' | 'second') =>
    repeated(
      starts.map((start) => start[which].map((entry) => radius * entry)),
      learningRates.length,
    );
  const moment = (which: 'first' | 'second', index: number) =>
    repeated(
      starts.map((start) =>
        decoupling === undefined
          ? new Float64Array(start[which].length)
          : decoupledStart(decoupling, start[which])[index]!,
      ),
      learningRates.length,
    );
  const count = starts.length * learningRates.length;
  return {
    shape,
    count,
    first: layers('first'),
    second: layers('second'),
    target: repeated([target], count),
    rateScale: Float64Array.from(
      { length: count },
      (_, at) => learningRates[Math.floor(at / starts.length)]!,
    ),
    moments: Array.from({ length: rule.moments }, (_, index) => ({
      first: moment('first', index),
      second: moment('second', index),
    })),
    taken: 0,
  };
}

/** The arrays one after the other, all of them several times. */
function repeated(arrays: readonly Float64Array[], times: number): Float64Array {
  const size = arrays[0]!.length;
  const result = new Float64Array(times * arrays.length * size);
  for (let at = 0; at < times * arrays.length; at++) result.set(arrays[at % arrays.length]!, at * size);
  return result;
}

async function advance(
  backend: Backend,
  { recipe, inputs, learningRates }: Cell,
  state: OptimizedNetworks,
  steps: number,
): Promise<OptimizedNetworks> {
  if (steps === 0) return state;
  const rates = recipe.shares.slice(state.taken, state.taken + steps);
  const ofStep = inputs === undefined ? 0 : inputs.length / recipe.shares.length;
  const seen = inputs && new Float64Array(steps * ofStep * learningRates.length);
  for (let part = 0; seen !== undefined && part < steps * learningRates.length; part++) {
    const step = state.taken + Math.floor(part / learningRates.length);
    seen.set(inputs!.subarray(step * ofStep, (step + 1) * ofStep), part * ofStep);
  }
  return backend.optimizeNetworks(state, { optimizer: recipe.rule, rates, inputs: seen });
}

/** `‖after − before‖ / ‖before‖` of both layers of one network. */
function changes(before: Weights, after: Weights, count: number, at: number): OfLayers {
  const ofLayer = (which: 'first' | 'second') => {
    const size = before[which].length / count;
    let [moved, norm] = [0, 0];
    for (let index = at * size; index < (at + 1) * size; index++) {
      moved += (after[which][index]! - before[which][index]!) ** 2;
      norm += before[which][index]! ** 2;
    }
    return Math.sqrt(moved / norm);
  };
  return [ofLayer('first'), ofLayer('second')];
}
