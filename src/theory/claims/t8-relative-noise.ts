import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import {
  isPastValley,
  relativeExcess,
  relativeNoise,
  relativePerturbedLossAt,
  relativeSensitivityAt,
  stagedRelativeStep,
} from '../sensitivity.js';
import { atLeast, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { excessRounding, explicitExcess } from './engine/explicit-loss.js';
import { sigmoid } from './engine/integration.js';
import * as networks from './engine/networks.js';

/** A mode that starts above its σ; far above it the published sigmoid would lose digits. */
const above = fc
  .record({ sigma: draws.singularValue, ratio: draws.decades(0, 1) })
  .map(({ sigma, ratio }) => ({ sigma, start: sigma * ratio }));

const balancedModes = draws.listOf(9, movingMode(fc.constant(1)));
const scaledModes = fc
  .tuple(balancedModes, draws.decades(-1, 1))
  .map(([modes, stretch]) => modes.map((each) => ({ ...each, stretch })));

/** T8: noise in proportion to the weights of each layer. */
export const relativeNoiseCost = defineClaim({
  id: 'T8',
  title: 'Noise in proportion to the weights',
  statement:
    'Noise with γ_l² = ‖W_l‖²/(n_l·snr) on the n_l weights of layer l raises the expected loss by (‖W1‖²‖W2‖²/h)(2/snr + 1/snr²), which for weights that are balanced up to scale is ((Σ s_i)²/h)(2/snr + 1/snr²).',
  origin: 'ours',
  domain: fc.record({
    /** Modes of the flow in any order, and how far from balanced the weights are along each. */
    modes: draws.weighted([4, balancedModes], [1, scaledModes], [1, draws.listOf(9, movingMode(draws.decades(-1, 1)))]),
    ...networks.extraFields,
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
  conclusion({ modes, basis, snr, time, ...extra }) {
    const problem = networks.problemOfModes(modes, extra);
    const { rows, hidden, cols } = problem;
    const sorted = networks.largestFirst(modes);
    const bases = networks.drawnBases(rows, hidden, cols, basis);
    const stretched = sorted.map((each) => ({ value: sigmoid(each, time).value, stretch: each.stretch }));
    const { first, second } = networks.stretchedWeights(bases, stretched);
    const network = { first, second, task: networks.alignedTask(bases, draws.pluck(sorted, 'sigma')) };
    const scales = {
      first: Math.sqrt(networks.squaredEntries(first) / (rows * hidden * snr)),
      second: Math.sqrt(networks.squaredEntries(second) / (hidden * cols * snr)),
    };
    const model = { draw: 'independent', mean: 0 } as const;
    const explicit = explicitExcess(network, scales, model);
    const mean = { label: 'mean loss with noise − loss, entry by entry', value: explicit };
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
  return fc
    .tuple(draws.weighted([9, draws.risingMode], [1, above]), stretch)
    .map(([each, factor]) => ({ ...each, stretch: factor }));
}

const domain = fc.record({
  /** Modes in any order. */
  modes: draws.listOf(6, draws.weighted([12, draws.risingMode], [1, above])),
  extraHidden: fc.nat({ max: 3 }),
  seed: draws.matrixSeed,
  snr: draws.decades(-1, 3),
  /** Time at which the network is late, in units of that at which its slowest mode is learned to a hundredth. */
  lateness: draws.decades(-0.7, 0.7),
  /** Factor on that time. */
  later: draws.decades(0, 1),
});

type Instance = Drawn<typeof domain>;

/** T8-valley: relative noise makes a valley of the loss, in stages and in time. */
export const lossValley = defineClaim({
  id: 'T8-valley',
  title: 'Under relative noise there is a valley of the loss',
  statement:
    'Let noise of a finite signal-to-noise ratio be put on all weights and κ = 2/snr + 1/snr²: learning the n-th mode fully, after those before it, changes the expected loss by σ_n(κ(2S + σ_n)/h − σ_n), where S is the sum of the singular values learned before it; and along gradient flow from an aligned balanced start the expected loss never falls from the time on at which every gap σ_i − s_i is at most κ(Σ s_j)/h.',
  origin: 'ours; the question is that of arXiv 2605.23901',
  domain,
  wellFormed: ({ modes, extraHidden, seed, snr, lateness, later }) =>
    modes.length > 0 &&
    modes.every(({ sigma, start }) => draws.areWithin([sigma, start], Number.MIN_VALUE, 1e6)) &&
    draws.areWithin([extraHidden, lateness], 0, Infinity) &&
    draws.isDimension(modes.length + extraHidden) &&
    Number.isInteger(seed) &&
    snr >= 1e-6 &&
    later >= 1,
  hypotheses: [
    {
      name: 'starts below',
      statement: 'every mode starts at or below its σ',
      holds: ({ modes }) => modes.every(({ sigma, start }) => start <= sigma),
    },
    {
      name: 'late',
      statement: 'every gap σ_i − s_i is at most κ(Σ s_j)/h',
      holds: (instance) =>
        isPastValley(networks.problemOfModes(instance.modes, instance), instance.snr, timeOf(instance)),
    },
  ],
  conclusion(instance) {
    const problem = networks.problemOfModes(instance.modes, instance);
    const { snr, later, seed } = instance;
    const size = problem.modes.length;
    const bases = networks.drawnBases(size, problem.hidden, size, seed);
    const time = timeOf(instance);
    const task = networks.alignedTask(bases, problem.spectrum);
    // The expected loss of the balanced network with these singular values, from its matrices (T8 for the noise).
    const lossAt = (values: readonly number[]) => {
      const { first, second } = networks.alignedWeights(bases, values);
      const residual = Matrix.sub(first.mmul(second), task);
      const noise = (first.dot(first) * second.dot(second) * (2 / snr + 1 / snr ** 2)) / problem.hidden;
      return residual.dot(residual) + noise;
    };
    const values = (at: number) => problem.modes.map((mode) => sigmoid(mode, at).value);
    const [before, after] = [lossAt(values(time)), lossAt(values(later * time))];
    const largest = draws.pluck(problem.modes, 'sigma');
    const noise = lossAt(largest) + before + largest.reduce((sum, sigma) => sum + sigma ** 2, 0);
    const rounding = 1e-12 * noise;
    return tightest([
      equal(
        ['expected loss by the closed form', relativePerturbedLossAt(problem, snr, time)],
        ['‖W1W2 − A‖² + ‖W1‖²‖W2‖²(2/snr + 1/snr²)/h of the weights', before],
        rounding,
      ),
      atLeast(['expected loss later', after], ['expected loss at the time', before], rounding),
      ...problem.modes.map((_, index): Conclusion => {
        const stage = (learned: number) => lossAt(largest.map((sigma, mode) => (mode < learned ? sigma : 0)));
        return equal(
          [`σ(κ(2S + σ)/h − σ) of mode ${index + 1}`, stagedRelativeStep(problem, snr, index + 1)],
          ['difference of the losses before and after', stage(index + 1) - stage(index)],
          rounding,
        );
      }),
    ]);
  },
  toleranceReason:
    '1e-12 of the largest loss: norms and products of matrices of at most 9 rows with orthogonal factors drawn to 1e-15, and sigmoids to a few hundred units in the last place',
});

/** Gap that is left of every mode, as a share of its σ, at lateness 1. */
const HUNDREDFOLD = Math.log(100);

function timeOf({ modes, lateness }: Instance): number {
  const learned = modes.map(({ sigma, start }) => (Math.max(0, Math.log(sigma / start)) + HUNDREDFOLD) / (4 * sigma));
  return lateness * Math.max(...learned);
}
