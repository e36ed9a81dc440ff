import { philox4x32 } from './philox.js';

/** What a stream of random numbers is for; streams of different purposes never overlap. */
export type Purpose = 'perturbation' | 'basis' | 'shuffle' | 'gradient noise' | 'bootstrap' | 'sweep';

const PURPOSES: readonly Purpose[] = [
  'perturbation',
  'basis',
  'shuffle',
  'gradient noise',
  'bootstrap',
  'sweep',
];

/** The word of the counter that keeps streams of different purposes apart. */
export function purposeWord(purpose: Purpose): number {
  return PURPOSES.indexOf(purpose);
}

const TWO_PI = 2 * Math.PI;
const UNIT = 2 ** -32;

/**
 * Fills an array with standard normal numbers: the stream of (seed, purpose, replicate), from its beginning.
 *
 * Box–Muller on 32-bit uniforms: the tails end at 6.7 standard deviations, where 1 of 10^11 draws would lie.
 *
 * @param seed integer in [0, 2^53), the key
 * @param replicate integer in [0, 2^53), which of the independent streams
 */
export function fillGaussian(
  target: Float64Array | Float32Array,
  seed: number,
  purpose: Purpose,
  replicate: number,
): void {
  const block = new Uint32Array(4);
  const word = purposeWord(purpose);
  const key0 = seed >>> 0;
  const key1 = Math.floor(seed / 2 ** 32) >>> 0;
  const replicate0 = replicate >>> 0;
  const replicate1 = Math.floor(replicate / 2 ** 32) >>> 0;
  for (let start = 0, index = 0; start < target.length; start += 4, index++) {
    block[0] = index;
    block[1] = word;
    block[2] = replicate0;
    block[3] = replicate1;
    philox4x32(block, key0, key1);
    writePair(target, start, block[0]!, block[1]!);
    writePair(target, start + 2, block[2]!, block[3]!);
  }
}

/** Box–Muller: two uniforms, never 0, to two independent normals; what lies beyond the end of the array is dropped. */
function writePair(target: Float64Array | Float32Array, at: number, word0: number, word1: number): void {
  const radius = Math.sqrt(-2 * Math.log((word0 + 0.5) * UNIT));
  const angle = TWO_PI * (word1 + 0.5) * UNIT;
  if (at < target.length) target[at] = radius * Math.cos(angle);
  if (at + 1 < target.length) target[at + 1] = radius * Math.sin(angle);
}
