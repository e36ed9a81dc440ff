import * as fc from 'fast-check';
import { descendFactors } from '../descent.js';
import { type Mode, singularValue } from '../mode.js';
import { createProblem } from '../problem.js';
import { endPointConstant, largestCoveredRate, lossEndPointBound } from '../schedule-error.js';
import { loss } from '../trajectory.js';
import { mode, singularValue as positiveSigma } from './engine/arbitraries.js';
import { atMost, type Conclusion, defineClaim, equal, tightest } from './engine/claim.js';
import {
  isPlan,
  largest,
  type Plan,
  plan,
  rateParts,
  ratesOf,
  textbookRates,
} from './engine/schedule-plan.js';

/** Modes in any order, a training time and two schedules for it. */
interface Instance {
  readonly modes: readonly Mode[];
  readonly time: number;
  readonly one: Plan;
  readonly other: Plan;
  /** The other schedule adds up to this many times the time. */
  readonly stretch: number;
}

/** A mode that starts where it would end. */
const restingMode = positiveSigma.map((sigma) => ({ sigma, start: sigma }));

/** T9: schedules of equal sum. */
export const schedules = defineClaim<Instance>({
  id: 'T9',
  title: 'In the flow limit only the sum of the learning rates matters',
  statement:
    'Gradient descent of an aligned balanced network with learning rates η_1, …, η_K ≤ 1/(8 max(σ_i, s_i(0))) that add up to T ends, in each mode, within C max η of gradient flow at time T, whatever K and T are, with C = σ² max(8/e, 2/7·(ln⁺(σ/s(0) − 1) + ln 4)) for 0 < s(0) < σ, C = 16/7·(s(0) − σ)(2s(0) − σ) for s(0) ≥ σ and C = 0 for s(0) = 0; two schedules of equal sum therefore end within C(max η + max η′) of each other.',
  origin: 'ours; that gradient descent follows gradient flow to first order in its rates is classical',
  domain: fc
    .record({
      modes: fc.array(fc.oneof({ weight: 9, arbitrary: mode }, { weight: 1, arbitrary: restingMode }), {
        minLength: 1,
        maxLength: 5,
      }),
      one: plan,
      other: plan,
      fill: fc.oneof(
        { weight: 12, arbitrary: fc.integer({ min: 1, max: 10 }).map((n) => n / 10) },
        { weight: 1, arbitrary: fc.constantFrom(3, 5, 8, 20) },
      ),
      stretch: fc.oneof(
        { weight: 14, arbitrary: fc.constant(1) },
        { weight: 1, arbitrary: fc.constantFrom(2, 0.5, 4) },
      ),
    })
    .map(({ fill, ...rest }) => {
      // The peak of a schedule is at most about twice its mean.
      const most = 0.45 * Math.min(rest.one.steps, rest.other.steps) * Math.min(1e3, coveredRate(rest.modes));
      return { ...rest, time: Number((fill * most).toPrecision(3)) };
    }),
  wellFormed: ({ modes, time, one, other, stretch }) =>
    modes.some(({ sigma }) => sigma > 0) &&
    modes.every(({ sigma, start }) => sigma >= 0 && start >= 0 && sigma < 1e6 && start < 1e6) &&
    time >= 0 &&
    time < 1e9 &&
    stretch > 0 &&
    stretch < 100 &&
    [one, other].every(isPlan),
  hypotheses: [
    {
      name: 'covered rates',
      statement: 'no learning rate exceeds 1/(8 max(σ_i, s_i(0))) of any mode that starts above zero',
      holds: ({ modes, time, one, other, stretch }) =>
        [...textbookRates(one, time), ...textbookRates(other, stretch * time)].every(
          (rate) => rate <= coveredRate(modes),
        ),
    },
    {
      name: 'equal sums',
      statement: 'the learning rates of both schedules add up to the same time',
      holds: ({ stretch, time }) => stretch === 1 || time === 0,
    },
  ],
  conclusion({ modes, time, one, other, stretch }) {
    const rates = ratesOf(one, time);
    const otherRates = ratesOf(other, stretch * time);
    return tightest([
      ...rateParts(one, time, rates),
      ...rateParts(other, stretch * time, otherRates),
      ...modes.flatMap((each) => endParts(each, time, rates, otherRates)),
      ...modes.flatMap(constants),
      ...lossParts(modes, time, rates),
    ]);
  },
  toleranceReason:
    'rounding: some units in the last place per step of gradient descent, and per unit of the exponent 4σT + |ln s(0)| of the flow',
});

