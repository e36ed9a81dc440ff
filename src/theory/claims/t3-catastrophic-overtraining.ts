import * as fc from 'fast-check';
import { lastDescent } from '../inflection.js';
import { atLeast, type Conclusion, concludes, defineClaim, equal, tightest } from './engine/claim.js';
import * as noisy from './engine/noisy-problem.js';

/** T3 b: for every noise there is a time after which training only hurts. */
export const catastrophicOvertraining = defineClaim<noisy.NoisyProblem>({
  id: 'T3',
  title: 'Catastrophic overtraining under noise',
  statement:
    'For every noise scale γ > 0 there is a finite time T(γ), the last at which the perturbed loss does not rise, and the perturbed loss increases strictly for ever after it.',
  origin: 'direction: paper, section 4; existence for every γ and hypotheses: ours',
  domain: fc.record(noisy.noisyFields),
  wellFormed: noisy.isNoisyProblem,
  hypotheses: [
    {
      name: 'starts below',
      statement: 'no mode with σ_i > 0 starts above its σ: s_i(0) ≤ σ_i',
      holds: ({ modes }) => modes.every(({ sigma, start }) => sigma === 0 || start <= sigma),
    },
    {
      name: 'no null modes',
      statement: 'no mode with σ_i = 0 starts above zero',
      holds: ({ modes }) => modes.every(({ sigma, start }) => sigma > 0 || start === 0),
    },
    {
      name: 'something moves',
      statement: 'some mode starts above zero and not at its σ',
      holds: ({ modes }) => noisy.movingModes(modes).length > 0,
    },
    { name: 'some noise', statement: 'γ > 0', holds: ({ gamma }) => gamma > 0 },
  ],
  conclusion(instance) {
    const late = noisy.lateTime(instance);
    const end = noisy.slopeAt(instance, late);
    const rises = atLeast([`sign of P′ at t = ${late.toPrecision(3)}`, Math.sign(end.value)], ['rising', 1], 1e-9);
    if (!concludes(rises)) return rises;
    const last = lastDescent(noisy.problemOf(instance), instance.gamma);
    return tightest([rises, ...lastDescentIsRight(instance, last, late)]);
  },
  toleranceReason:
    'slopes are compared with the sum of the sizes of their terms; the exponent 4σt of up to 600 brings some hundred roundings into each of their three factors, and the rounding of T(γ) as many again: 1e-12, and a decade to spare',
});

/** Largest relative slope that rounding of times and gaps can make of zero. */
const SLOPE_TOLERANCE = 1e-11;

/**
 * That a time is the last at which the perturbed loss does not rise, by its slope written out: zero at that time (or the
 * time is 0), and positive at many later ones.
 *
 * @param late a time after which nothing turns any more
 */
export function lastDescentIsRight(instance: noisy.NoisyProblem, last: number, late: number): Conclusion[] {
  const finite = atLeast(['latest time looked at', late], ['T(γ)', last], SLOPE_TOLERANCE * late);
  if (!(last <= late)) return [finite];
  const from = last > 0 ? last * (1 + 1e-9) : Math.min(1e-9, late / 2);
  const scanned = [...noisy.logarithmicTimes(from, late, 60), ...noisy.turningTimes(instance)];
  const slopes = scanned.filter((time) => time > from && time < late).map((time) => relativeSlope(instance, time));
  const after = atLeast(['least P′(t)/Σ|terms| after T(γ)', Math.min(0, ...slopes)], ['rising', 0], SLOPE_TOLERANCE);
  const at = equal(
    ['P′(T(γ))/Σ|terms|', last > 0 ? relativeSlope(instance, last) : 0],
    ['turning', 0],
    SLOPE_TOLERANCE,
  );
  return [finite, after, at];
}

function relativeSlope(instance: noisy.NoisyProblem, time: number): number {
  const { value, size } = noisy.slopeAt(instance, time);
  return size === 0 ? 0 : value / size;
}
