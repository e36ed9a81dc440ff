import * as fc from 'fast-check';
import { decades, singularValue } from './arbitraries.js';
import type { TunedMode } from './tuned-modes.js';

/** Modes with any new singular value: near the threshold, far beyond, erased. */
export const modesOfTwoTasks: fc.Arbitrary<TunedMode[]> = fc
  .array(
    fc.record({
      sigma: singularValue,
      ratio: fc.oneof(
        { weight: 4, arbitrary: decades(-1, 1) },
        { weight: 2, arbitrary: fc.constantFrom(0, 1, 2, 3) },
        { weight: 1, arbitrary: decades(-3, 3) },
      ),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((modes) => modes.map(({ sigma, ratio }) => ({ sigma, target: ratio * sigma })));

/** Whether a list is one of modes. */
export function areStagedModes(modes: readonly TunedMode[]): boolean {
  return (
    modes.length > 0 &&
    modes.length <= 12 &&
    modes.every(({ sigma, target }) => sigma > 0 && sigma < 1e6 && target >= 0 && target < 1e7)
  );
}

/** Both losses after fine-tuning to convergence with the first `learned` modes learned, from the end points of the modes. */
export function convergedLosses(
  modes: readonly TunedMode[],
  pull: number,
  learned: number,
): { readonly pre: number; readonly ft: number } {
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

/** Pulls λ over six decades, none now and then. */
export const pulls = fc.oneof(
  { weight: 4, arbitrary: decades(-3, 3) },
  { weight: 1, arbitrary: fc.constant(0) },
);

/** How much larger a second pull is; negative for a smaller one now and then. */
export const morePull = fc.oneof(
  { weight: 5, arbitrary: pulls },
  { weight: 1, arbitrary: decades(-2, 1).map((less) => -less) },
);

/** What the claims about a growing pull demand. */
export const largerPull = {
  name: 'larger pull',
  statement: 'the second λ is at least the first',
  holds: ({ more }: { readonly more: number }) => more >= 0,
};
