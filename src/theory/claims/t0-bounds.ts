import * as fc from 'fast-check';
import { halfTime, learnedCount, learnedGapBound, learningWindow, unlearnedFactorBound } from '../mode.js';
import { atLeast, atMost, type Conclusion, defineClaim, equal, tightest } from './engine/claim.js';
import { areWithin, quotients, singularValues, weighted } from './engine/draws.js';

/** T0′: features are learned one at a time, with constants. */
export const learningOrder = defineClaim({
  id: 'T0-bounds',
  title: 'Features are learned one at a time',
  statement:
    'With all modes started at e^{−2τ}, at time τθ with 1/(2σ_n) < θ < 1/(2σ_{n+1}) exactly the first n modes are learned: b/√(1 + b²/σ_j) ≤ √s_j ≤ b = e^{−(1−2σ_jθ)τ} < 1 for j > n, and g(1 − e^{−2τ}/σ_i)/(1 + g/σ_i) ≤ σ_i − s_i ≤ g = σ_i²e^{−(4σ_iθ−2)τ} < σ_i² with 0 < σ_i − s_i for i ≤ n; mode i is half learned at time ln(σ_i e^{2τ} − 1)/(4σ_i).',
  origin: 'order of learning: Saxe et al. 2014, Gidel et al. 2019 and the paper, section 4; constants: ours',
  /** The first `n` singular values, those that follow, both non-increasing, and a time `τθ` in units of the scale `τ`. */
  domain: fc
    .record({
      positive: singularValues(11),
      zeros: weighted([4, fc.constant(0)], [1, fc.integer({ min: 1, max: 2 })]),
      tau: weighted(
        [6, fc.integer({ min: 4, max: 30 })],
        [2, fc.integer({ min: 31, max: 300 })],
        [1, fc.constantFrom(0, 0.125, 0.25, 0.5, 1, 2)],
      ),
      share: fc.nat({ max: 11 }),
      position: weighted([10, quotients(1, 19, 20)], [1, fc.constantFrom(-0.5, 1.5, 3)]),
    })
    .map(({ positive, zeros, tau, share, position }) => {
      const count = lastOfTies(positive, share % (positive.length + 1));
      const sigmas = [...positive, ...new Array<number>(zeros).fill(0)];
      const theta = timeInWindow(positive, count, position);
      return { learned: sigmas.slice(0, count), unlearned: sigmas.slice(count), tau, theta };
    }),
  wellFormed: ({ learned, unlearned, tau, theta }) =>
    [...learned, ...unlearned].every((sigma, index, sigmas) => sigma >= 0 && sigma <= (sigmas[index - 1] ?? 1e6)) &&
    areWithin([tau], 0, 300) &&
    theta >= 0,
  hypotheses: [
    {
      name: 'inside the window',
      statement: 'the time lies between those of two modes: 1/(2σ_n) < θ < 1/(2σ_{n+1})',
      holds: ({ learned, unlearned, theta }) =>
        learned.every((sigma) => 2 * sigma * theta > 1) && unlearned.every((sigma) => 2 * sigma * theta < 1),
    },
    {
      name: 'starts below',
      statement: 'each of the first n modes starts below its σ: e^{−2τ} < σ_i',
      holds: ({ learned, tau }) => learned.every((sigma) => Math.exp(-2 * tau) < sigma),
    },
  ],
  conclusion({ learned, unlearned, tau, theta }) {
    const sigmas = [...learned, ...unlearned];
    return tightest([
      equal([`learned modes at θ = ${theta}`, learnedCount(sigmas, theta)], ['n', learned.length], Number.MIN_VALUE),
      ...windowParts(sigmas, learned.length),
      ...sigmas.map((sigma) => halfTimeOf(sigma, tau)),
      ...learned.flatMap((sigma) => learnedParts(sigma, tau, theta)),
      ...unlearned.flatMap((sigma) => unlearnedParts(sigma, tau, theta)),
    ]);
  },
  toleranceReason:
    'logarithms of both sides are compared, each of which has a rounding error of some units in the last place of the largest exponent, 2τ + 4σθτ',
});

/** The last index of a group of equal values, so that a window is not empty. */
function lastOfTies(sigmas: readonly number[], learned: number): number {
  let last = learned;
  while (last > 0 && sigmas[last] === sigmas[last - 1]) last++;
  return last;
}

/** A point of the window at a position from 0 to 1, or beyond its ends; of a half-open one, up to three times its beginning. */
function timeInWindow(sigmas: readonly number[], learned: number, position: number): number {
  const from = learned === 0 ? 0 : 1 / (2 * sigmas[learned - 1]!);
  const to = learned === sigmas.length ? 3 * from : 1 / (2 * sigmas[learned]!);
  return Math.max(0, from + position * (to - from));
}

/** Rounding of a logarithm whose terms are about that large. */
function rounding(...terms: number[]): number {
  return 8 * Number.EPSILON * terms.reduce((sum, term) => sum + Math.abs(term), 8);
}

