import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import type { Mode } from '../mode.js';
import { createProblem, learnedModes, loss, type Problem, singularValues, unlearnableLoss } from '../problem.js';
import { type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { diagonalInBases } from './engine/networks.js';

/** Equal dimensions are a case of their own, and should shrink together. */
const anyShape = draws.weighted(
  [3, draws.shape],
  [1, draws.dimension.map((dim) => ({ rows: dim, hidden: dim, cols: dim }))],
);

/** A problem as its user writes it, two bases and a time. */
const domain = fc
  .record({
    dims: anyShape,
    /** Law of the singular values; `list` as text, `values` as numbers. */
    law: fc.constantFrom('list', 'power', 'linear', 'geometric', 'values'),
    /** Exponent of `power`, ratio of `geometric`. */
    parameter: fc.oneof(draws.quotients(1, 4, 4), draws.quotients(5, 12, 4)),
    /** What `list` and `values` give; those beyond `min(rows, cols)` are left out. */
    values: draws.singularValues(),
    tau: draws.weighted([3, fc.integer({ min: 0, max: 12 })], [1, fc.integer({ min: 13, max: 300 })]),
    /** Starts as shares of σ (of the largest one for null modes) in turn, in place of `e^{-2τ}`; none where empty. */
    shares: draws.weighted(
      [2, fc.constant<number[]>([])],
      [3, draws.listOf(12, fc.oneof(fc.constantFrom(0.5, 0, 1, 2, 0.25, 0.75), draws.decades(-9, 1)))],
    ),
    leftSeed: draws.matrixSeed,
    rightSeed: draws.matrixSeed,
    time: draws.weighted([3, fc.constantFrom(0, 0.5, 1, 2, 4, 8)], [4, draws.flowTime]),
  })
  .map(({ dims, ...rest }) => ({ ...dims, ...rest }));

type Instance = Drawn<typeof domain>;

/** T0-loss: the loss along gradient flow, and what is learned. */
export const lossOfModes = defineClaim({
  id: 'T0-loss',
  title: 'The loss of decoupled modes',
  statement:
    'From an aligned balanced start the loss ‖W1W2 − A‖² at time t is Σ(σ_i − s_i(t))² over the first min(p, h, q) modes plus Σσ_i² over the others, and of the modes that start above zero and below σ_i/2 exactly those whose half-time ln(σ_i/s_i(0) − 1)/(4σ_i) has passed have s_i(t) > σ_i/2.',
  origin: 'closed form: Saxe, McClelland and Ganguli 2014; the sum over modes and the count: ours',
  domain,
  wellFormed: ({ rows, hidden, cols, law, parameter, values, tau, shares, time }) =>
    draws.areWhole([rows, hidden, cols], 1, 12) &&
    parameter > 0 &&
    values.length > 0 &&
    (law !== 'geometric' || parameter <= 3) &&
    values.every((value, index) => value > 0 && value <= (values[index - 1] ?? 1e6)) &&
    draws.areWithin([tau], 0, 350) &&
    draws.areWithin(shares, 0, 1e6) &&
    time >= 0,
  hypotheses: [],
  conclusion(instance) {
    const { rows, hidden, cols, time } = instance;
    const sigmas = Array.from({ length: Math.min(rows, cols) }, (_, index) => lawAt(instance, index));
    const count = Math.min(rows, hidden, cols);
    const modes = sigmas.slice(0, count).map((sigma, index) => ({ sigma, start: startOf(instance, sigmas, index) }));
    const problem = problemOf(instance, sigmas, modes);
    const ends = modes.map((each) => textbookValue(each, time));
    return tightest([
      ...sameNumbers('singular value of the task', problem.spectrum, sigmas, sigmas[0]!),
      ...sameNumbers('singular value of the network', singularValues(problem, time), ends, largest(modes)),
      ...lossParts(instance, problem, sigmas, ends),
      learnedCount(problem, ends, time),
    ]);
  },
  toleranceReason:
    'rounding: some units in the last place of the squared norms that the residual is the difference of, and 4σt of them in a singular value that still grows',
});

/** The `index`-th singular value, from 0, by the definition of its law. */
function lawAt({ law, parameter, values, rows, cols }: Instance, index: number): number {
  switch (law) {
    case 'power':
      return Math.exp(-parameter * Math.log(index + 1));
    case 'geometric':
      return Math.exp(index * Math.log(ratioOf(parameter)));
    case 'linear':
      return 1 - index / Math.min(rows, cols);
    default:
      return values[index] ?? 0;
  }
}

/** Ratios of a geometric spectrum are at most 1. */
function ratioOf(parameter: number): number {
  return parameter > 1 ? 1 / parameter : parameter;
}

function startOf({ shares, tau }: Instance, sigmas: readonly number[], index: number): number {
  if (shares.length === 0) return 1 / Math.exp(tau) ** 2;
  return shares[index % shares.length]! * (sigmas[index]! > 0 ? sigmas[index]! : sigmas[0]!);
}

function problemOf(instance: Instance, sigmas: readonly number[], modes: readonly Mode[]): Problem {
  const { rows, hidden, cols, law, parameter, values, tau, shares } = instance;
  const shape = rows === hidden && hidden === cols ? { dim: rows } : { rows, hidden, cols };
  const given = values.slice(0, sigmas.length);
  const spectrum = {
    power: `power:${parameter}`,
    linear: 'linear',
    geometric: `geometric:${ratioOf(parameter)}`,
    list: given.join(','),
    values: given,
  }[law];
  const starts = shares.length === 0 ? undefined : draws.pluck(modes, 'start');
  return createProblem({ ...shape, spectrum, tau, starts });
}

/** The sigmoid as it is usually printed; above `σ`, where that cancels, from `1/s`, which relaxes from `1/s(0)` to `1/σ`. */
function textbookValue({ sigma, start }: Mode, time: number): number {
  if (start === 0) return 0;
  if (sigma === 0) return 1 / (1 / start + 4 * time);
  const remaining = Math.exp(-4 * sigma * time);
  if (start <= sigma) return sigma / (1 + (sigma / start - 1) * remaining);
  return 1 / (remaining / start - Math.expm1(-4 * sigma * time) / sigma);
}

function largest(modes: readonly Mode[]): number {
  return modes.reduce((most, { sigma, start }) => Math.max(most, sigma, start), 0);
}

function sameNumbers(
  label: string,
  actual: readonly number[],
  expected: readonly number[],
  size: number,
): Conclusion[] {
  return [
    equal([`number of ${label}s`, actual.length], ['expected', expected.length], Number.MIN_VALUE),
    ...expected.map((value, index) =>
      // Exponents of a few hundred at most count while a singular value still grows: 1e3 units in the last place.
      equal([`${label} ${index + 1}`, actual[index]!], ['by definition', value], 1e-13 * size),
    ),
  ];
}

/** The loss of the full matrices at the singular values of the textbook, from `U`, `V` and the Frobenius norm alone. */
function lossParts(
  { rows, cols, leftSeed, rightSeed, time }: Instance,
  problem: Problem,
  sigmas: readonly number[],
  ends: readonly number[],
): Conclusion[] {
  const [left, right] = [draws.drawnOrthogonal(rows, leftSeed), draws.drawnOrthogonal(cols, rightSeed)];
  const residual = Matrix.sub(diagonalInBases(left, ends, right), diagonalInBases(left, sigmas, right));
  const squares = [...sigmas, ...ends, ...draws.pluck(problem.modes, 'start')].reduce((sum, x) => sum + x * x, 0);
  const cut = sigmas.slice(ends.length).reduce((sum, sigma) => sum + sigma * sigma, 0);
  return [
    equal([`loss at time ${time}`, loss(problem, time)], ['‖W1W2 − A‖²', residual.norm() ** 2], 1e-13 * squares),
    equal(
      ['loss that no training removes', unlearnableLoss(problem)],
      ['Σσ² beyond the hidden width', cut],
      1e-13 * cut + Number.MIN_VALUE,
    ),
  ];
}

/** Half-times that have passed, and modes that start above half; one that is half learned to rounding counts as it is. */
function learnedCount(problem: Problem, ends: readonly number[], time: number): Conclusion {
  const learned = problem.modes.filter(({ sigma, start }, index) => {
    if (sigma === 0 || start === 0) return false;
    if (time === 0 || start >= sigma) return start > sigma / 2;
    if (start === sigma / 2) return true;
    if (Math.abs(ends[index]! / sigma - 0.5) < 1e-12) return singularValues(problem, time)[index]! > sigma / 2;
    return start > sigma / 2 || time > Math.log(sigma / start - 1) / (4 * sigma);
  });
  return equal(
    [`learned modes at time ${time}`, learnedModes(problem, time)],
    ['half-times that have passed', learned.length],
    Number.MIN_VALUE,
  );
}
