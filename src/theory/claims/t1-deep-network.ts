import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { expectedExcessDeep } from '../sensitivity.js';
import { type Conclusion, defineClaim, equal, type Side, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import * as explicitLosses from './engine/explicit-loss.js';

/** T1 for any depth. */
export const deepNetwork = defineClaim({
  id: 'T1-depth',
  title: 'Sensitivity to noise at any depth',
  statement:
    'Noise of standard deviation γ_l on the weights of layer l raises the expected loss ‖W1⋯WL − A‖² by the excess of tr M over ‖W1⋯WL‖², where M starts as the identity and the layers from the last to the first map it to W M Wᵀ + γ² tr(M) I.',
  origin: 'ours',
  domain: fc.record({
    /** `W1 … WL`: the rows of each layer, the size of its entries and its noise scale. */
    layers: draws.listOf(
      6,
      fc.record({
        rows: draws.dimension,
        size: draws.weighted([12, draws.decades(-2, 1)], [1, fc.constant(0)]),
        gamma: draws.noiseScale,
      }),
    ),
    /** Columns of the last layer. */
    cols: draws.dimension,
    taskSize: draws.decades(-2, 2),
    seed: draws.matrixSeed,
    /** Whether the noise scale of the first layer holds for all of them. */
    sameNoise: fc.boolean(),
    noise: explicitLosses.noiseModel,
  }),
  wellFormed: ({ layers, cols, taskSize, seed, noise }) =>
    draws.areWhole([layers.length], 1, 8) &&
    [cols, ...draws.pluck(layers, 'rows')].every(draws.isDimension) &&
    layers.every(({ size, gamma }) => draws.areWithin([size, gamma], 0, 1e3)) &&
    draws.areWithin([taskSize], 0, 1e6) &&
    Number.isInteger(seed) &&
    explicitLosses.isNoiseModel(noise),
  hypotheses: explicitLosses.noiseHypotheses,
  conclusion(instance) {
    const { layers: descriptions, cols, taskSize, seed, sameNoise, noise } = instance;
    const layers = descriptions.map(({ rows, size }, layer) =>
      draws.drawnMatrix(rows, descriptions[layer + 1]?.rows ?? cols, seed + draws.SEED_STRIDE * layer).mul(size),
    );
    const gammas = descriptions.map(({ gamma }) => (sameNoise ? descriptions[0]!.gamma : gamma));
    const task = draws.drawnMatrix(layers[0]!.rows, cols, seed - draws.SEED_STRIDE).mul(taskSize);
    const formula = { label: 'tr M − ‖W1⋯WL‖²', value: expectedExcessDeep(layers, sameNoise ? gammas[0]! : gammas) };
    const parts: Conclusion[] = [];
    if (noise.draw === 'independent') {
      const drift = driftOfMean(layers, gammas, task, noise.mean);
      const centre = displaced(layers, gammas, noise.mean);
      const value = subsetExcess(centre, gammas) + drift.value;
      const size = subsetExcess(centre.map(Matrix.abs), gammas) + drift.size;
      parts.push(equal(formula, ['sum over all sets of layers with noise', value], ROUNDING * size + TINY));
    }
    const count = layers.reduce((sum, layer) => sum + layer.rows * layer.columns, 0);
    if (count <= MOST_ENUMERATED || noise.draw === 'in step') {
      parts.push(bySigns(formula, layers, gammas, task, noise));
    }
    return tightest(parts);
  },
  toleranceReason:
    'both sides are sums over products of at most 12 matrices of up to 12 columns: 1e-13 of the same sum over absolute values; the mean over all signs cancels the loss: 1e-13 of a bound of it',
});

const ROUNDING = 1e-13;

/** Keeps the tolerance positive where both sides are zero. */
const TINY = 1e-300;

/** Networks with so few weights are also averaged over every pattern of signs, which no formula enters. */
const MOST_ENUMERATED = 7;

/**
 * `Σ_S Π_{l∈S} γ_l² · Π ‖segment‖²` over the non-empty sets `S` of layers that are replaced by their noise: these cut the
 * product into segments of the remaining layers, an empty one between neighbours counting as an identity.
 */
function subsetExcess(layers: readonly Matrix[], gammas: readonly number[]): number {
  const segment = segmentNorms(layers);
  let excess = 0;
  for (let set = 1; set < 2 ** layers.length; set++) {
    let term = 1;
    let from = 0;
    layers.forEach((_, layer) => {
      if (((set >> layer) & 1) === 0) return;
      term *= gammas[layer]! ** 2 * segment(from, layer);
      from = layer + 1;
    });
    excess += term * segment(from, layers.length);
  }
  return excess;
}

/** `‖W_from ⋯ W_to‖²` with `to` excluded; the number of units where the product is empty. */
function segmentNorms(layers: readonly Matrix[]): (from: number, to: number) => number {
  const norms = layers.map((layer, from) => {
    const row = [layer.rows, layer.norm() ** 2];
    let product = layer;
    for (const next of layers.slice(from + 1)) {
      product = product.mmul(next);
      row.push(product.norm() ** 2);
    }
    return row;
  });
  const outputs = layers.at(-1)!.columns;
  return (from, to) => norms[from]?.[to - from] ?? outputs;
}

/** Every weight moved by `draw` times the noise scale of its layer. */
function displaced(layers: readonly Matrix[], gammas: readonly number[], draw: number): Matrix[] {
  return layers.map((layer, index) => Matrix.add(layer, draw * gammas[index]!));
}

/** What the mean of the noise alone does to the loss, and the size of the terms that cancel in it. */
function driftOfMean(layers: readonly Matrix[], gammas: readonly number[], task: Matrix, mean: number) {
  if (mean === 0) return { value: 0, size: 0 };
  const before = lossOf(layers, task);
  const after = lossOf(displaced(layers, gammas, mean), task);
  return { value: after - before, size: after + before + task.norm() ** 2 };
}

/** The formula against the mean of the loss over all patterns of signs, or over the two common ones. */
function bySigns(
  formula: Side,
  layers: readonly Matrix[],
  gammas: readonly number[],
  task: Matrix,
  noise: explicitLosses.NoiseModel,
): Conclusion {
  const lossAt = explicitLosses.explicitLoss(layers, task);
  const loss = lossOf(layers, task);
  const centre = displaced(layers, gammas, noise.mean);
  const scales = layers.flatMap((layer, index) => new Array<number>(layer.rows * layer.columns).fill(gammas[index]!));
  const mean =
    noise.draw === 'in step'
      ? (lossOf(displaced(centre, gammas, 1), task) + lossOf(displaced(centre, gammas, -1), task)) / 2
      : explicitLosses.meanOverSigns(lossAt, explicitLosses.weightsOf(centre), scales);
  const reach = layers.reduce((product, layer, index) => {
    const moved = gammas[index]! * (1 + Math.abs(noise.mean)) * Math.sqrt(layer.rows * layer.columns);
    return product * (layer.norm() + moved);
  }, 1);
  return equal(
    formula,
    ['mean loss over all signs of the noise − loss', mean - loss],
    ROUNDING * (reach ** 2 + task.norm() ** 2) + TINY,
  );
}

function lossOf(layers: readonly Matrix[], task: Matrix): number {
  return explicitLosses.explicitLoss(layers, task)(explicitLosses.weightsOf(layers));
}
