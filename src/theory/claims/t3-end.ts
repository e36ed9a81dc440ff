import * as fc from 'fast-check';
import { lastDescent } from '../inflection.js';
import type { Mode } from '../mode.js';
import { type Conclusion, concludes, defineClaim, equal, tightest } from './engine/claim.js';
import { decades, listOf, pluck, singularValue, weighted } from './engine/draws.js';
import { sigmoid } from './engine/integration.js';
import * as noisy from './engine/noisy-problem.js';
import { lastDescentIsRight } from './t3-catastrophic-overtraining.js';

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
    { name: 'some noise', statement: 'γ > 0', holds: ({ gamma }) => gamma > 0 },
    {
      name: 'no balance',
      statement: 'some mode moves, and Σ (σ_i/s_i(0) − 1) over the slowest moving modes is not zero',
      holds: ({ modes }) => balance(slowestModes(modes)) !== 0,
      broken: tied,
    },
  ],
  conclusion(instance) {
    const sum = balance(slowestModes(instance.modes));
    const direction = equal(
      ['sign of P′ at the end', Math.sign(finalSlope(instance))],
      ['sign of Σ (σ/s(0) − 1) over the slowest modes', Math.sign(sum)],
      1e-9,
    );
    if (!concludes(direction)) return direction;
    const last = lastDescent(noisy.problemOf(instance), instance.gamma);
    const finite = equal(
      ['whether T(γ) is finite (1 or −1)', last < Infinity ? 1 : -1],
      ['sign of Σ (σ/s(0) − 1) over the slowest modes', Math.sign(sum)],
      1e-9,
    );
    return tightest([direction, finite, ...whereItIsFinite(instance, last)]);
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

function whereItIsFinite(instance: noisy.NoisyProblem, last: number): Conclusion[] {
  const late = noisy.lateTime(instance);
  return last < late ? lastDescentIsRight(instance, last, late) : [];
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
