import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { stagedOptimum, stagedPerturbedLoss } from '../perturbed-loss.js';
import type { Problem } from '../problem.js';
import { atLeast, atMost, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { alignedTask, alignedWeights, drawnBases } from './engine/networks.js';

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
    const problem = problemOf(instance);
    const { gamma } = instance;
    const learned = Math.min(instance.learned, problem.modes.length);
    const defined = definedLoss(problem, gamma, learned, instance.seed);
    const size = defined + instance.sigmas.reduce((sum, sigma) => sum + sigma ** 2, 0);
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

function problemOf({ sigmas, extraRows, extraCols, beyond }: Instance): Problem {
  const hidden = Math.max(1, sigmas.length - beyond);
  const [rows, cols] = [sigmas.length + extraRows, sigmas.length + extraCols];
  const spectrum = [...sigmas, ...new Array<number>(Math.min(extraRows, extraCols)).fill(0)];
  const modes = sigmas.slice(0, hidden).map((sigma) => ({ sigma, start: 0 }));
  return { rows, hidden, cols, spectrum, tau: 0, modes, unlearnable: spectrum.slice(hidden) };
}

/** The perturbed loss with some modes learned, from weights and task as matrices. */
function definedLoss(problem: Problem, gamma: number, learned: number, seed: number): number {
  const { rows, hidden, cols, modes, spectrum } = problem;
  const bases = drawnBases(rows, hidden, cols, seed);
  const values = modes.map(({ sigma }, index) => (index < learned ? sigma : 0));
  const { first, second } = alignedWeights(bases, values);
  const residual = Matrix.sub(first.mmul(second), alignedTask(bases, spectrum));
  const spread = gamma ** 2 * (cols * first.dot(first) + rows * second.dot(second));
  return residual.dot(residual) + spread + gamma ** 4 * rows * hidden * cols;
}

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
