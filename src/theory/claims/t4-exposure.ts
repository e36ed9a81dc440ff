import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import type { Weights } from '../balance.js';
import { coveredValue, retainedRise } from '../exposure.js';
import { type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import * as networks from './engine/networks.js';

const variance = draws.weighted([2, draws.quotients(1, 8, 4)], [1, fc.constant(0)]);

/** Modes, bases, and steps of fine-tuning by which directions are looked at. */
const domain = fc.record({
  modes: draws.listOf(
    6,
    fc.record({
      start: draws.weighted([8, draws.decades(-3, 0.5)], [1, fc.constant(0)]),
      post: draws.singularValue,
      postCovariance: variance,
      fine: draws.singularValue,
      fineCovariance: variance,
    }),
  ),
  seed: draws.matrixSeed,
  /** Turns the covariances out of the singular vectors; 0 does not. */
  twistSeed: draws.weighted([12, fc.constant(0)], [1, fc.integer({ min: 1, max: 9999 })]),
  steps: fc.integer({ min: 0, max: 6 }),
});

type Instance = Drawn<typeof domain>;

/** T4-exposure: what fine-tuning does to post-training that was or was not seen early. */
export const retainedExposure = defineClaim({
  id: 'T4-exposure',
  title: 'What early exposure saves from fine-tuning',
  statement:
    'Where the input covariances of post-training and fine-tuning are diagonal in the singular vectors that their tasks share, fine-tuning to convergence raises the post-training loss Σ c_i(s_i − σ_i^post)² by Σ c_i[(σ_i^ft − σ_i^post)² − (s_i − σ_i^post)²] over the modes that its data show, and leaves every other mode where it is: so by Σ c_i(σ_i^ft − σ_i^post)² where these modes were fitted to post-training, by Σ c_i[(σ_i^ft − σ_i^post)² − (σ_i^mix − σ_i^post)²] where a mixture had left them at σ_i^mix, and by nothing where that is σ_i^ft.',
  origin: 'ours; the question is that of arXiv 2605.12705',
  domain,
  wellFormed: ({ modes, seed, twistSeed, steps }) =>
    draws.areWhole([modes.length], 1, 8) &&
    modes.every(
      ({ start, post, postCovariance, fine, fineCovariance }) =>
        draws.areWithin([start, post, fine], 0, 1e6) && draws.areWithin([postCovariance, fineCovariance], 0, 100),
    ) &&
    draws.areWhole([seed, twistSeed, steps], 0, Infinity) &&
    steps <= 12,
  hypotheses: [
    {
      name: 'diagonal covariances',
      statement: 'both input covariances are diagonal in the right singular vectors of the tasks',
      holds: ({ twistSeed }) => twistSeed === 0,
    },
    {
      name: 'learned',
      statement: 'every mode that fine-tuning data show is above zero, or they ask for zero',
      holds: ({ modes }) =>
        modes.every(({ start, fine, fineCovariance }) => start > 0 || fine === 0 || fineCovariance === 0),
    },
  ],
  conclusion(instance) {
    const { modes, seed, twistSeed } = instance;
    const bases = networks.drawnBases(modes.length, modes.length, modes.length, seed);
    const covariance = (key: 'postCovariance' | 'fineCovariance') =>
      networks.inputCovariance(
        bases,
        modes.map((mode) => mode[key]),
        twistSeed,
      );
    const task = (key: 'post' | 'fine') =>
      networks.alignedTask(
        bases,
        modes.map((mode) => mode[key]),
      );
    const lossOf = (layers: Weights) => networks.coveredMatrixLoss(layers, task('post'), covariance('postCovariance'));
    const before = networks.alignedWeights(bases, draws.pluck(modes, 'start'));
    // The limit of each mode by its own equation: that the network gets there is what the steps below bear out.
    const limits = modes.map(({ start, fine, fineCovariance }) =>
      coveredValue({ sigma: fine, covariance: fineCovariance }, start, Infinity),
    );
    const size = modes.reduce(
      (sum, { start, post, fine, postCovariance }) =>
        sum + Math.max(1, postCovariance) * Math.max(start, post, fine) ** 2,
      0,
    );
    const staged = modes.map(({ start, post, postCovariance, fine, fineCovariance }) => ({
      start,
      postTraining: { sigma: post, covariance: postCovariance },
      fineTuning: { sigma: fine, covariance: fineCovariance },
    }));
    return tightest([
      equal(
        [
          'rise of E‖(W − A_post)x‖² to the limit of fine-tuning',
          lossOf(networks.alignedWeights(bases, limits)) - lossOf(before),
        ],
        ['Σ c[(σ^ft − σ^post)² − (s − σ^post)²]', retainedRise(staged)],
        1e-12 * size,
      ),
      onTheWay(instance, before, task('fine'), covariance('fineCovariance')),
    ]);
  },
  toleranceReason:
    'products of matrices of at most 8 rows, in up to 12 steps at an eighth of the stability limit: 1e-11 of the largest',
});

/** Steps of gradient descent on the matrices against each mode's own recurrence: modes without data stay, the others approach `σ^ft`. */
function onTheWay({ modes, seed, steps }: Instance, before: Weights, task: Matrix, covariance: Matrix): Conclusion {
  const bases = networks.drawnBases(modes.length, modes.length, modes.length, seed);
  const largest = modes.reduce((most, { start, fine }) => Math.max(most, start, fine), 1e-9);
  const shown = modes.reduce((most, { fineCovariance }) => Math.max(most, fineCovariance), 1e-9);
  const rate = 1 / (16 * largest * shown);
  let layers = before;
  let factors = modes.map(({ start }) => Math.sqrt(start));
  for (let step = 0; step < steps; step++) {
    const gradient = networks.coveredGradient(layers, task, covariance);
    layers = {
      first: Matrix.sub(layers.first, Matrix.mul(gradient.first, rate)),
      second: Matrix.sub(layers.second, Matrix.mul(gradient.second, rate)),
    };
    factors = factors.map(
      (factor, mode) =>
        factor - 2 * rate * modes[mode]!.fineCovariance * factor * (factor * factor - modes[mode]!.fine),
    );
  }
  const expected = networks.alignedTask(
    bases,
    factors.map((factor) => factor * factor),
  );
  return equal(
    [
      'distance of W1W2 after steps from its modes moved alone, in units of the largest singular value',
      layers.first.mmul(layers.second).sub(expected).norm() / largest,
    ],
    ['none', 0],
    1e-11,
  );
}
