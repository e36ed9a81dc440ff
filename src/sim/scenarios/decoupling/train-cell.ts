import type { Backend, NetworkShape, OptimizedNetworks, Weights } from '../../backends/backend.js';
import { type UpdateRule, updated } from '../../backends/optimizer.js';
import { fillGaussian } from '../../backends/random.js';
import { boundedSquare } from '../../training/engines.js';
import { sideBySide } from '../../training/network-start.js';
import { layersAt } from '../../training/record-training.js';
import { DIRECTION, decoupledStart, type Recipe, type Sphere } from './rules.js';

/** Streams of the basis come first. */
const FIRST_STREAM = 3;

/**
 * Gaussian directions of both layers, on the sphere: of unit norm, with rows (columns) of equal norm on the row (column) sphere.
 *
 * @param training distinguishes the trainings of one seed
 */
export function sphereStart(
  { rows, hidden, cols }: NetworkShape,
  sphere: Sphere,
  seed: number,
  training: number,
): Weights {
  return {
    first: gaussianDirection(rows, hidden, sphere, seed, 2 * training),
    second: gaussianDirection(hidden, cols, sphere, seed, 2 * training + 1),
  };
}

function gaussianDirection(rows: number, cols: number, sphere: Sphere, seed: number, which: number): Float64Array {
  const drawn = new Float64Array(rows * cols);
  fillGaussian(drawn, seed, 'basis', FIRST_STREAM + which);
  const parts = { frobenius: 1, row: rows, column: cols }[sphere];
  const partOf = (index: number) =>
    sphere === 'frobenius' ? 0 : sphere === 'row' ? Math.floor(index / cols) : index % cols;
  const squares = new Float64Array(parts);
  drawn.forEach((entry, index) => {
    squares[partOf(index)]! += entry ** 2;
  });
  return drawn.map((entry, index) => entry / Math.sqrt(squares[partOf(index)]! * parts));
}

/** All networks of a cell before their first step; those of the first learning rate come first. */
export function cellStart({ shape, recipe, radius, starts, learningRates, target }: Cell): OptimizedNetworks {
  const { rule, decoupling } = recipe;
  const scaled = (layer: Float64Array) => layer.map((entry) => radius * entry);
  const networks = starts.map(({ first, second }) => ({
    layers: { first: scaled(first), second: scaled(second) },
    target,
  }));
  const state = sideBySide(
    shape,
    learningRates.flatMap(() => networks),
    rule,
  );
  const rates = learningRates.flatMap((rate) => starts.map(() => rate));
  const plain = { ...state, rateScale: Float64Array.from(rates) };
  if (decoupling === undefined) return plain;
  for (const layer of ['first', 'second'] as const) {
    starts.forEach((start, training) => {
      const remembered = decoupledStart(decoupling, start[layer]);
      remembered.forEach((matrix, index) => {
        const moment = plain.moments[index]![layer];
        for (let rate = 0; rate < learningRates.length; rate++)
          moment.set(matrix, (rate * starts.length + training) * matrix.length);
      });
    });
  }
  return plain;
}

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

export type OfLayers = readonly [number, number];

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

export interface TrainedNetwork {
  readonly training: number;
  readonly learningRate: number;
  readonly layers: Weights;
  readonly looks: readonly Look[];
  /** First step, counted from 1, after which weights were no longer finite, or too large to be squared. */
  readonly divergedAt: number | undefined;
}

/** Trains all networks of a cell side by side; those of the first learning rate come first. */
export async function trainCell(backend: Backend, { recipe, ...rest }: Cell): Promise<TrainedNetwork[]> {
  const cell = { ...rest, recipe: { ...recipe, rule: remembering(recipe) } };
  const { starts, learningRates, looks } = cell;
  let state = cellStart(cell);
  const networks = learningRates.flatMap((learningRate) =>
    starts.map((_, training) => ({
      training,
      learningRate,
      looks: [] as Look[],
      divergedAt: undefined as number | undefined,
    })),
  );
  for (const step of looks) {
    const from = state;
    state = await advance(backend, cell, from, step - from.taken);
    const [weights, direction] = state.moments.slice(recipe.rule.moments);
    const lost = networks.flatMap(({ divergedAt }, at) =>
      divergedAt === undefined && !isBounded(state, at) ? [at] : [],
    );
    const stepsOfLoss = await firstStepsBeyond(backend, cell, from, step, lost);
    lost.forEach((at, index) => {
      networks[at]!.divergedAt = stepsOfLoss[index]!;
    });
    for (const [at, network] of networks.entries()) {
      network.looks.push({
        step,
        rate: network.learningRate * recipe.shares[step - 1]!,
        loss:
          network.divergedAt === undefined ? lossOf(cell, layersAt(state, cell.shape, at)) : Number.POSITIVE_INFINITY,
        relativeUpdate: changes(weights!, state, networks.length, at),
        directionUpdate: direction && changes(direction, state.moments[DIRECTION]!, networks.length, at),
      });
    }
  }
  return networks.map((network, at) => ({ ...network, layers: layersAt(state, cell.shape, at) }));
}

