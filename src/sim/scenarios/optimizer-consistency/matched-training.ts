import type { Backend, NetworkShape, OptimizedNetworks, Weights } from '../../backends/backend.js';
import { layersAt } from '../../training/layers-at.js';
import type { Optimizer } from '../../training/optimizers/optimizer.js';
import { sideBySide } from '../../training/side-by-side.js';

/** Networks that one optimiser trains on one task, each until its loss is matched. */
export interface MatchedTraining {
  readonly shape: NetworkShape;
  readonly optimizer: Optimizer;
  readonly rate: number;
  /** rows × cols, the same for all. */
  readonly target: Float64Array;
  /** Second moments of the inputs, cols × cols. */
  readonly inputs: Float64Array;
  /** Steps after which a network is given up. */
  readonly patience: number;
  /** Whether a network is trained far enough; it stops where this first holds, to a thousandth of a step. */
  isThere(layers: Weights): boolean;
}

/** A network at the end of a matched training; `steps` is undefined where it did not come there. */
export interface Matched {
  readonly layers: Weights;
  readonly steps: number | undefined;
}

/** Steps of one call. */
const STRIDE = 32;

/** Halvings of the last step. */
const HALVINGS = 10;

/**
 * Trains all networks side by side with a fresh optimiser. Each is stopped within its last step: a step is along one direction whatever its
 * size, so that it is cut to the part that just reaches the goal, by bisection.
 */
export async function trainMatched(
  backend: Backend,
  starts: readonly Weights[],
  training: MatchedTraining,
): Promise<Matched[]> {
  const results: Matched[] = [];
  const { shape, optimizer, target } = training;
  let state = sideBySide(
    shape,
    starts.map((layers) => ({ layers, target })),
    optimizer,
  );
  const missing = () => starts.map((_, at) => at).filter((at) => results[at] === undefined);
  for (const at of missing()) {
    if (training.isThere(starts[at]!)) results[at] = { layers: starts[at]!, steps: 0 };
  }
  while (missing().length > 0 && state.taken < training.patience) {
    const next = await advance(backend, state, training, STRIDE);
    if (missing().some((at) => training.isThere(layersAt(next, training.shape, at)))) {
      let single = state;
      for (let step = 0; step < STRIDE; step++) {
        const after = await advance(backend, single, training, 1);
        const there = missing().filter((at) => training.isThere(layersAt(after, training.shape, at)));
        const cut = there.length === 0 ? [] : await lastSteps(backend, single, training, there);
        there.forEach((at, index) => {
          results[at] = cut[index]!;
        });
        single = after;
      }
      state = single;
    } else state = next;
  }
  for (const at of missing()) {
    results[at] = { layers: layersAt(state, training.shape, at), steps: undefined };
  }
  return results;
}

/** The last step of some networks, cut where the goal is first reached. */
async function lastSteps(
  backend: Backend,
  before: OptimizedNetworks,
  training: MatchedTraining,
  members: readonly number[],
): Promise<Matched[]> {
  const low = new Float64Array(before.count);
  const high = new Float64Array(before.count).fill(1);
  const at = async (rateScale: Float64Array) => advance(backend, { ...before, rateScale }, training, 1);
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = low.map((value, network) => (value + high[network]!) / 2);
    const after = await at(middle);
    for (const network of members) {
      const isThere = training.isThere(layersAt(after, training.shape, network));
      (isThere ? high : low)[network] = middle[network]!;
    }
  }
  const end = await at(high);
  return members.map((network) => ({
    layers: layersAt(end, training.shape, network),
    steps: before.taken + high[network]!,
  }));
}

async function advance(
  backend: Backend,
  state: OptimizedNetworks,
  { optimizer, rate, inputs }: MatchedTraining,
  steps: number,
): Promise<OptimizedNetworks> {
  const all = new Float64Array(steps * state.count * inputs.length);
  for (let part = 0; part < steps * state.count; part++) all.set(inputs, part * inputs.length);
  const rates = new Array<number>(steps).fill(rate);
  return backend.optimizeNetworks(state, { optimizer, rates, inputs: all });
}
