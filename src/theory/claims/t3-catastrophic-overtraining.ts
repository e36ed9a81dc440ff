import * as fc from 'fast-check';
import { lastDescent } from '../inflection.js';
import type { Mode } from '../mode.js';
import { modeOptimum, perturbedLoss } from '../perturbed-loss.js';
import { atLeast, atMost, type Conclusion, concludes, defineClaim, equal, tightest } from './engine/claim.js';
import { decades, listOf, pluck, singularValue, weighted } from './engine/draws.js';
import { sigmoid } from './engine/integration.js';
import * as noisy from './engine/noisy-problem.js';

const somethingMoves = {
  name: 'something moves',
  statement: 'some mode starts above zero and not at its σ',
  holds: ({ modes }: noisy.NoisyProblem) => noisy.movingModes(modes).length > 0,
};

const someNoise = { name: 'some noise', statement: 'γ > 0', holds: ({ gamma }: noisy.NoisyProblem) => gamma > 0 };

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
    somethingMoves,
    someNoise,
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

/** That the perturbed loss turns last at a time: its slope is zero there, or that is 0, and positive at many later ones. */
function lastDescentIsRight(instance: noisy.NoisyProblem, last: number, late: number): Conclusion[] {
  const finite = atLeast(['latest time looked at', late], ['T(γ)', last], SLOPE_TOLERANCE * late);
  if (!(last <= late)) return [finite];
  const from = last > 0 ? last * (1 + 1e-9) : Math.min(1e-9, late / 2);
  const scanned = [...noisy.logarithmicTimes(from, late, 60), ...noisy.turningTimes(instance)];
  const slopes = scanned.filter((time) => time > from && time < late).map((time) => relativeSlope(instance, time));
  const after = atLeast(['least P′(t)/Σ|terms| after T(γ)', Math.min(0, ...slopes)], ['rising', 0], SLOPE_TOLERANCE);
  const slope = last > 0 ? relativeSlope(instance, last) : 0;
  return [finite, after, equal(['P′(T(γ))/Σ|terms|', slope], ['turning', 0], SLOPE_TOLERANCE)];
}

function relativeSlope(instance: noisy.NoisyProblem, time: number): number {
  const { value, size } = noisy.slopeAt(instance, time);
  return size === 0 ? 0 : value / size;
}

/** T3 d: when each mode begins to hurt, and by how much it does in the end. */
export const modeOptimumTimes = defineClaim<noisy.NoisyProblem>({
  id: 'T3-time',
  title: 'When a mode begins to hurt',
  statement:
    'A mode that starts more than c below its σ_i does best at t_i* = ln[(σ_i/s_i(0) − 1)(σ_i − c)/c]/(4σ_i), one that starts nearer does best at 0 and one that starts above at ∞; the rise of the first kind after t_i* is exactly c² (γ⁴d² for a square network), and T(γ) ≤ max_i t_i*.',
  origin: 'ours',
  domain: fc.record({ ...noisy.noisyFields, gamma: noisy.noisyFields.gamma.filter((gamma) => gamma > 0) }),
  wellFormed: (instance) => noisy.isNoisyProblem(instance) && instance.gamma > 0,
  hypotheses: [somethingMoves],
  conclusion(instance) {
    const problem = noisy.problemOf(instance);
    const { modes, gamma } = instance;
    const optima = modes.map((mode) => modeOptimum(problem, gamma, mode));
    const last = lastDescent(problem, gamma);
    const latest = Math.max(...optima);
    const parts = modes.flatMap((mode, index) => optimumIsRight(instance, mode, optima[index]!));
    // A mode that falls from above for ever bounds nothing: both are infinite.
    if (latest < Infinity) {
      parts.unshift(atMost(['T(γ)', last], ['max t*', latest], 1e-12 * latest + Number.MIN_VALUE));
    }
    return tightest(parts);
  },
  toleranceReason:
    'a time of ln(…)/4σ carries a few roundings of the logarithms of its factors; the rise is a difference of perturbed losses, a hundred roundings of the larger',
});

function optimumIsRight(instance: noisy.NoisyProblem, mode: Mode, optimum: number): Conclusion[] {
  const critical = noisy.halfNoise(instance);
  const { sigma, start } = mode;
  const time = { label: `t* of the mode σ = ${sigma}, s(0) = ${start}`, value: optimum };
  if (start > sigma) return [equal(['reciprocal of its t*', 1 / optimum], ['falls for ever', 0], 1e-12)];
  if (start === 0 || sigma - start <= critical) return [equal(time, ['never helps', 0], 1e-12)];
  const ratio = ((sigma - start) / start) * ((sigma - critical) / critical);
  const logs = Math.abs(Math.log(start)) + Math.abs(Math.log(critical)) + 2 * Math.abs(Math.log(sigma)) + 4;
  // The differences σ − s(0) and σ − c are rounded, with c off by a few roundings.
  const roundingOfRatio = 1e-15 * (sigma / (sigma - start) + sigma / (sigma - critical));
  const formula = { label: 'ln[(σ/s(0) − 1)(σ − c)/c]/4σ', value: Math.log(ratio) / (4 * sigma) };
  const alone = noisy.problemOf({ ...instance, modes: [mode] });
  // One mode's network has other dimensions: the same c needs γ² in proportion.
  const gamma = Math.sqrt((2 * critical) / (alone.rows + alone.cols));
  const [best, end] = [perturbedLoss(alone, gamma, optimum), perturbedLoss(alone, gamma, Infinity)];
  return [
    equal(time, formula, (1e-15 * logs + roundingOfRatio) / (4 * sigma)),
    equal(['rise of its part after t*', end - best], ['c²', critical ** 2], 1e-13 * (best + end + sigma ** 2)),
  ];
}

