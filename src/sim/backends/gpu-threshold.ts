import type { NetworkShape } from './backend.js';

/** What a study asks of a backend, as far as it is known beforehand. */
export interface Work {
  /** Floating-point operations in all. */
  readonly flops: number;
  /** Kernels that have to run one after the other. */
  readonly passes: number;
}

/*
 * No graphics card was at hand to measure these: they are chosen so that a card is taken where even a slow one wins clearly,
 * and `--backend webgpu` takes it anywhere. What is measured is `simd`: 33 GFLOP/s on two busy cores, 77 on two idle ones.
 */

/** Operations per second of `simd` on one core, at its best. */
const SIMD_RATE = 38e9;

/** Operations per second of kernels that read every factor from memory, on a card of the lower middle class. */
const CARD_RATE = 2e11;

/** Seconds from the end of one kernel to the start of the next. */
const PASS_SECONDS = 1e-5;

/** Seconds to load Dawn and the driver, and to compile. */
const START_SECONDS = 1;

/** How many times as fast the card must be, so that a mistake about it costs little. */
const MARGIN = 2;

/** Descent of so many networks on the full matrices: three products of `2 · rows · hidden · cols` a step. */
export function descentWork({ rows, hidden, cols }: NetworkShape, networks: number, steps: number): Work {
  return { flops: 6 * rows * hidden * cols * networks * steps, passes: 3 * steps };
}

/** Whether a graphics card would do the work clearly sooner than `simd` on so many cores. */
export function cardPays({ flops, passes }: Work, cores: number): boolean {
  const onCard = START_SECONDS + passes * PASS_SECONDS + flops / CARD_RATE;
  return flops / (SIMD_RATE * cores) > MARGIN * onCard;
}
