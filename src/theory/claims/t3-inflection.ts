import * as fc from 'fast-check';
import { globalInflection, lastDescent } from '../inflection.js';
import { gridInflection } from '../search.js';
import { atMost, type Conclusion, defineClaim, equal, type Side, tightest } from './engine/claim.js';
import { areWhole, areWithin, decades, listOf, singularValue, weighted } from './engine/draws.js';
import * as noisy from './engine/noisy-problem.js';

const stillMode = singularValue.map((sigma) => ({ sigma, start: 0 }));

/** T3: the inflection as the global minimum of a curve with several dips. */
export const inflectionIsGlobal = defineClaim({
  id: 'T3-inflection',
  title: 'The inflection is the global minimum over all training times',
  statement:
    'From any aligned balanced start the perturbed loss has a least value over t ∈ [0, ∞], and takes it no later than T(γ): the inflection, below which no dip and no point of any grid of times goes.',
  origin: 'ours',
  domain: fc
    .record({
      problem: weighted(
        [30, fc.record(noisy.noisyFields)],
        [10, noisy.dippingProblem],
        [1, fc.record({ ...noisy.noisyFields, modes: listOf(3, stillMode) })],
      ),
      /** Points of the grid after time 0. */
      points: fc.integer({ min: 1, max: 40 }),
    })
    .map(({ problem, points }) => ({ ...problem, points })),
  wellFormed: (instance) => noisy.isNoisyProblem(instance) && areWhole([instance.points], Number.MIN_VALUE, 100),
  hypotheses: [],
  conclusion(instance) {
    const problem = noisy.problemOf(instance);
    const { gamma } = instance;
    const { time, value } = globalInflection(problem, gamma);
    const late = noisy.lateTime(instance);
    const grid = [0, ...noisy.logarithmicTimes(late * 1e-6, late, instance.points)];
    const dense = [
      ...noisy.logarithmicTimes(late * 1e-9, late, 150),
      ...noisy.turningTimes(instance),
      ...grid,
      Infinity,
    ];
    const best = noisy.riseAt(instance, time);
    const rises = dense.map((at) => noisy.riseAt(instance, at));
    const least = rises.reduce((low, next) => (next.value < low.value ? next : low));
    const global = atMost(
      [`perturbed loss at the inflection, t = ${time.toPrecision(6)}, less that of learning everything`, best.value],
      ['least found by looking at many times', least.value],
      ROUNDING * (best.size + least.size) + Number.MIN_VALUE,
    );
    const learned = learnedLoss(instance);
    const identity = equal(
      ['perturbed loss at the inflection', value],
      ['Σ(σ − s)² + γ²(p+q) Σs + γ⁴phq', best.value + learned],
      ROUNDING * (best.size + learned) + Number.MIN_VALUE,
    );
    const resting = noisy.movingModes(instance.modes).length > 0 ? 0 : time;
    const still = equal(['time of the inflection where nothing moves', resting], ['the earliest', 0], Number.MIN_VALUE);
    return tightest([global, identity, still, noLaterThanLast(instance, time), ...onGrid(instance, grid)]);
  },
  toleranceReason:
    'losses are compared with the sum of the sizes of their terms; the exponent 4σt of up to 600 brings some hundred roundings into each gap, 1e-12 with a decade to spare',
});

const ROUNDING = 1e-12;

/** Perturbed loss of a network that has learned every mode. */
function learnedLoss(instance: noisy.NoisyProblem): number {
  const { rows, hidden, cols, modes } = noisy.problemOf(instance);
  const nuclear = modes.reduce((sum, { sigma }) => sum + sigma, 0);
  return 2 * noisy.halfNoise(instance) * nuclear + instance.gamma ** 4 * rows * hidden * cols;
}

function noLaterThanLast(instance: noisy.NoisyProblem, time: number): Conclusion {
  const last = lastDescent(noisy.problemOf(instance), instance.gamma);
  const right = { label: 'T(γ)', value: last };
  const inflection = { label: 'time of the inflection', value: time };
  if (last === Infinity || time === last) return { ...atMost(inflection, right, 1), margin: 0 };
  return atMost(inflection, right, 1e-9 * last + Number.MIN_VALUE);
}

/** That the inflection of the curve on a grid is its first least point, and none where it has not risen again. */
function onGrid(instance: noisy.NoisyProblem, grid: readonly number[]): Conclusion[] {
  // Every time twice makes ties, and a run that diverged leaves no value.
  const times = grid.flatMap((time) => [time, time]);
  const learned = learnedLoss(instance);
  const losses = grid.map((time) => noisy.riseAt(instance, time).value + learned);
  const values = times.map((_, index) => (index % 7 === 3 ? Number.NaN : losses[index >> 1]!));
  const seen = values.filter((value) => !Number.isNaN(value));
  const least = Math.min(...seen);
  const first = seen.at(-1)! > least ? values.indexOf(least) : -1;
  const found = gridInflection(times, values);
  const diverged = times.map(() => Number.NaN);
  const nothing = gridInflection(times, diverged);
  return [
    equal(['index of the inflection on a grid (−1: none)', found?.index ?? -1], ['first least point', first], 1e-9),
    equal(['its time (−1: none)', found?.time ?? -1], ['time of that point', times[first] ?? -1], Number.MIN_VALUE),
    equal(['inflection where every run diverged (−1: none)', nothing?.index ?? -1], ['none', -1], 1e-9),
  ];
}

