import * as fc from 'fast-check';
import {
  descendFactors,
  endPointConstant,
  largestCoveredRate,
  lossEndPointBound,
  type Schedule,
  scheduleNames,
  scheduleRates,
  scheduleRatesOverTime,
  sumOfRates,
} from '../descent.js';
import { type Mode, singularValue } from '../mode.js';
import { loss } from '../problem.js';
import { atMost, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { largestFirst, problemOfModes } from './engine/networks.js';

/** A mode that starts where it would end. */
const restingMode = draws.singularValue.map((sigma) => ({ sigma, start: sigma }));

const share = draws.weighted([2, fc.constant(null)], [3, draws.quotients(0, 10, 20)]);

/** Learning-rate schedules of every kind, of 1 to 300 steps. */
const plan = fc.record({
  name: fc.constantFrom(...scheduleNames),
  steps: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 300 })),
  /** Shares of the steps; `null` for the defaults, a tenth and a fifth. */
  warmup: share,
  decay: share,
});

type Plan = Drawn<typeof plan>;

/** Whether a plain value is a plan: a number of steps, and shares that fit. */
function isPlan({ name, steps, warmup, decay }: Plan): boolean {
  const [rise, fall] = [warmup ?? 0.1, decay ?? 0.2];
  const fits = name === 'warmup-stable-decay' ? rise + fall <= 1 : draws.areWithin([rise, fall], -Infinity, 1);
  return draws.areWhole([steps], 1, 1000) && draws.areWithin([rise, fall], 0, Infinity) && fits;
}

/** T9: schedules of equal sum. */
export const schedules = defineClaim({
  id: 'T9',
  title: 'In the flow limit only the sum of the learning rates matters',
  statement:
    'Gradient descent of an aligned balanced network with learning rates η_1, …, η_K ≤ 1/(8 max(σ_i, s_i(0))) that add up to T ends, in each mode, within C max η of gradient flow at time T, whatever K and T are, with C = σ² max(8/e, 2/7·(ln⁺(σ/s(0) − 1) + ln 4)) for 0 < s(0) < σ, C = 16/7·(s(0) − σ)(2s(0) − σ) for s(0) ≥ σ and C = 0 for s(0) = 0; two schedules of equal sum therefore end within C(max η + max η′) of each other.',
  origin: 'ours; that gradient descent follows gradient flow to first order in its rates is classical',
  domain: fc
    .record({
      modes: draws.listOf(5, draws.weighted([9, draws.mode], [1, restingMode])),
      one: plan,
      other: plan,
      fill: draws.weighted([12, draws.quotients(1, 10, 10)], [1, fc.constantFrom(3, 5, 8, 20)]),
      /** The other schedule adds up to this many times the time. */
      stretch: draws.weighted([14, fc.constant(1)], [1, fc.constantFrom(2, 0.5, 4)]),
    })
    .map(({ fill, ...rest }) => {
      // The peak of a schedule is at most about twice its mean.
      const most = 0.45 * Math.min(rest.one.steps, rest.other.steps) * Math.min(1e3, coveredRate(rest.modes));
      return { ...rest, time: Number((fill * most).toPrecision(3)) };
    }),
  wellFormed: ({ modes, time, one, other, stretch }) =>
    modes.some(({ sigma }) => sigma > 0) &&
    modes.every(({ sigma, start }) => draws.areWithin([sigma, start], 0, 1e6)) &&
    draws.areWithin([time], 0, 1e9) &&
    draws.areWithin([stretch], Number.MIN_VALUE, 100) &&
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
    const rates = scheduleRatesOverTime(scheduleOf(one), one.steps, time);
    const otherRates = scheduleRatesOverTime(scheduleOf(other), other.steps, stretch * time);
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
  const largest = modes.reduce((most, { sigma, start }) => (start > 0 ? Math.max(most, sigma, start) : most), 0);
  return 1 / (8 * largest);
}

/** Descent by each schedule ends near the flow, and so near the other one. */
function endParts(each: Mode, time: number, rates: readonly number[], otherRates: readonly number[]): Conclusion[] {
  const { sigma, start } = each;
  const [end, otherEnd] = [descended(each, rates), descended(each, otherRates)];
  const bound = endPointConstant(each) * largest(rates);
  const otherBound = endPointConstant(each) * largest(otherRates);
  const exponent = start > 0 ? 4 * sigma * time + Math.abs(Math.log(start)) : 0;
  const tolerance =
    16 * Number.EPSILON * (8 + rates.length + otherRates.length + exponent) * Math.max(sigma, start) + Number.MIN_VALUE;
  const label = `of the mode ${sigma} from ${start}`;
  const apart = { label: `|s_K − s′_K′| of two schedules ${label}`, value: Math.abs(end - otherEnd) };
  return [
    atMost([`|s_K − s(T)| ${label}`, Math.abs(end - singularValue(each, time))], ['C max η', bound], tolerance),
    atMost(apart, ['C (max η + max η′)', bound + otherBound], tolerance),
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
      [`C ${label}`, endPointConstant({ sigma, start })],
      ['constant of the statement', expected],
      1e-14 * expected + Number.MIN_VALUE,
    ),
    equal(
      [`1/largest rate ${label}`, 1 / most],
      ['8 max(σ, s(0))', start === 0 ? 0 : 8 * Math.max(sigma, start)],
      1e-14 / most + Number.MIN_VALUE,
    ),
  ];
}

