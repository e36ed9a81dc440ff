import * as fc from 'fast-check';
import { expectedExcess } from '../sensitivity.js';
import { defineClaim, equal } from './engine/claim.js';
import { areWithin, drawnNetwork, isDrawnNetwork, networkOf, noiseScale } from './engine/draws.js';
import { excessRounding, explicitExcess, isNoiseModel, noiseHypotheses, noiseModel } from './engine/explicit-loss.js';

/** T1 with a noise scale of its own for each layer: which scale meets which factor. */
export const unequalNoise = defineClaim({
  id: 'T1-unequal',
  title: 'Unequal noise of the layers',
  statement:
    'Noise of standard deviation γ1 on the weights of W1 and γ2 on those of W2 raises the expected loss by exactly γ1²p‖W2‖² + γ2²q‖W1‖² + γ1²γ2²phq: the noise of each layer meets the weights of the other.',
  origin: 'ours',
  domain: fc.record({ network: drawnNetwork, firstGamma: noiseScale, secondGamma: noiseScale, noise: noiseModel }),
  wellFormed: ({ network, firstGamma, secondGamma, noise }) =>
    isDrawnNetwork(network) && areWithin([firstGamma, secondGamma], 0, 1e6) && isNoiseModel(noise),
  hypotheses: noiseHypotheses,
  conclusion({ network, firstGamma, secondGamma, noise }) {
    const { first, second, task } = networkOf(network);
    const scales = { first: firstGamma, second: secondGamma };
    return equal(
      ['γ1²p‖W2‖² + γ2²q‖W1‖² + γ1²γ2²phq', expectedExcess(first, second, scales)],
      ['mean loss with noise − loss, entry by entry', explicitExcess({ first, second, task }, scales, noise)],
      excessRounding({ first, second, task }, scales, noise),
    );
  },
  toleranceReason:
    'the mean is taken entry by entry from differences of losses, each of which carries h + 4 roundings of a bound of the loss',
});
