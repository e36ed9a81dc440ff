import type { NetworkShape } from '../backend.js';

/** What a study asks of a backend, as far as it is known beforehand. */
export interface Work {
  /** Floating-point operations in all. */
  readonly flops: number;
  /** Kernels that have to run one after the other. */
  readonly passes: number;
}

/** How fast a graphics card and `simd` descend here, as measured. */
export interface DescentRates {
  /** Operations per second on the card. */
  readonly card: number;
  /** Operations per second by `simd`. */
  readonly simd: number;
  /** Seconds on the card from the start of one small kernel to the start of the next. */
  readonly pass: number;
}

/** Work from which on a card pays: more than `flops`, and `flopsPerPass` more for each pass. Infinite where it never does. */
export interface Threshold {
  readonly flops: number;
  readonly flopsPerPass: number;
}

/** Operations per second of `simd` on one core, at its best. */
const BEST_SIMD_RATE = 55e9;

/** Seconds to load Dawn and the driver, and to compile the kernels of a study. */
const START_SECONDS = 1;

/** How many times as fast the card must be: what is measured once varies with temperature and with other work. */
const MARGIN = 2;

/** Descent of so many networks on the full matrices: three products of `2 · rows · hidden · cols` a step. */
export function descentWork({ rows, hidden, cols }: NetworkShape, networks: number, steps: number): Work {
  return { flops: 6 * rows * hidden * cols * networks * steps, passes: 3 * steps };
}

/** Whether any card could pay, however fast: if not, none need be looked for. */
export function anyCardCouldPay({ flops }: Work, cores: number): boolean {
  return flops > MARGIN * START_SECONDS * BEST_SIMD_RATE * cores;
}

/** Solves `flops / simd > MARGIN · (START_SECONDS + passes · pass + flops / card)` for the operations. */
export function thresholdOf({ card, simd, pass }: DescentRates): Threshold {
  const gained = 1 / simd - MARGIN / card;
  if (!(gained > 0)) return { flops: Number.POSITIVE_INFINITY, flopsPerPass: Number.POSITIVE_INFINITY };
  return { flops: (MARGIN * START_SECONDS) / gained, flopsPerPass: (MARGIN * pass) / gained };
}

/** Whether a graphics card would do the work clearly sooner than `simd`. */
export function cardPays({ flops, passes }: Work, threshold: Threshold): boolean {
  return flops > threshold.flops + threshold.flopsPerPass * passes;
}

/**
 * Operations from which on float32 saves a time worth having. On one core it does them at 15 to 55 billions a second and
 * float64 at half of that, so that below this a run is at most half a second longer for arithmetic that does not count.
 */
const MANY_OPERATIONS = 1e10;

/** Whether a run has so much to do that float32 is worth a thought. */
export function float32SavesTime(operations: number | undefined): boolean {
  return operations !== undefined && operations > MANY_OPERATIONS;
}