/**
 * The same rule, which also remembers the weights from which its last step set out, and their direction where they are decoupled: one
 * call then reports what its last step has changed.
 */
function remembering({ rule, decoupling }: Recipe): UpdateRule {
  const isDecoupled = decoupling !== undefined;
  return {
    name: `${rule.name}, with what it set out from`,
    moments: rule.moments + (isDecoupled ? 2 : 1),
    coefficients: (step) => ({ ...rule.coefficients(step), one: 1, zero: 0 }),
    update(arithmetic, weights, gradient, moments, layer) {
      const after = updated(arithmetic, rule, weights, gradient, moments.slice(0, rule.moments), layer);
      const setOutFrom = isDecoupled ? [weights, moments[DIRECTION]!] : [weights];
      // Copies, since the new values take the place of the old ones.
      const copies = setOutFrom.map((batch) => arithmetic.combination('one', batch, 'zero', batch));
      return { weights: after.weights, moments: [...after.moments, ...copies] };
    },
  };
}

function isBounded({ first, second, count }: OptimizedNetworks, at: number): boolean {
  return [first, second].every((layers) => {
    const size = layers.length / count;
    let largest = 0;
    // What is not a number stays the largest.
    for (let index = at * size; index < (at + 1) * size; index++) largest = Math.max(largest, Math.abs(layers[index]!));
    return boundedSquare(largest);
  });
}

/** Takes the steps up to a look one by one, and gives the first after which each of some networks is out of bounds. */
async function firstStepsBeyond(
  backend: Backend,
  cell: Cell,
  from: OptimizedNetworks,
  look: number,
  members: readonly number[],
): Promise<number[]> {
  const found = members.map(() => look);
  let current = from;
  while (members.length > 0 && current.taken + 1 < look) {
    current = await advance(backend, cell, current, 1);
    members.forEach((at, index) => {
      if (found[index] === look && !isBounded(current, at)) found[index] = current.taken;
    });
  }
  return found;
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
      for (let unit = 0; unit < hidden; unit++) entry += first[row * hidden + unit]! * second[unit * cols + column]!;
      loss += entry ** 2;
    }
  }
  return loss;
}

async function advance(
  backend: Backend,
  { recipe, inputs, learningRates }: Cell,
  state: OptimizedNetworks,
  steps: number,
): Promise<OptimizedNetworks> {
  const rates = recipe.shares.slice(state.taken, state.taken + steps);
  const ofStep = inputs === undefined ? 0 : inputs.length / recipe.shares.length;
  const seen = inputs && new Float64Array(steps * ofStep * learningRates.length);
  for (let part = 0; seen !== undefined && part < steps * learningRates.length; part++) {
    const step = state.taken + Math.floor(part / learningRates.length);
    seen.set(inputs!.subarray(step * ofStep, (step + 1) * ofStep), part * ofStep);
  }
  return backend.optimizeNetworks(state, { optimizer: recipe.rule, rates, inputs: seen });
}

/** `‖to − from‖ / ‖from‖` of both layers of one network. */
function changes(from: Weights, to: Weights, count: number, at: number): OfLayers {
  const ofLayer = (before: Float64Array, after: Float64Array) => {
    const size = before.length / count;
    let [moved, norm] = [0, 0];
    for (let index = at * size; index < (at + 1) * size; index++) {
      const entry = before[index]!;
      moved += (after[index]! - entry) ** 2;
      norm += entry ** 2;
    }
    return Math.sqrt(moved / norm);
  };
  return [ofLayer(from.first, to.first), ofLayer(from.second, to.second)];
}