/** Modes that start below, at or above their σ, null modes among them. */
const anyModes = listOf(
  12,
  fc
    .record({
      sigma: weighted([20, singularValue], [1, fc.constant(0)]),
      share: weighted([3, decades(-12, -0.05)], [1, decades(0, 2)]),
    })
    .map(({ sigma, share }) => ({ sigma, start: sigma === 0 ? share : sigma * share })),
);

/** The slowest modes cancel exactly: one starts at half its σ, two at twice. */
const tied = fc
  .record({ ...noisy.noisyFields, modes: anyModes, sigma: fc.integer({ min: 1, max: 4 }) })
  .map(({ modes, sigma, ...rest }) => ({
    ...rest,
    modes: [0.5, 2, 2]
      .map((share) => ({ sigma, start: sigma * share }))
      .concat(modes.filter((mode) => mode.sigma > sigma).slice(0, 9)),
  }));

/** T3 b, sharpened: how the perturbed loss ends from any aligned start. */
export const endOfTraining = defineClaim<noisy.NoisyProblem>({
  id: 'T3-end',
  title: 'The slowest modes decide whether the perturbed loss rises at the end',
  statement:
    'Late in training the perturbed loss increases strictly, and T(γ) is finite, where the modes of least σ among those that move have Σ (σ_i/s_i(0) − 1) > 0, and decreases strictly, with T(γ) = ∞, where that sum is negative, as it is whenever a mode with σ = 0 starts above zero.',
  origin: 'ours',
  domain: fc.record({ ...noisy.noisyFields, modes: anyModes }),
  wellFormed: noisy.isNoisyProblem,
  hypotheses: [
    someNoise,
    {
      name: 'no balance',
      statement: 'some mode moves, and Σ (σ_i/s_i(0) − 1) over the slowest moving modes is not zero',
      holds: ({ modes }) => balance(slowestModes(modes)) !== 0,
      broken: tied,
    },
  ],
  conclusion(instance) {
    const sum = Math.sign(balance(slowestModes(instance.modes)));
    const sign = { label: 'sign of Σ (σ/s(0) − 1) over the slowest modes', value: sum };
    const direction = equal(['sign of P′ at the end', Math.sign(finalSlope(instance))], sign, 1e-9);
    if (!concludes(direction)) return direction;
    const last = lastDescent(noisy.problemOf(instance), instance.gamma);
    const late = noisy.lateTime(instance);
    const finite = equal(['whether T(γ) is finite (1 or −1)', last < Infinity ? 1 : -1], sign, 1e-9);
    return tightest([direction, finite, ...(last < late ? lastDescentIsRight(instance, last, late) : [])]);
  },
  toleranceReason:
    'signs are exact; slopes are compared as in T3, where a finite T(γ) comes before the gaps leave the doubles',
});

function slowestModes(modes: readonly Mode[]): Mode[] {
  const moving = noisy.movingModes(modes);
  const least = Math.min(...pluck(moving, 'sigma'));
  return moving.filter(({ sigma }) => sigma === least);
}

function balance(modes: readonly Mode[]): number {
  return modes.reduce((sum, { sigma, start }) => sum + (sigma - start) / start, 0);
}

/**
 * Slope of the perturbed loss, times the positive factor `e^{4σt}` of the slowest modes that keeps it among the doubles, at
 * a time so late that it has the sign that it keeps.
 */
function finalSlope(instance: noisy.NoisyProblem): number {
  const critical = noisy.halfNoise(instance);
  const moving = noisy.movingModes(instance.modes);
  const slowest = slowestModes(instance.modes);
  const least = slowest[0]?.sigma ?? 0;
  if (least === 0) return nullSlope(instance);
  const lead = moving.reduce((sum, { sigma, start }) => {
    const lacking = (sigma - start) / start;
    return sum + (Math.abs(lacking) + lacking ** 2) * sigma ** 2 * (1 + sigma / critical);
  }, 0);
  const logarithm = 60 + Math.log(lead / (least ** 2 * Math.abs(balance(slowest))));
  const next = Math.min(...moving.map(({ sigma }) => (sigma > least ? sigma - least : Infinity)), least);
  const time = logarithm < Infinity ? logarithm / (4 * next) : 100 / next;
  return moving.reduce((sum, { sigma, start }) => {
    const lacking = (sigma - start) / start;
    const value = sigma / (1 + lacking * Math.exp(-4 * sigma * time));
    const scaledGap = value * lacking * Math.exp(-4 * (sigma - least) * time);
    return sum + value * scaledGap * (critical - sigmoid({ sigma, start }, time).gap);
  }, 0);
}

/** The same where null modes move: they decay like 1/t and everything else has gone. */
function nullSlope(instance: noisy.NoisyProblem): number {
  const moving = noisy.movingModes(instance.modes);
  const time = moving.reduce((latest, { sigma, start }) => {
    return Math.max(latest, sigma > 0 ? 200 / sigma : 1e4 / start);
  }, 0);
  const critical = noisy.halfNoise(instance);
  return moving.reduce((sum, mode) => {
    const { value, gap } = sigmoid(mode, time);
    return sum + value * time * (gap * time) * (critical - gap);
  }, 0);
}
