import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { createProblem, type Problem } from '../problem.js';
import { isPastValley, relativePerturbedLossAt, stagedRelativeStep } from '../sensitivity.js';
import { atLeast, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { sigmoid } from './engine/integration.js';
import { alignedTask, alignedWeights, drawnBases } from './engine/networks.js';

const above = fc
  .record({ sigma: draws.singularValue, ratio: draws.decades(0, 1) })
  .map(({ sigma, ratio }) => ({ sigma, start: sigma * ratio }));

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
      holds: (instance) => isPastValley(problemOf(instance), instance.snr, timeOf(instance)),
    },
  ],
  conclusion(instance) {
    const problem = problemOf(instance);
    const { snr, later, seed } = instance;
    const size = problem.modes.length;
    const bases = drawnBases(size, problem.hidden, size, seed);
    const time = timeOf(instance);
    const task = alignedTask(bases, problem.spectrum);
    // The expected loss of the balanced network with these singular values, from its matrices (T8 for the noise).
    const lossAt = (values: readonly number[]) => {
      const { first, second } = alignedWeights(bases, values);
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

function problemOf({ modes, extraHidden }: Instance): Problem {
  const sorted = [...modes].sort((a, b) => b.sigma - a.sigma);
  return createProblem({
    rows: sorted.length,
    hidden: sorted.length + extraHidden,
    cols: sorted.length,
    spectrum: draws.pluck(sorted, 'sigma'),
    tau: 0,
    starts: draws.pluck(sorted, 'start'),
  });
}

/** Gap that is left of every mode, as a share of its σ, at lateness 1. */
const HUNDREDFOLD = Math.log(100);

function timeOf({ modes, lateness }: Instance): number {
  const learned = modes.map(({ sigma, start }) => (Math.max(0, Math.log(sigma / start)) + HUNDREDFOLD) / (4 * sigma));
  return lateness * Math.max(...learned);
}
