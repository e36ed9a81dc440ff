import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import type { Weights } from '../balance.js';
import type { Mode } from '../mode.js';
import {
  criticalGap,
  perturbedLoss,
  perturbedLossVelocity,
  stagedOptimum,
  stagedPerturbedLoss,
} from '../perturbed-loss.js';
import type { Problem } from '../problem.js';
import { atLeast, atMost, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { areWhole, flowTime, matrixSeed, pluck } from './engine/draws.js';
import { sigmoid } from './engine/integration.js';
import { alignedTask, alignedWeights, drawnBases } from './engine/networks.js';
import * as noisy from './engine/noisy-problem.js';
import { tunedProblem } from './engine/tuned-modes.js';

/** A noisy problem at one time, with its hidden width and its singular vectors. */
const modesAtTime = fc.record({
  ...noisy.noisyFields,
  /** Hidden units more or fewer than modes. */
  extraHidden: fc.integer({ min: -2, max: 2 }),
  seed: matrixSeed,
  time: flowTime,
});

/** T3 a: what each mode does to the perturbed loss. */
export const modeUnderNoise = defineClaim({
  id: 'T3-mode',
  title: 'A mode helps until it is within c of its target, then hurts',
  statement:
    'With c = γ²(p+q)/2 (γ²d for a square network) the perturbed loss is Σ (σ_i − s_i)² + 2c Σ s_i + γ⁴phq plus what the width cannot learn, and learning mode i lowers it exactly while s_i < σ_i − c and raises it after, so that a mode with σ_i ≤ c never helps.',
  origin: 'ours',
  domain: modesAtTime,
  wellFormed: (instance) =>
    noisy.isNoisyProblem(instance) &&
    areWhole([instance.extraHidden], -4, 4) &&
    Number.isInteger(instance.seed) &&
    instance.time >= 0,
  hypotheses: [
    {
      name: 'starts below',
      statement: 'every mode that starts above zero starts below its σ or at it: s_i(0) ≤ σ_i',
      holds: ({ modes }) => modes.every(({ sigma, start }) => start <= sigma),
    },
  ],
  conclusion(instance) {
    const { gamma, time } = instance;
    const problem = narrowed(noisy.problemOf(instance), instance.extraHidden);
    const { rows, hidden, cols } = problem;
    const bases = drawnBases(rows, hidden, cols, instance.seed);
    const task = alignedTask(bases, problem.spectrum);
    const values = problem.modes.map((mode) => sigmoid(mode, time).value);
    const { first, second } = alignedWeights(bases, values);
    const { residual, spread, floor, total } = perturbed({ first, second }, task, gamma);
    const size = (task.norm() + first.dot(first)) ** 2;
    const value = equal(
      ['perturbed loss', perturbedLoss(problem, gamma, time)],
      ['‖W1W2 − A‖² + γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq', total],
      1e-13 * (size + spread + floor) + Number.MIN_VALUE,
    );
    // The gradient flow itself, W1′ = −2(W − A)W2ᵀ and W2′ = −2W1ᵀ(W − A).
    const firstMotion = residual.mmul(second.transpose()).mul(-2);
    const secondMotion = first.transpose().mmul(residual).mul(-2);
    const decline = firstMotion.dot(firstMotion) + secondMotion.dot(secondMotion);
    const growth = cols * first.dot(firstMotion) + rows * second.dot(secondMotion);
    const motionSize = 8 * first.dot(first) * Math.sqrt(size);
    const velocity = equal(
      ['velocity of the perturbed loss', perturbedLossVelocity(problem, gamma, time)],
      ['−‖∇L‖² + 2γ²(q⟨W1, W1′⟩ + p⟨W2, W2′⟩)', 2 * gamma ** 2 * growth - decline],
      1e-13 * motionSize * (Math.sqrt(size) + gamma ** 2 * (rows + cols)) + Number.MIN_VALUE,
    );
    return tightest([value, velocity, ...problem.modes.map((mode) => turnsAt(instance, problem, mode))]);
  },
  toleranceReason:
    '1e-13 of the sizes of the matrices that are multiplied and subtracted: some hundred roundings of sums of at most 15 products; the signs of a mode’s slope and of its distance from the critical gap are both exact but for rounding of that distance, 1e-13 of σ and c',
});

/** The perturbed loss `‖W1W2 − A‖² + γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq` from weights and task as matrices. */
function perturbed({ first, second }: Weights, task: Matrix, gamma: number) {
  const residual = Matrix.sub(first.mmul(second), task);
  const spread = gamma ** 2 * (task.columns * first.dot(first) + task.rows * second.dot(second));
  const floor = gamma ** 4 * task.rows * first.columns * task.columns;
  return { residual, spread, floor, total: residual.dot(residual) + spread + floor };
}

/** The problem with another hidden width: the last modes are left unlearned where it is too small. */
function narrowed(problem: Problem, extraHidden: number): Problem {
  const hidden = Math.max(1, problem.hidden + extraHidden);
  const { modes, unlearnable } = problem;
  const lost = pluck(modes.slice(hidden), 'sigma');
  return { ...problem, hidden, modes: modes.slice(0, hidden), unlearnable: [...lost, ...unlearnable] };
}

/** That a mode's part falls while its gap is above the critical one and rises while it is below. */
function turnsAt(instance: Drawn<typeof modesAtTime>, problem: Problem, mode: Mode): Conclusion {
  const { value, gap } = sigmoid(mode, instance.time);
  const critical = criticalGap(problem, instance.gamma);
  const above = gap - critical;
  // d/dt [(σ − s)² + γ²(p + q) s] with s′ = 4 s (σ − s).
  const slope = 4 * value * gap * (2 * noisy.halfNoise(instance) - 2 * gap);
  return atMost(
    [`slope of the part of the mode σ = ${mode.sigma}, where σ − c − s has that sign`, slope * Math.sign(above)],
    ['falling before, rising after', 0],
    8e-13 * value * Math.abs(gap) * (critical + Math.abs(gap)) + Number.MIN_VALUE,
  );
}

/** A task whose modes are learned in the order given, and the noise. */
const anyTask = fc.record({
  sigmas: draws.weighted([8, draws.singularValues()], [1, draws.listOf(12, draws.singularValue)]),
  extraRows: fc.nat({ max: 3 }),
  extraCols: fc.nat({ max: 3 }),
  /** Modes beyond the hidden width. */
  beyond: fc.nat({ max: 3 }),
  /** Modes learned where the loss is computed from matrices; no more than the width. */
  learned: fc.nat({ max: 12 }),
  gamma: draws.weighted([6, draws.decades(-1.5, 0.3)], [5, draws.decades(-4, 1)], [1, fc.constant(0)]),
  seed: draws.matrixSeed,
});

type Instance = Drawn<typeof anyTask>;

/** A mode that costs exactly what it is worth: σ = 2c = γ²(p+q), in numbers without rounding. */
const tied: fc.Arbitrary<Instance> = fc
  .record({
    others: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 5 }),
    extraRows: fc.nat({ max: 3 }),
    extraCols: fc.nat({ max: 3 }),
    learned: fc.nat({ max: 6 }),
    seed: draws.matrixSeed,
  })
  .map(({ others, extraRows, extraCols, learned, seed }) => {
    const worth = (2 * (others.length + 1) + extraRows + extraCols) / 4;
    const sigmas = [...others.map((n) => n / 4), worth].sort((a, b) => b - a);
    return { sigmas, extraRows, extraCols, beyond: 0, learned, gamma: 0.5, seed };
  });