/** A mode that is not learned: its factor `√s` by the logarithm of the sigmoid, against the bound and its sharpness. */
function unlearnedParts(sigma: number, tau: number, theta: number): Conclusion[] {
  const start = Math.exp(-2 * tau);
  const time = tau * theta;
  const logBound = Math.log(unlearnedFactorBound({ sigma, start }, time));
  // s = s0 e^x/(1 + s0 φ) with φ = (e^x − 1)/σ, x = 4σt; 4t where σ = 0.
  const growth = sigma === 0 ? 4 * time : Math.expm1(4 * sigma * time) / sigma;
  const logFactor = (4 * sigma * time - 2 * tau - Math.log1p(start * growth)) / 2;
  const tolerance = rounding(4 * tau, 8 * sigma * time);
  const label = `ln √s of the mode ${sigma} at τ = ${tau}, θ = ${theta}`;
  const sharp = sigma === 0 ? -Infinity : logBound - Math.log1p(Math.exp(2 * logBound) / sigma) / 2;
  return [
    equal(['ln of the bound b', logBound], ['−(1 − 2σθ)τ', -(1 - 2 * sigma * theta) * tau], tolerance),
    atMost([label, logFactor], ['ln b', logBound], tolerance),
    atMost(['ln b/√(1 + b²/σ)', sharp], [label, logFactor], tolerance),
    atMost(['ln b', logBound], ['0', 0], tolerance),
  ];
}

/** A learned mode: its gap `σ − s` by the logarithm of the sigmoid, against the bound and its sharpness. */
function learnedParts(sigma: number, tau: number, theta: number): Conclusion[] {
  const start = Math.exp(-2 * tau);
  const time = tau * theta;
  const exponent = (4 * sigma * theta - 2) * tau;
  // Beyond this the bound is below the smallest double, and so is what it bounds.
  if (exponent > 650) return [];
  const logBound = Math.log(learnedGapBound({ sigma, start }, time));
  const initial = sigma - start;
  const sign = { label: `sign of σ − s of the mode ${sigma} at τ = ${tau}`, value: Math.sign(initial) };
  const below = atLeast(sign, ['positive', 1], Number.MIN_VALUE);
  if (initial <= 0) return [below];
  const lacking = Math.log(initial) + 2 * tau - 4 * sigma * time;
  const logGap = Math.log(sigma) + lacking - Math.log1p(Math.exp(lacking));
  const tolerance = rounding(4 * tau, 8 * sigma * time, 4 * Math.log(sigma)) + (8 * Number.EPSILON * sigma) / initial;
  const label = `ln(σ − s) of the mode ${sigma} at τ = ${tau}, θ = ${theta}`;
  const sharp = logBound + Math.log(initial / sigma) - Math.log1p(Math.exp(logBound) / sigma);
  return [
    below,
    equal(['ln of the bound g', logBound], ['2 ln σ − (4σθ − 2)τ', 2 * Math.log(sigma) - exponent], tolerance),
    atMost([label, logGap], ['ln g', logBound], tolerance),
    atMost(['ln g(1 − e^{−2τ}/σ)/(1 + g/σ)', sharp], [label, logGap], tolerance),
    atMost(['ln g', logBound], ['2 ln σ', 2 * Math.log(sigma)], tolerance),
  ];
}

/** Both ends of the window, and the count at the time of each mode, at which it is not learned yet. */
function windowParts(sigmas: readonly number[], learned: number): Conclusion[] {
  const { from, to } = learningWindow(sigmas, learned);
  const last = sigmas[learned - 1] ?? 0;
  const next = sigmas[learned] ?? 0;
  const positive = sigmas.filter((sigma) => sigma > 0);
  return [
    equal(
      ['1/θ at the beginning of the window', learned === 0 ? from : 1 / from],
      ['2σ_n', 2 * last],
      4 * Number.EPSILON * last + Number.MIN_VALUE,
    ),
    equal(
      ['1/θ at the end of the window', 1 / to],
      ['2σ_{n+1}', 2 * next],
      4 * Number.EPSILON * next + Number.MIN_VALUE,
    ),
    ...positive.map((sigma) => {
      // 2σ·(1/(2σ)) never rounds up to more than 1, but that of a neighbouring double might.
      const above = positive.filter((other) => other > sigma * (1 + 4 * Number.EPSILON));
      const near = positive.filter((other) => other > sigma && !above.includes(other));
      return equal(
        [`learned modes at θ = 1/(2·${sigma})`, learnedCount(sigmas, 1 / (2 * sigma))],
        ['modes above it', above.length],
        near.length + Number.MIN_VALUE,
      );
    }),
  ];
}

function halfTimeOf(sigma: number, tau: number): Conclusion {
  const start = Math.exp(-2 * tau);
  const time = halfTime({ sigma, start });
  const label = `half-time of the mode ${sigma} from e^−${2 * tau}`;
  if (sigma === 0) return equal([`1/${label}`, 1 / time], ['never', 0], Number.MIN_VALUE);
  const expected = start < sigma / 2 ? (2 * tau + Math.log(sigma - start)) / (4 * sigma) : 0;
  return equal([label, time], ['ln(σe^{2τ} − 1)/(4σ)', expected], rounding(4 * tau, 4 * Math.log(sigma)) / (4 * sigma));
}
