import * as fc from 'fast-check';
import { expectedExcess, hessianTrace, type LayerNoise } from '../sensitivity.js';
import { hessianOf } from '../sharpness.js';
import { defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import {
  excessRounding,
  explicitExcess,
  explicitLoss,
  hessianTraceOf,
  isNoiseModel,
  lossBound,
  type NoiseModel,
  noiseHypotheses,
  noiseModel,
  weightCount,
  weightsOf,
} from './engine/explicit-loss.js';

const ENTRY_BY_ENTRY =
  'the mean is taken entry by entry from differences of losses, each of which carries h + 4 roundings of a bound of the loss';

/** T1: what noise of one scale on all weights costs. */
export const gaussianSensitivity = defineClaim({
  id: 'T1',
  title: 'Sensitivity to noise, exactly',
  statement:
    'Noise of standard deviation γ on every weight, Gaussian or not, raises the expected loss ‖W1W2 − A‖² by exactly γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq, whatever the weights, the shapes, the task and the size of γ.',
  origin: 'setting: paper, section 4; identity: ours',
  domain: fc.record({ network: draws.drawnNetwork, gamma: draws.noiseScale, noise: noiseModel }),
  wellFormed: ({ network, gamma, noise }) =>
    draws.isDrawnNetwork(network) && draws.areWithin([gamma], 0, 1e6) && isNoiseModel(noise),
  hypotheses: noiseHypotheses,
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
    noise: noiseModel,
  }),
  wellFormed: ({ network, firstGamma, secondGamma, noise }) =>
    draws.isDrawnNetwork(network) && draws.areWithin([firstGamma, secondGamma], 0, 1e6) && isNoiseModel(noise),
  hypotheses: noiseHypotheses,
  conclusion({ network, firstGamma, secondGamma, noise }) {
    const scales = { first: firstGamma, second: secondGamma };
    return raisesLoss('γ1²p‖W2‖² + γ2²q‖W1‖² + γ1²γ2²phq', draws.networkOf(network), scales, noise);
  },
  toleranceReason: ENTRY_BY_ENTRY,
});

/** The formula for the expected rise of the loss against the mean of the loss under noise. */
function raisesLoss(formula: string, network: draws.Network, gamma: number | LayerNoise, noise: NoiseModel) {
  const scales = typeof gamma === 'number' ? { first: gamma, second: gamma } : gamma;
  return equal(
    [formula, expectedExcess(network.first, network.second, gamma)],
    ['mean loss with noise − loss, entry by entry', explicitExcess(network, scales, noise)],
    excessRounding(network, scales, noise),
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
    const loss = explicitLoss([first, second], task);
    const trace = {
      label: 'sum of second differences of the loss',
      value: hessianTraceOf(loss, weightsOf([first, second]), size),
    };
    const traceRounding =
      (Number.EPSILON * (first.columns + 4) * weightCount(drawn) * lossBound(drawn, { first: size, second: size })) /
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
  const loss = explicitLoss([first, second], task);
  const at = weightsOf([first, second]);
  const along = weightsOf([x.first, x.second]);
  const across = weightsOf([y.first, y.second]);
  const corner = (a: number, b: number) =>
    loss(at.map((weight, index) => weight + a * along[index]! + b * across[index]!));
  const mixed = (step: number) =>
    (corner(step, step) - corner(step, -step) - corner(-step, step) + corner(-step, -step)) / (4 * step ** 2);
  const product = hessianOf(first, second, task)(x);
  const reach = { first: 2 * (x.first.norm() + y.first.norm()), second: 2 * (x.second.norm() + y.second.norm()) };
  return equal(
    ['second derivative by the formula', product.first.dot(y.first) + product.second.dot(y.second)],
    ['mixed differences of the loss', (4 * mixed(1) - mixed(2)) / 3],
    8 * Number.EPSILON * (first.columns + 8) * lossBound(network, reach),
  );
}
