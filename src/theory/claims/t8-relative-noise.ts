import * as fc from 'fast-check';
import { createProblem } from '../problem.js';
import { relativeExcess, relativeNoise, relativeSensitivityAt } from '../sensitivity.js';
import { defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { excessRounding, explicitExcess } from './engine/explicit-loss.js';
import { sigmoid } from './engine/integration.js';
import { alignedTask, drawnBases, squaredEntries, stretchedWeights } from './engine/networks.js';

const balancedModes = draws.listOf(9, movingMode(fc.constant(1)));

/** T8: noise in proportion to the weights of each layer. */
export const relativeNoiseCost = defineClaim({
  id: 'T8',
  title: 'Noise in proportion to the weights',
  statement:
    'Noise with γ_l² = ‖W_l‖²/(n_l·snr) on the n_l weights of layer l raises the expected loss by (‖W1‖²‖W2‖²/h)(2/snr + 1/snr²), which for weights that are balanced up to scale is ((Σ s_i)²/h)(2/snr + 1/snr²).',
  origin: 'ours',
  domain: fc.record({
    /** Modes of the flow in any order, and how far from balanced the weights are along each. */
    modes: draws.weighted(
      [4, balancedModes],
      [
        1,
        fc
          .tuple(balancedModes, draws.decades(-1, 1))
          .map(([modes, stretch]) => modes.map((each) => ({ ...each, stretch }))),
      ],
      [1, draws.listOf(9, movingMode(draws.decades(-1, 1)))],
    ),
    extraRows: fc.nat({ max: 3 }),
    extraHidden: fc.nat({ max: 3 }),
    extraCols: fc.nat({ max: 3 }),
    /** Seed of the singular vectors; 0 is the identity. */
    basis: draws.matrixSeed,
    snr: draws.decades(-2, 6),
    time: draws.flowTime,
  }),
  wellFormed: ({ modes, extraRows, extraHidden, extraCols, basis, snr, time }) =>
    modes.length > 0 &&
    modes.every(
      ({ sigma, start, stretch }) =>
        sigma > 0 && start >= 0 && Math.max(sigma, start) <= 1e6 && draws.areWithin([stretch], 1e-3, 1e3),
    ) &&
    [extraRows, extraHidden, extraCols].every((extra) => extra >= 0 && draws.isDimension(modes.length + extra)) &&
    Number.isInteger(basis) &&
    snr > 1e-6 &&
    time >= 0,
  hypotheses: [
    {
      name: 'balanced up to scale',
      statement: 'W1ᵀW1 = c·W2W2ᵀ for some c > 0',
      holds: ({ modes }) => modes.every(({ stretch }) => stretch === modes[0]!.stretch),
    },
  ],
  conclusion({ modes, extraRows, extraHidden, extraCols, basis, snr, time }) {
    const sorted = [...modes].sort((a, b) => b.sigma - a.sigma);
    const rows = modes.length + extraRows;
    const hidden = modes.length + extraHidden;
    const cols = modes.length + extraCols;
    const sigmas = draws.pluck(sorted, 'sigma');
    const problem = createProblem({
      rows,
      hidden,
      cols,
      spectrum: sigmas,
      tau: 0,
      starts: Array.from({ length: Math.min(rows, hidden, cols) }, (_, index) => sorted[index]?.start ?? 0),
    });
    const bases = drawnBases(rows, hidden, cols, basis);
    const { first, second } = stretchedWeights(
      bases,
      sorted.map((each) => ({ value: sigmoid(each, time).value, stretch: each.stretch })),
    );
    const network = { first, second, task: alignedTask(bases, sigmas) };
    const scales = {
      first: Math.sqrt(squaredEntries(first) / (rows * hidden * snr)),
      second: Math.sqrt(squaredEntries(second) / (hidden * cols * snr)),
    };
    const model = { draw: 'independent', mean: 0 } as const;
    const mean = {
      label: 'mean loss with noise − loss, entry by entry',
      value: explicitExcess(network, scales, model),
    };
    const excess = relativeExcess(first, second, snr);
    const rounding = excessRounding(network, scales, model) + 1e-13 * excess;
    const noise = relativeNoise(first, second, snr);
    return tightest([
      equal(['(‖W1‖²‖W2‖²/h)(2/snr + 1/snr²)', excess], mean, rounding),
      equal(['((Σ s)²/h)(2/snr + 1/snr²)', relativeSensitivityAt(problem, snr, time)], mean, rounding),
      ...(['first', 'second'] as const).map((layer) =>
        equal(
          [`γ of the ${layer} layer`, noise[layer]],
          ['√(‖W_l‖²/(n_l·snr))', scales[layer]],
          1e-14 * scales[layer] + 1e-300,
        ),
      ),
    ]);
  },
  toleranceReason:
    'the mean is taken entry by entry from differences of losses, each of which carries h + 4 roundings of a bound of the loss; the weights carry a few hundred units in the last place',
});

/** A mode of positive σ that starts below it, or now and then above. */
function movingMode(stretch: fc.Arbitrary<number>) {
  // Far above σ the published sigmoid would lose digits.
  const above = fc
    .record({ sigma: draws.singularValue, ratio: draws.decades(0, 1) })
    .map(({ sigma, ratio }) => ({ sigma, start: sigma * ratio }));
  return fc
    .tuple(draws.weighted([9, draws.risingMode], [1, above]), stretch)
    .map(([each, factor]) => ({ ...each, stretch: factor }));
}
