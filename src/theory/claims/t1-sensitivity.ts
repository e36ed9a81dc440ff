import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { expectedExcess, expectedExcessDeep, hessianTrace, type LayerNoise } from '../sensitivity.js';
import { hessianOf } from '../sharpness.js';
import { type Conclusion, defineClaim, equal, type Side, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import * as explicitLosses from './engine/explicit-loss.js';

const ENTRY_BY_ENTRY =
  'the mean is taken entry by entry from differences of losses, each of which carries h + 4 roundings of a bound of the loss';

/** T1: what noise of one scale on all weights costs. */
export const gaussianSensitivity = defineClaim({
  id: 'T1',
  title: 'Sensitivity to noise, exactly',
  statement:
    'Noise of standard deviation γ on every weight, Gaussian or not, raises the expected loss ‖W1W2 − A‖² by exactly γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq, whatever the weights, the shapes, the task and the size of γ.',
  origin: 'setting: paper, section 4; identity: ours',
  domain: fc.record({ network: draws.drawnNetwork, gamma: draws.noiseScale, noise: explicitLosses.noiseModel }),
  wellFormed: ({ network, gamma, noise }) =>
    draws.isDrawnNetwork(network) && draws.areWithin([gamma], 0, 1e6) && explicitLosses.isNoiseModel(noise),
  hypotheses: explicitLosses.noiseHypotheses,
  conclusion: ({ network, gamma, noise }) =>
    raisesLoss('γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq', draws.networkOf(network), gamma, noise),
  toleranceReason: ENTRY_BY_ENTRY,
});

/** T1 with a noise scale of its own for each layer: which scale meets which factor. */
export const unequalNoise = defineClaim({
  id: 'T1-unequal',
  title: 'Unequal noise of the layers',
  statement:
    'Noise of standard deviation γ1 on the weights of W1 and γ2 on those of W2 raises the expected loss by exactly γ1²p‖W2‖² + γ2²q‖W1‖² + γ1²γ2²phq: the noise of each layer meets the weights of the other.',
  origin: 'ours',
  domain: fc.record({
    network: draws.drawnNetwork,
    firstGamma: draws.noiseScale,
    secondGamma: draws.noiseScale,
    noise: explicitLosses.noiseModel,
  }),
  wellFormed: ({ network, firstGamma, secondGamma, noise }) =>
    draws.isDrawnNetwork(network) &&
    draws.areWithin([firstGamma, secondGamma], 0, 1e6) &&
    explicitLosses.isNoiseModel(noise),
  hypotheses: explicitLosses.noiseHypotheses,
  conclusion({ network, firstGamma, secondGamma, noise }) {
    const scales = { first: firstGamma, second: secondGamma };
    return raisesLoss('γ1²p‖W2‖² + γ2²q‖W1‖² + γ1²γ2²phq', draws.networkOf(network), scales, noise);
  },
  toleranceReason: ENTRY_BY_ENTRY,
});

/** The formula for the expected rise of the loss against the mean of the loss under noise. */
function raisesLoss(
  formula: string,
  network: draws.Network,
  gamma: number | LayerNoise,
  noise: explicitLosses.NoiseModel,
) {
  const scales = typeof gamma === 'number' ? { first: gamma, second: gamma } : gamma;
  return equal(
    [formula, expectedExcess(network.first, network.second, gamma)],
    ['mean loss with noise − loss, entry by entry', explicitLosses.explicitExcess(network, scales, noise)],
    explicitLosses.excessRounding(network, scales, noise),
  );
}

/** T1 read as curvature. */
export const hessianOfSensitivity = defineClaim({
  id: 'T1-hessian',
  title: 'Sensitivity is half the trace of the Hessian',
  statement:
    'The second derivative of ‖W1W2 − A‖² in the directions X and Y is 2⟨X1W2 + W1X2, Y1W2 + W1Y2⟩ + 2⟨W − A, X1Y2 + Y1X2⟩, its trace over all weights is 2(q‖W1‖² + p‖W2‖²) whatever the task is, and half that trace is the coefficient of γ² in the expected rise of the loss under noise.',
  origin: 'ours',
  domain: fc.record({
    network: draws.drawnNetwork,
    gamma: draws.decades(-4, 1),
    /** Seed of the two directions of the second derivative. */
    directions: draws.matrixSeed,
  }),
  wellFormed: ({ network, gamma, directions }) =>
    draws.isDrawnNetwork(network) && draws.areWithin([gamma], Number.MIN_VALUE, 1e6) && Number.isInteger(directions),
  hypotheses: [],
  conclusion({ network, gamma, directions }) {
    const drawn = draws.networkOf(network);
    const { first, second, task } = drawn;
    const size = Math.max(network.firstSize, network.secondSize) || 1;
    const loss = explicitLosses.explicitLoss([first, second], task);
    const trace = {
      label: 'sum of second differences of the loss',
      value: explicitLosses.hessianTraceOf(loss, explicitLosses.weightsOf([first, second]), size),
    };
    const traceRounding =
      (Number.EPSILON *
        (first.columns + 4) *
        explicitLosses.weightCount(drawn) *
        explicitLosses.lossBound(drawn, { first: size, second: size })) /
      size ** 2;
    // Two scales separate the γ² of the expected rise from its γ⁴.
    const [near, far] = [expectedExcess(first, second, gamma), expectedExcess(first, second, 2 * gamma)];
    const coefficient = (16 * near - far) / (12 * gamma ** 2);
    return tightest([
      equal(['trace of the Hessian', hessianTrace(first, second)], trace, traceRounding),
      equal(
        ['coefficient of γ² in the expected rise', coefficient],
        ['half the sum of second differences of the loss', trace.value / 2],
        traceRounding + (8 * Number.EPSILON * far) / gamma ** 2,
      ),
      secondDerivative(drawn, directions, size),
    ]);
  },
  toleranceReason:
    'second differences of the loss are exact but for its rounding: h + 4 units of a bound of the loss for each weight; the γ² part is what is left of a rise that γ⁴ may dominate',
});

/** Along two directions the loss has degree 4, so that mixed differences at two steps give the mixed derivative exactly. */
function secondDerivative(network: draws.Network, seed: number, size: number) {
  const { first, second, task } = network;
  const draw = (offset: number) => ({
    first: draws.drawnMatrix(first.rows, first.columns, seed + offset).mul(size),
    second: draws.drawnMatrix(second.rows, second.columns, seed + offset + draws.SEED_STRIDE).mul(size),
  });
  const [x, y] = [draw(3 * draws.SEED_STRIDE), draw(5 * draws.SEED_STRIDE)];
  const loss = explicitLosses.explicitLoss([first, second], task);
  const at = explicitLosses.weightsOf([first, second]);
  const along = explicitLosses.weightsOf([x.first, x.second]);
  const across = explicitLosses.weightsOf([y.first, y.second]);
  const corner = (a: number, b: number) =>
    loss(at.map((weight, index) => weight + a * along[index]! + b * across[index]!));
  const mixed = (step: number) =>
    (corner(step, step) - corner(step, -step) - corner(-step, step) + corner(-step, -step)) / (4 * step ** 2);
  const product = hessianOf(first, second, task)(x);
  const reach = { first: 2 * (x.first.norm() + y.first.norm()), second: 2 * (x.second.norm() + y.second.norm()) };
  return equal(
    ['second derivative by the formula', product.first.dot(y.first) + product.second.dot(y.second)],
    ['mixed differences of the loss', (4 * mixed(1) - mixed(2)) / 3],
    8 * Number.EPSILON * (first.columns + 8) * explicitLosses.lossBound(network, reach),
  );
}

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