/** A noisy problem, a second noise scale, and what is called the inflection. */
interface Instance extends noisy.NoisyProblem {
  /** The larger noise scale over the smaller one. */
  readonly factor: number;
  /** The last time at which the perturbed loss does not rise, the time at which it is least, or its first local dip. */
  readonly inflection: 'last' | 'global' | 'first dip';
}

/** An early mode that only the smaller noise lets help, and a late one that helps under both. */
const twoDips: fc.Arbitrary<Instance> = fc
  .record({
    early: fc.record({ sigma: decades(0, 0.5), share: decades(-0.5, -0.1) }),
    late: fc.record({ sigma: decades(0, 0.5), share: decades(-12, -6) }),
    gamma: decades(-1, -0.2),
    factor: decades(0.1, 0.8),
  })
  .map(({ early, late, gamma, factor }) => ({
    modes: [early, late].map(({ sigma, share }) => ({ sigma, start: sigma * share })),
    extraRows: 0,
    extraCols: 0,
    gamma,
    factor,
    inflection: 'first dip',
  }));

/** T3 c: more noise, earlier inflection. */
export const inflectionOrder = defineClaim<Instance>({
  id: 'T3-order',
  title: 'A larger noise has its inflection earlier',
  statement:
    'Neither the last time T(γ) at which the perturbed loss does not rise nor the time at which it is least moves later as γ grows, from any aligned balanced start.',
  origin: 'direction: paper, section 4; for both definitions, every start and every γ: ours',
  domain: fc
    .record({
      problem: weighted([3, fc.record(noisy.noisyFields)], [1, noisy.dippingProblem]),
      factor: fc.integer({ min: 1, max: 300 }).map((hundredth) => Number((10 ** (hundredth / 100)).toPrecision(3))),
      inflection: weighted([9, fc.constantFrom('last', 'global')], [1, fc.constant('first dip')]),
    })
    .map(({ problem, ...rest }) => ({ ...problem, ...rest })),
  wellFormed: (instance) =>
    noisy.isNoisyProblem(instance) && instance.gamma > 0 && areWithin([instance.factor], 1.02, 1000),
  hypotheses: [
    {
      name: 'not the first dip',
      statement:
        'the inflection is the last time at which the perturbed loss does not rise, or the earliest time at which it is least, not its first local minimum',
      holds: ({ inflection }) => inflection !== 'first dip',
      broken: twoDips,
    },
  ],
  conclusion(instance) {
    const noisier = { ...instance, gamma: instance.gamma * instance.factor };
    return noLater(
      { label: `inflection (${instance.inflection}) at γ = ${noisier.gamma}`, value: inflectionOf(noisier) },
      { label: `inflection at γ = ${instance.gamma}`, value: inflectionOf(instance) },
    );
  },
  toleranceReason:
    'both times are roots of a slope, found to neighbouring doubles; noise scales that differ by 2 % and more move a root that moves at all by far more than the rounding of the slope, and 1e-9 of the time is for roots that hardly move',
});

/** Time of the inflection; capped where the gaps of all modes that converge have left the doubles. */
function inflectionOf(instance: Instance): number {
  const problem = noisy.problemOf(instance);
  const { inflection, gamma } = instance;
  if (inflection === 'first dip') return firstDip(instance);
  const time = inflection === 'last' ? lastDescent(problem, gamma) : globalInflection(problem, gamma).time;
  return time > noisy.lateTime(instance) ? Infinity : time;
}

/** First time at which the perturbed loss turns from falling to rising; NaN without one, and where a mode falls from above. */
function firstDip(instance: noisy.NoisyProblem): number {
  if (instance.modes.some(({ sigma, start }) => start > sigma)) return Number.NaN;
  const late = noisy.lateTime(instance);
  const times = [...noisy.logarithmicTimes(late * 1e-9, late, 200), ...noisy.turningTimes(instance)];
  let falling = false;
  for (const time of times.sort((a, b) => a - b)) {
    const { value, size } = noisy.slopeAt(instance, time);
    if (falling && value > 1e-9 * size) return time;
    if (value < -1e-9 * size) falling = true;
  }
  return Number.NaN;
}

/** Two infinite times are equal, and a dip that does not exist is no later than another. */
function noLater(left: Side, right: Side): Conclusion {
  const differ = left.value > right.value || left.value < right.value;
  const margin = differ ? right.value - left.value : 0;
  const tolerance = right.value < Infinity ? 1e-9 * right.value + Number.MIN_VALUE : 1;
  return { margin, tolerance, left, relation: '≤', right };
}