/** T3 e: the perturbed loss as modes are learned one after another. */
export const stagedOvertraining = defineClaim({
  id: 'T3-staged',
  title: 'The perturbed loss is U-shaped in the number of learned modes',
  statement:
    'With the first n modes fully learned and the others at zero the perturbed loss changes by P(n) − P(n−1) = σ_n(2c − σ_n) with c = γ²(p+q)/2, so that it falls strictly up to n* = #{σ_i > 2c}, never falls after, and is least at n*.',
  origin: 'ours, for the staged picture of the paper, section 4',
  domain: draws.weighted([9, anyTask], [1, tied]),
  wellFormed: ({ sigmas, extraRows, extraCols, beyond, learned, gamma, seed }) =>
    draws.areWhole([sigmas.length], 1, 12) &&
    draws.areWithin(sigmas, Number.MIN_VALUE, 1e6) &&
    draws.areWhole([extraRows, extraCols, beyond, learned, seed], 0, Infinity) &&
    Math.max(extraRows, extraCols) <= 12 &&
    draws.areWithin([gamma], 0, 100),
  hypotheses: [
    {
      name: 'largest first',
      statement: 'modes are learned in the order of their singular values, the largest first',
      holds: ({ sigmas }) => sigmas.every((sigma, index) => index === 0 || sigma <= sigmas[index - 1]!),
    },
  ],
  conclusion(instance) {
    const { sigmas, gamma, seed } = instance;
    const unlearned = sigmas.map((sigma) => ({ sigma, start: 0, target: 0 }));
    const problem = tunedProblem(unlearned, instance);
    const learned = Math.min(instance.learned, problem.modes.length);
    const bases = drawnBases(problem.rows, problem.hidden, problem.cols, seed);
    const values = problem.modes.map(({ sigma }, index) => (index < learned ? sigma : 0));
    const task = alignedTask(bases, problem.spectrum);
    const defined = perturbed(alignedWeights(bases, values), task, gamma).total;
    const size = defined + sigmas.reduce((sum, sigma) => sum + sigma ** 2, 0);
    const identity = equal(
      [`P(${learned})`, stagedPerturbedLoss(problem, gamma, learned)],
      ['‖W1W2 − A‖² + γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq', defined],
      1e-13 * size,
    );
    return tightest([identity, ...problem.modes.flatMap((_, index) => stepIsRight(problem, gamma, index + 1))]);
  },
  toleranceReason:
    '1e-13 of the loss and the squared task: some hundred roundings of sums of at most 15 products; a step is a difference of two such sums of numbers, 1e-14; σ and 2c are compared exactly',
});

/** What learning the `n`-th mode does, as a number and as a side of the number of modes called best. */
function stepIsRight(problem: Problem, gamma: number, mode: number): Conclusion[] {
  const { sigma } = problem.modes[mode - 1]!;
  const doubled = gamma ** 2 * (problem.rows + problem.cols);
  const [before, after] = [mode - 1, mode].map((learned) => stagedPerturbedLoss(problem, gamma, learned));
  const step = equal(
    [`P(${mode}) − P(${mode - 1})`, after! - before!],
    ['σ(2c − σ)', sigma * (doubled - sigma)],
    1e-14 * (after! + before! + sigma * doubled),
  );
  const best = stagedOptimum(problem, gamma);
  // The factor σ of the step is positive, so that the sign of the other one decides.
  const worth = Math.sign(sigma - doubled);
  const label = `whether mode ${mode} lowers the loss (1, 0, −1), where n* = ${best}`;
  const side =
    mode <= best ? atLeast([label, worth], ['it does', 1], 1e-9) : atMost([label, worth], ['it does not', 0], 1e-9);
  return [step, side];
}
