import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import type { Weights } from '../balance.js';
import { coveredValue, exposureThreshold, mixedMode, retainedRise } from '../exposure.js';
import { type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import * as networks from './engine/networks.js';

const variance = (often: number) => draws.weighted([often, draws.quotients(1, 8, 4)], [1, fc.constant(0)]);
const data = fc.record({ sigma: draws.singularValue, covariance: variance(4) });

/** What two kinds of data ask of one mode. */
const mixedModes = fc.record({ main: data, added: data, start: draws.decades(-6, 0.5) });

/** Turns the covariances out of the singular vectors; 0 does not. */
const twistSeed = draws.weighted([12, fc.constant(0)], [1, fc.integer({ min: 1, max: 9999 })]);

const diagonalCovariances = {
  name: 'diagonal covariances',
  statement: 'both input covariances are diagonal in the right singular vectors of the tasks',
  holds: (instance: { readonly twistSeed: number }) => instance.twistSeed === 0,
};

/** T0-exposure: what a mixture of data teaches, and from which share on. */
export const exposure = defineClaim({
  id: 'T0-exposure',
  title: 'Features that only some of the data show',
  statement:
    'Gradient flow on a mixture (1−α)E‖(W−A)x‖² + αE‖(W−B)x‖² of two kinds of data, whose input covariances are diagonal in the right singular vectors that A and B share, moves each mode by ds/dt = 4c s(σ − s) with c = (1−α)c_A + αc_B and σ the mean of both singular values weighted by (1−α)c_A and αc_B; a mode that only the added data show (c_A = 0) is half learned at time T exactly where α ≥ ln(σ/s(0) − 1)/(4c_BσT).',
  origin: 'ours; the question is that of arXiv 2605.12705',
  /** Modes, a mixture of data, bases, and a time. */
  domain: fc.record({
    modes: draws.listOf(6, mixedModes),
    /** Share of the added data in hundredths. */
    percent: fc.integer({ min: 0, max: 100 }),
    seed: draws.matrixSeed,
    twistSeed,
    time: draws.flowTime,
  }),
  wellFormed: ({ modes, percent, seed, twistSeed, time }) =>
    draws.areWhole([modes.length], 1, 8) &&
    modes.every(
      ({ main, added, start }) =>
        draws.areWithin([start], Number.MIN_VALUE, 100) &&
        [main, added].every(
          ({ sigma, covariance }) => draws.areWithin([sigma], 0, 1e6) && draws.areWithin([covariance], 0, 100),
        ),
    ) &&
    draws.areWhole([seed, twistSeed], 0, Infinity) &&
    draws.areWithin([percent], 0, 100) &&
    time >= 0,
  hypotheses: [diagonalCovariances],
  conclusion({ modes, percent, seed, twistSeed, time }) {
    const share = percent / 100;
    const mixed = modes.map(({ main, added }) => mixedMode(main, added, share));
    const values = modes.map(({ start }, index) => coveredValue(mixed[index]!, start, time));
    const bases = networks.drawnBases(modes.length, modes.length, modes.length, seed);
    const layers = networks.alignedWeights(bases, values);
    const gradients = (['main', 'added'] as const).map((kind) => {
      const asked = modes.map((mode) => mode[kind]);
      const task = networks.alignedTask(bases, draws.pluck(asked, 'sigma'));
      const covariance = networks.inputCovariance(bases, draws.pluck(asked, 'covariance'), twistSeed);
      return networks.coveredGradient(layers, task, covariance);
    });
    const velocityOf = (layer: 'first' | 'second') =>
      Matrix.mul(gradients[0]![layer], share - 1).sub(Matrix.mul(gradients[1]![layer], share));
    const moved = velocityOf('first')
      .mmul(layers.second)
      .add(layers.first.mmul(velocityOf('second')));
    const speed = (value: number, mode: number) => 4 * mixed[mode]!.covariance * value * (mixed[mode]!.sigma - value);
    const expected = networks.alignedTask(bases, values.map(speed));
    const size = modes.reduce((most, { main, added, start }) => {
      const largest = Math.max(main.sigma, added.sigma, start);
      return Math.max(most, largest ** 2 * Math.max(main.covariance, added.covariance, 1));
    }, 0);
    return tightest([
      networks.vanishes(
        'distance of d(W1W2)/dt from U diag(4cs(σ−s)) Vᵀ, in units of its largest possible size',
        networks.matrixDistance(moved, expected) / size,
        1e-12,
      ),
      ...values.map((value, mode) => solved(value, mixed[mode]!, modes[mode]!.start, time)),
      ...modes.flatMap((mode) => atThreshold(mode, time)),
    ]);
  },
  toleranceReason:
    '1e-12 of the largest product: products of matrices of at most 8 rows; closed forms by exponentials, whose arguments of up to 700 take 2^-53 of themselves',
});

/** The closed form against the invariant of its equation, `s/(σ − s) = s0/(σ − s0) e^{4cσt}`. */
function solved(value: number, { sigma, covariance }: Drawn<typeof data>, start: number, time: number): Conclusion {
  const growth = 4 * covariance * sigma * time;
  const decay = Math.exp(-growth);
  const lasting = growth === 0 ? 4 * covariance * time : (1 - decay) / sigma;
  return equal(
    ['singular value by the closed form', value],
    ['s0/(e^{−4cσt} + s0(1 − e^{−4cσt})/σ)', start / (decay + start * lasting)],
    1e-9 * Math.max(start, sigma),
  );
}

/** A mode that only the added data show, at the threshold: half of its σ. */
function atThreshold({ added: { sigma, covariance }, start }: Drawn<typeof mixedModes>, time: number): Conclusion[] {
  if (!(covariance > 0 && time > 0 && start < sigma / 2)) return [];
  const share = exposureThreshold({ sigma, start }, covariance, time);
  const left = (sigma / start - 1) * Math.exp(-(share * 4 * covariance * sigma * time));
  return [equal(['(σ/s0 − 1)e^{−4αcσT} at the threshold', left], ['one, where s = σ/2', 1], 1e-11)];
}

/** Modes, bases, and steps of fine-tuning by which directions are looked at. */
const domain = fc.record({
  modes: draws.listOf(
    6,
    fc.record({
      start: draws.weighted([8, draws.decades(-3, 0.5)], [1, fc.constant(0)]),
      post: draws.singularValue,
      postCovariance: variance(2),
      fine: draws.singularValue,
      fineCovariance: variance(2),
    }),
  ),
  seed: draws.matrixSeed,
  twistSeed,
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
    diagonalCovariances,
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
      networks.inputCovariance(bases, draws.pluck(modes, key), twistSeed);
    const task = (key: 'post' | 'fine') => networks.alignedTask(bases, draws.pluck(modes, key));
    const lossOf = (layers: Weights) => networks.coveredMatrixLoss(layers, task('post'), covariance('postCovariance'));
    const before = networks.alignedWeights(bases, draws.pluck(modes, 'start'));
    const size = modes.reduce((sum, { start, post, fine, postCovariance }) => {
      return sum + Math.max(1, postCovariance) * Math.max(start, post, fine) ** 2;
    }, 0);
    const staged = modes.map(({ start, post, postCovariance, fine, fineCovariance }) => ({
      start,
      postTraining: { sigma: post, covariance: postCovariance },
      fineTuning: { sigma: fine, covariance: fineCovariance },
    }));
    // The limit of each mode by its own equation: that the network gets there is what the steps below bear out.
    const limits = staged.map(({ start, fineTuning }) => coveredValue(fineTuning, start, Infinity));
    const rise = lossOf(networks.alignedWeights(bases, limits)) - lossOf(before);
    return tightest([
      equal(
        ['rise of E‖(W − A_post)x‖² to the limit of fine-tuning', rise],
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
    factors = factors.map((factor, index) => {
      const { fine, fineCovariance } = modes[index]!;
      return factor - 2 * rate * fineCovariance * factor * (factor * factor - fine);
    });
  }
  const squares = factors.map((factor) => factor * factor);
  return networks.vanishes(
    'distance of W1W2 after steps from its modes moved alone, in units of the largest singular value',
    layers.first.mmul(layers.second).sub(networks.alignedTask(bases, squares)).norm() / largest,
    1e-11,
  );
}
