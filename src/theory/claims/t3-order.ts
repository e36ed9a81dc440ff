import * as fc from 'fast-check';
import { globalInflection, lastDescent } from '../inflection.js';
import { type Conclusion, defineClaim, type Side } from './engine/claim.js';
import { areWithin, decades, weighted } from './engine/draws.js';
import * as noisy from './engine/noisy-problem.js';

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

/**
 * First time at which the perturbed loss turns from falling to rising, by its slope written out; NaN without one, and where
 * a mode falls from above, which blurs the picture.
 */
function firstDip(instance: noisy.NoisyProblem): number {
  if (instance.modes.some(({ sigma, start }) => start > sigma)) return Number.NaN;
  const late = noisy.lateTime(instance);
  const times = [...noisy.logarithmicTimes(late * 1e-9, late, 200), ...noisy.turningTimes(instance)].sort(
    (a, b) => a - b,
  );
  let falling = false;
  for (const time of times) {
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