/** Losses of descent and of flow, `|L_K − L(T)| ≤ 2 max η Σ C |σ − s(0)|`. */
function lossParts(modes: readonly Mode[], time: number, rates: readonly number[]): Conclusion[] {
  const sorted = largestFirst(modes);
  if (sorted[0]!.sigma === 0) return [];
  const problem = problemOfModes(modes, {});
  const end = sorted.reduce((sum, each) => sum + (each.sigma - descended(each, rates)) ** 2, 0);
  const peak = largest(rates);
  const bound = lossEndPointBound(problem, peak);
  const expected = sorted.reduce((sum, each) => sum + endPointConstant(each) * Math.abs(each.sigma - each.start), 0);
  const size = sorted.reduce((sum, { sigma, start }) => sum + sigma ** 2 + start ** 2, 0);
  return [
    atMost(
      ['|loss of descent − loss of flow|', Math.abs(end - loss(problem, time))],
      ['2 max η Σ C|σ − s(0)|', bound],
      64 * Number.EPSILON * (64 + rates.length) * size,
    ),
    equal(
      ['bound for the losses', bound],
      ['2 max η Σ C|σ − s(0)|', 2 * peak * expected],
      1e-14 * bound + Number.MIN_VALUE,
    ),
  ];
}

function scheduleOf({ name, warmup, decay }: Plan): Schedule {
  return { name, ...(warmup === null ? {} : { warmup }), ...(decay === null ? {} : { decay }) };
}

/** The shape of a schedule at a progress from 0 to 1, by its definition. */
function shapeAt({ name, warmup, decay }: Plan, progress: number): number {
  const [rise, fall] = [warmup ?? 0.1, decay ?? 0.2];
  const fallen = (from: number) => Math.cos((Math.PI / 2) * ((progress - from) / (1 - from))) ** 2;
  switch (name) {
    case 'constant':
      return 1;
    case 'linear':
      return 1 - progress;
    case 'cosine':
      return fallen(0);
    case 'warmup-cosine':
      return progress < rise ? progress / rise : fallen(rise);
    case 'warmup-stable-decay':
      if (progress < rise) return progress / rise;
      return progress > 1 - fall ? (1 - progress) / fall : 1;
  }
}

/** The shape of a schedule at the middle of every step. */
function shapeOf(each: Plan): number[] {
  return Array.from({ length: each.steps }, (_, step) => shapeAt(each, (2 * step + 1) / (2 * each.steps)));
}

/** Learning rates of a plan that add up to a time, by definition. */
function textbookRates(each: Plan, time: number): number[] {
  const shape = shapeOf(each);
  const sum = shape.reduce((total, value) => total + value, 0);
  return shape.map((value) => (value * time) / sum);
}

/** The rates are those of the schedule, and add up to the time. */
function rateParts(each: Plan, time: number, rates: readonly number[]): Conclusion[] {
  const expected = textbookRates(each, time);
  const peak = largest(expected);
  const unscaled = scheduleRates(scheduleOf(each), each.steps, 2);
  const rounding = 8 * Number.EPSILON * each.steps;
  const sum = rates.reduce((total, rate) => total + rate, 0);
  const label = `${each.name} of ${each.steps} steps`;
  return [
    equal([`steps of ${label}`, rates.length], ['expected', each.steps], Number.MIN_VALUE),
    equal([`sum of the rates of ${label}`, sum], ['time', time], rounding * time + Number.MIN_VALUE),
    equal(
      [`compensated sum of the rates of ${label}`, sumOfRates(rates)],
      ['time', time],
      4 * Number.EPSILON * time + Number.MIN_VALUE,
    ),
    worstStep(`of ${label}`, rates, expected, (rounding + 1e-14) * peak + Number.MIN_VALUE),
    worstStep(
      `of ${label} with the peak 2`,
      unscaled,
      shapeOf(each).map((value) => 2 * value),
      // A quotient of progresses near the peak is rounded like 1, divided by the share of the steps.
      1e-14 / Math.min(1, each.warmup || 1, each.decay || 1),
    ),
  ];
}

/** That every rate is the one expected: the conclusion about the one that is farthest off, or no number. */
function worstStep(of: string, rates: readonly number[], expected: readonly number[], tolerance: number): Conclusion {
  const distances = expected.map((rate, step) => Math.abs(rates[step]! - rate));
  let worst = 0;
  for (let step = 1; step < distances.length; step++) {
    if (!(distances[step]! <= distances[worst]!) && !Number.isNaN(distances[worst]!)) worst = step;
  }
  return equal([`rate ${worst + 1} ${of}`, rates[worst]!], ['by definition', expected[worst]!], tolerance);
}

/** The largest of numbers that are not negative; 0 where there are none. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
