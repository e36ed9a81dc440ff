import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { criticalGap, perturbedLoss, perturbedLossVelocity } from '../perturbed-loss.js';
import type { Problem } from '../problem.js';
import { atMost, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import { areWhole, flowTime, matrixSeed, pluck } from './engine/draws.js';
import { sigmoid } from './engine/integration.js';
import { alignedTask, alignedWeights, drawnBases } from './engine/networks.js';
import { halfNoise, isNoisyProblem, noisyFields, problemOf } from './engine/noisy-problem.js';

/** A noisy problem at one time, with its hidden width and its singular vectors. */
const domain = fc.record({
  ...noisyFields,
  /** Hidden units more or fewer than modes. */
  extraHidden: fc.integer({ min: -2, max: 2 }),
  seed: matrixSeed,
  time: flowTime,
});

type Instance = Drawn<typeof domain>;

/** T3 a: what each mode does to the perturbed loss. */
export const modeUnderNoise = defineClaim({
  id: 'T3-mode',
  title: 'A mode helps until it is within c of its target, then hurts',
  statement:
    'With c = γ²(p+q)/2 (γ²d for a square network) the perturbed loss is Σ (σ_i − s_i)² + 2c Σ s_i + γ⁴phq plus what the width cannot learn, and learning mode i lowers it exactly while s_i < σ_i − c and raises it after, so that a mode with σ_i ≤ c never helps.',
  origin: 'ours',
  domain,
  wellFormed: (instance) =>
    isNoisyProblem(instance) &&
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
    const problem = narrowed(problemOf(instance), instance.extraHidden);
    const bases = drawnBases(problem.rows, problem.hidden, problem.cols, instance.seed);
    const task = alignedTask(bases, problem.spectrum);
    const values = problem.modes.map((mode) => sigmoid(mode, time).value);
    const { first, second } = alignedWeights(bases, values);
    const { rows, hidden, cols } = problem;
    const residual = Matrix.sub(first.mmul(second), task);
    const spread = gamma ** 2 * (cols * first.dot(first) + rows * second.dot(second));
    const floor = gamma ** 4 * rows * hidden * cols;
    const size = (task.norm() + first.dot(first)) ** 2;
    const value = equal(
      ['perturbed loss', perturbedLoss(problem, gamma, time)],
      ['‖W1W2 − A‖² + γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq', residual.dot(residual) + spread + floor],
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

/** The problem with another hidden width: the last modes are left unlearned where it is too small. */
function narrowed(problem: Problem, extraHidden: number): Problem {
  const hidden = Math.max(1, problem.hidden + extraHidden);
  const { modes, unlearnable } = problem;
  const lost = pluck(modes.slice(hidden), 'sigma');
  return { ...problem, hidden, modes: modes.slice(0, hidden), unlearnable: [...lost, ...unlearnable] };
}

/** That a mode's part falls while its gap is above the critical one and rises while it is below. */
function turnsAt(instance: Instance, problem: Problem, mode: { sigma: number; start: number }): Conclusion {
  const { value, gap } = sigmoid(mode, instance.time);
  const critical = criticalGap(problem, instance.gamma);
  const above = gap - critical;
  // d/dt [(σ − s)² + γ²(p + q) s] with s′ = 4 s (σ − s).
  const slope = 4 * value * gap * (2 * halfNoise(instance) - 2 * gap);
  return atMost(
    [`slope of the part of the mode σ = ${mode.sigma}, where σ − c − s has that sign`, slope * Math.sign(above)],
    ['falling before, rising after', 0],
    8e-13 * value * Math.abs(gap) * (critical + Math.abs(gap)) + Number.MIN_VALUE,
  );
}
