import * as fc from 'fast-check';
import type { Problem } from '../../problem.js';
import type { StagedTask } from '../../staged-finetuning.js';
import type { DrawnFields } from './claim.js';
import { areWhole, areWithin, decades, listOf, pluck, quotients, singularValue, weighted } from './draws.js';

// What the claims about fine-tuning (T4, T5) share: modes of two tasks with the same singular vectors, and problems made of them.

/** A mode of pre-training and what the new task wants of it. */
export interface TunedMode {
  /** Singular value of the pre-training task. */
  readonly sigma: number;
  /** Singular value of the fine-tuning task, `σ^ft`. */
  readonly target: number;
}

export interface StartedMode extends TunedMode {
  /** Singular value of the network before pre-training. */
  readonly start: number;
}

/** How much of a mode the new task keeps: erased, less, the same, up to twice. */
export const keptShare = weighted([4, quotients(0, 8, 4)], [2, decades(-3, 0.3)]);

/** How much a mode overshoots: more than twice. */
export const overshootShare = decades(0.31, 2);

/** Any share of a mode, from nothing to a hundredfold. */
export const anyShare = weighted([2, keptShare], [1, overshootShare]);

/** Modes in any order, with targets in any proportion to them. */
export function tunedModes(most = 12): fc.Arbitrary<TunedMode[]> {
  const mode = fc
    .record({ sigma: singularValue, share: anyShare })
    .map(({ sigma, share }) => ({ sigma, target: sigma * share }));
  return listOf(most, mode);
}

/** Modes with a start of their own, from target over σ and start over σ. */
export function startedModes(
  most: number,
  shares: fc.Arbitrary<number>,
  started: fc.Arbitrary<number>,
): fc.Arbitrary<StartedMode[]> {
  const mode = fc
    .record({ sigma: singularValue, share: shares, started })
    .map(({ sigma, share, started }) => ({ sigma, start: sigma * started, target: sigma * share }));
  return listOf(most, mode);
}

/** Starts from 1e-12 of σ to σ itself; at zero now and then. */
export const startedBelow = weighted([12, decades(-12, 0)], [1, fc.constant(0)]);

/** Any start up to ten times σ. */
export const startedAnywhere = weighted([2, startedBelow], [1, decades(0, 1)]);

/** Whether plain values are modes, within the ranges in which products of them stay among the doubles. */
export function areTunedModes(modes: readonly (TunedMode & { readonly start?: number })[]): boolean {
  const inRange = (value: number) => value === 0 || areWithin([value], 1e-16, 1e6);
  return (
    areWhole([modes.length], 1, 12) &&
    modes.every(({ sigma, target, start = 0 }) => sigma > 0 && [sigma, target, start].every(inRange))
  );
}

/** Shape of a network: rows and columns beyond the number of modes, and modes beyond the hidden width. */
export const surplusFields = {
  extraRows: fc.nat({ max: 2 }),
  extraCols: fc.nat({ max: 2 }),
  beyond: fc.nat({ max: 2 }),
};

export type Surplus = DrawnFields<typeof surplusFields>;

/** Whether plain values are a surplus. */
export function isSurplus({ extraRows, extraCols, beyond }: Surplus): boolean {
  return areWhole([extraRows, extraCols, beyond], 0, 4);
}

/** The pre-training problem of some modes in the order given, which need not be that of their size. */
export function tunedProblem(modes: readonly StartedMode[], { extraRows, extraCols, beyond }: Surplus): Problem {
  const hidden = Math.max(1, modes.length - beyond);
  const nulls = new Array<number>(Math.min(extraRows, extraCols)).fill(0);
  const spectrum = [...pluck(modes, 'sigma'), ...nulls];
  return {
    rows: modes.length + extraRows,
    hidden,
    cols: modes.length + extraCols,
    spectrum,
    tau: 0,
    modes: modes.slice(0, hidden),
    unlearnable: spectrum.slice(hidden),
  };
}

/** Singular values of the fine-tuning task of such a problem; 0 where pre-training has none. */
export function targetsOf(modes: readonly TunedMode[], problem: Problem): number[] {
  return problem.spectrum.map((_, index) => modes[index]?.target ?? 0);
}

/** A checkpoint that has learned its first modes fully and the others not at all. */
export function stagedModes(modes: readonly TunedMode[], learned: number): StartedMode[] {
  return modes.map((mode, index) => ({ ...mode, start: index < learned ? mode.sigma : 0 }));
}

export function stagedTask(modes: readonly TunedMode[], pull: number): StagedTask {
  return { spectrum: pluck(modes, 'sigma'), target: pluck(modes, 'target'), pull };
}

/** Weight of a pull toward the checkpoint over six decades, 0 now and then. */
export const pullWeight = weighted([4, decades(-3, 3)], [1, fc.constant(0)]);

export function sumOfSquares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value ** 2, 0);
}

/** Modes with any new singular value: near the threshold, far beyond, erased. */
export const modesOfTwoTasks: fc.Arbitrary<TunedMode[]> = listOf(
  12,
  fc.record({
    sigma: singularValue,
    ratio: weighted([4, decades(-1, 1)], [2, fc.constantFrom(0, 1, 2, 3)], [1, decades(-3, 3)]),
  }),
).map((modes) => modes.map(({ sigma, ratio }) => ({ sigma, target: ratio * sigma })));

/** Whether a list is one of modes. */
export function areStagedModes(modes: readonly TunedMode[]): boolean {
  return (
    areWhole([modes.length], 1, 12) &&
    modes.every(({ sigma, target }) => areWithin([sigma], Number.MIN_VALUE, 1e6) && areWithin([target], 0, 1e7))
  );
}

/** Both losses after fine-tuning to convergence with the first `learned` modes learned, from the end points of the modes. */
export function convergedLosses(modes: readonly TunedMode[], pull: number, learned: number) {
  let pre = 0;
  let ft = 0;
  modes.forEach(({ sigma, target }, index) => {
    const end = index < learned ? (target + pull * sigma) / (1 + pull) : 0;
    pre += (end - sigma) * (end - sigma);
    ft += (end - target) * (end - target);
  });
  return { pre, ft };
}

/** Rounding of a sum over the modes of squares of differences: every term is at most the square of its larger value. */
export function stagedRounding(modes: readonly TunedMode[]): number {
  return 1e-14 * modes.reduce((sum, { sigma, target }) => sum + (sigma + target) ** 2, 0);
}

/** How much larger a second pull is; negative for a smaller one now and then. */
export const morePull = weighted([5, pullWeight], [1, decades(-2, 1).map((less) => -less)]);

/** What the claims about a growing pull demand. */
export const largerPull = {
  name: 'larger pull',
  statement: 'the second λ is at least the first',
  holds: ({ more }: { readonly more: number }) => more >= 0,
};
