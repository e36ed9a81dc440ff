import * as fc from 'fast-check';
import type { Mode } from '../../mode.js';
import type { Problem } from '../../problem.js';
import type { DrawnFields } from './claim.js';
import { areWhole, areWithin, decades, listOf, mode, pluck, singularValue, weighted } from './draws.js';
import { type ModeState, sigmoid } from './integration.js';

// What the claims about the perturbed loss (T3) share: instances, and the perturbed loss written out from definitions, by
// the published sigmoid and without the functions that these claims judge.

/** Modes that start below their σ, some of them repeated or in clusters as tight as 1e-9; now and then any modes. */
const clusteredMode = fc
  .record({ sigma: singularValue, closeness: fc.constantFrom(0, 0, 1e-3, 1e-9), share: decades(-12, -0.05) })
  .map(({ sigma, closeness, share }) => ({ sigma: sigma * (1 - closeness), start: sigma * (1 - closeness) * share }));
const noisyModes: fc.Arbitrary<readonly Mode[]> = weighted([8, listOf(12, clusteredMode)], [1, listOf(12, mode)]);

/** Noise scales, most of them where the critical gap is among ordinary singular values; 0 now and then. */
const scales = weighted([6, decades(-1.5, 0.3)], [5, decades(-4, 1)], [1, fc.constant(0)]);

/** Rows and columns beyond the number of modes. */
const extraDimensions = { extraRows: fc.nat({ max: 3 }), extraCols: fc.nat({ max: 3 }) };

/** The fields of a problem, its modes in any order, and of the noise on its weights. */
export const noisyFields = { modes: noisyModes, ...extraDimensions, gamma: scales };

export type NoisyProblem = DrawnFields<typeof noisyFields>;

/**
 * Modes far apart in time, and a noise at which one of them is worth about as much as it costs (σ ≈ 2c): a perturbed loss
 * with several dips, of which any may be the lowest.
 */
export const dippingProblem: fc.Arbitrary<NoisyProblem> = fc
  .record({
    modes: fc.array(fc.record({ sigma: decades(-0.5, 0.5), share: decades(-12, -5) }), { minLength: 2, maxLength: 6 }),
    ...extraDimensions,
    balanced: fc.nat({ max: 5 }),
    nearness: decades(-0.1, 0.1),
  })
  .map(({ modes, extraRows, extraCols, balanced, nearness }) => {
    const { sigma } = modes[balanced % modes.length]!;
    const gamma = Math.sqrt((sigma * nearness) / (2 * modes.length + extraRows + extraCols));
    return {
      modes: modes.map((mode) => ({ sigma: mode.sigma, start: mode.sigma * mode.share })),
      extraRows,
      extraCols,
      gamma: Number(gamma.toPrecision(3)),
    };
  });

/** Whether this is a problem at all, within the ranges in which products of its values stay among the doubles. */
export function isNoisyProblem({ modes, extraRows, extraCols, gamma }: NoisyProblem): boolean {
  return (
    areWhole([modes.length], 1, 12) &&
    modes.some(({ sigma }) => sigma > 0) &&
    modes.every(({ sigma, start }) => inRange(sigma) && inRange(start)) &&
    areWhole([extraRows, extraCols], 0, 12) &&
    (gamma === 0 || areWithin([gamma], 1e-5, 100))
  );
}

function inRange(value: number): boolean {
  return value === 0 || (value >= 1e-16 && value <= 1e6);
}

/** The problem of an instance: width equal to the number of modes, largest σ first. */
export function problemOf({ modes, extraRows, extraCols }: NoisyProblem): Problem {
  const sorted = [...modes].sort((a, b) => b.sigma - a.sigma);
  const [rows, cols] = [modes.length + extraRows, modes.length + extraCols];
  const unlearnable = new Array<number>(Math.min(extraRows, extraCols)).fill(0);
  return {
    rows,
    hidden: modes.length,
    cols,
    spectrum: [...pluck(sorted, 'sigma'), ...unlearnable],
    tau: 0,
    modes: sorted,
    unlearnable,
  };
}

/** `γ²(p + q)/2`, from the shapes. */
export function halfNoise({ modes, extraRows, extraCols, gamma }: NoisyProblem): number {
  return (gamma * gamma * (2 * modes.length + extraRows + extraCols)) / 2;
}

export function movingModes(modes: readonly Mode[]): Mode[] {
  return modes.filter(({ sigma, start }) => start > 0 && start !== sigma);
}

/** A sum and the sum of the sizes of what cancels in it. */
interface Weighed {
  readonly value: number;
  readonly size: number;
}

/** Time derivative of the perturbed loss over 8, `Σ s g (c - g)`. */
export function slopeAt(instance: NoisyProblem, time: number): Weighed {
  const critical = halfNoise(instance);
  return weigh(instance.modes, time, ({ value, gap }) => ({
    value: value * gap * (critical - gap),
    size: value * Math.abs(gap) * (critical + Math.abs(gap)),
  }));
}

/** Perturbed loss at a time less the one at the limit of learning everything, `Σ g(g - 2c)`. */
export function riseAt(instance: NoisyProblem, time: number): Weighed {
  const critical = halfNoise(instance);
  return weigh(instance.modes, time, ({ gap }) => ({
    value: gap * (gap - 2 * critical),
    size: Math.abs(gap) * (Math.abs(gap) + 2 * critical),
  }));
}

function weigh(modes: readonly Mode[], time: number, term: (state: ModeState) => Weighed): Weighed {
  const sum = { value: 0, size: 0 };
  for (const mode of modes) {
    const { value, size } = term(sigmoid(mode, time));
    sum.value += value;
    sum.size += size;
  }
  return sum;
}

/** Times at which something may turn: around the moment at which each rising mode's gap is the critical one. */
export function turningTimes(instance: NoisyProblem): number[] {
  const critical = halfNoise(instance);
  return movingModes(instance.modes).flatMap(({ sigma, start }) => {
    const ratio = ((sigma - start) / start) * ((sigma - critical) / critical);
    if (!(sigma > 0 && ratio > 1 && ratio < Infinity && start < sigma)) return [];
    const exponents = [-4, -2, -1, -0.4, 0, 0.4, 2].map((shift) => Math.log(ratio) + shift);
    return exponents.filter((exponent) => exponent > 0).map((exponent) => exponent / (4 * sigma));
  });
}

/** A time so late that all gaps but those of null modes are below `e^-500`, and still among the doubles: every mode is done. */
export function lateTime(instance: NoisyProblem): number {
  const moving = movingModes(instance.modes);
  const slowest = moving.reduce((least, { sigma }) => (sigma > 0 ? Math.min(least, sigma) : least), Infinity);
  if (slowest < Infinity) return 150 / slowest;
  return moving.reduce((latest, { start }) => Math.max(latest, 1e3 / start), 1);
}

/** Times from one to another, evenly spaced on a logarithmic scale, both ends included. */
export function logarithmicTimes(from: number, to: number, cells: number): number[] {
  return Array.from({ length: cells + 1 }, (_, index) => from * (to / from) ** (index / cells));
}