/** `1/(8 max(σ, s(0)))` over the modes that move. */
function coveredRate(modes: readonly Mode[]): number {
  const largest = modes.reduce(
    (most, { sigma, start }) => (start > 0 ? Math.max(most, sigma, start) : most),
    0,
  );
  return 1 / (8 * largest);
}

/** Descent by each schedule ends near the flow, and so near the other one. */
function endParts(
  each: Mode,
  time: number,
  rates: readonly number[],
  otherRates: readonly number[],
): Conclusion[] {
  const { sigma, start } = each;
  const [end, otherEnd] = [descended(each, rates), descended(each, otherRates)];
  const bound = endPointConstant(each) * largest(rates);
  const otherBound = endPointConstant(each) * largest(otherRates);
  const exponent = start > 0 ? 4 * sigma * time + Math.abs(Math.log(start)) : 0;
  const tolerance =
    16 * Number.EPSILON * (8 + rates.length + otherRates.length + exponent) * Math.max(sigma, start) +
    Number.MIN_VALUE;
  const label = `of the mode ${sigma} from ${start}`;
  return [
    atMost(
      { label: `|s_K − s(T)| ${label}`, value: Math.abs(end - singularValue(each, time)) },
      { label: 'C max η', value: bound },
      tolerance,
    ),
    atMost(
      { label: `|s_K − s′_K′| of two schedules ${label}`, value: Math.abs(end - otherEnd) },
      { label: 'C (max η + max η′)', value: bound + otherBound },
      tolerance,
    ),
  ];
}

function descended({ sigma, start }: Mode, rates: readonly number[]): number {
  return descendFactors([Math.sqrt(start)], [sigma], rates)[0]! ** 2;
}

/** The constants are those of the statement. */
function constants({ sigma, start }: Mode): Conclusion[] {
  const label = `of the mode ${sigma} from ${start}`;
  let expected = 0;
  if (start >= sigma) expected = ((start - sigma) * (2 * start - sigma) * 16) / 7;
  else if (start > 0) {
    const growth = Math.max(Math.log((sigma - start) / start), 0) + 2 * Math.LN2;
    expected = Math.max((8 * sigma ** 2) / Math.E, (2 * growth * sigma ** 2) / 7);
  }
  const most = largestCoveredRate({ sigma, start });
  return [
    equal(
      { label: `C ${label}`, value: endPointConstant({ sigma, start }) },
      { label: 'constant of the statement', value: expected },
      1e-14 * expected + Number.MIN_VALUE,
    ),
    equal(
      { label: `1/largest rate ${label}`, value: 1 / most },
      { label: '8 max(σ, s(0))', value: start === 0 ? 0 : 8 * Math.max(sigma, start) },
      1e-14 / most + Number.MIN_VALUE,
    ),
  ];
}

/** Losses of descent and of flow, `|L_K − L(T)| ≤ 2 max η Σ C |σ − s(0)|`. */
function lossParts(modes: readonly Mode[], time: number, rates: readonly number[]): Conclusion[] {
  const sorted = [...modes].sort((a, b) => b.sigma - a.sigma);
  if (sorted[0]!.sigma === 0) return [];
  const spectrum = sorted.map(({ sigma }) => sigma);
  const starts = sorted.map(({ start }) => start);
  const problem = createProblem({ dim: modes.length, spectrum, starts, tau: 0 });
  const end = sorted.reduce((sum, each) => sum + (each.sigma - descended(each, rates)) ** 2, 0);
  const peak = largest(rates);
  const bound = lossEndPointBound(problem, peak);
  const expected = sorted.reduce(
    (sum, each) => sum + endPointConstant(each) * Math.abs(each.sigma - each.start),
    0,
  );
  const size = sorted.reduce((sum, { sigma, start }) => sum + sigma ** 2 + start ** 2, 0);
  return [
    atMost(
      { label: '|loss of descent − loss of flow|', value: Math.abs(end - loss(problem, time)) },
      { label: '2 max η Σ C|σ − s(0)|', value: bound },
      64 * Number.EPSILON * (64 + rates.length) * size,
    ),
    equal(
      { label: 'bound for the losses', value: bound },
      { label: '2 max η Σ C|σ − s(0)|', value: 2 * peak * expected },
      1e-14 * bound + Number.MIN_VALUE,
    ),
  ];
}
