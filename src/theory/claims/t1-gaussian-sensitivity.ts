import * as fc from 'fast-check';
import { expectedExcess } from '../sensitivity.js';
import { defineClaim, equal } from './engine/claim.js';
import { areWithin, drawnNetwork, isDrawnNetwork, networkOf, noiseScale } from './engine/draws.js';
import { excessRounding, explicitExcess, isNoiseModel, noiseHypotheses, noiseModel } from './engine/explicit-loss.js';

/** T1: what noise of one scale on all weights costs. */
export const gaussianSensitivity = defineClaim({
  id: 'T1',
  title: 'Sensitivity to noise, exactly',
  statement:
    'Noise of standard deviation γ on every weight, Gaussian or not, raises the expected loss ‖W1W2 − A‖² by exactly γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq, whatever the weights, the shapes, the task and the size of γ.',
  origin: 'setting: paper, section 4; identity: ours',
  domain: fc.record({ network: drawnNetwork, gamma: noiseScale, noise: noiseModel }),
  wellFormed: ({ network, gamma, noise }) =>
    isDrawnNetwork(network) && areWithin([gamma], 0, 1e6) && isNoiseModel(noise),
  hypotheses: noiseHypotheses,
  conclusion({ network, gamma, noise }) {
    const { first, second, task } = networkOf(network);
    const scales = { first: gamma, second: gamma };
    return equal(
      ['γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq', expectedExcess(first, second, gamma)],
      ['mean loss with noise − loss, entry by entry', explicitExcess({ first, second, task }, scales, noise)],
      excessRounding({ first, second, task }, scales, noise),
    );
  },
  toleranceReason:
    'the mean is taken entry by entry from differences of losses, each of which carries h + 4 roundings of a bound of the loss',
});
