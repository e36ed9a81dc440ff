import { type Purpose, purposeWord } from './gaussian.js';
import { philox4x32 } from './philox.js';

/** Bits of one random number: as many as a double holds below 1. */
const HIGH_BITS = 2 ** 27;
const LOW_BITS = 2 ** 26;

/**
 * A source of uniform random numbers in [0, 1): the stream of (seed, purpose, replicate), from its beginning. Each number
 * takes 53 bits of one Philox block.
 *
 * @param seed integer in [0, 2^53), the key
 * @param replicate integer in [0, 2^53), which of the independent streams
 */
export function uniformSource(seed: number, purpose: Purpose, replicate: number): () => number {
  const block = new Uint32Array(4);
  let index = 0;
  return () => {
    block[0] = index++;
    block[1] = purposeWord(purpose);
    block[2] = replicate >>> 0;
    block[3] = Math.floor(replicate / 2 ** 32) >>> 0;
    philox4x32(block, seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0);
    return ((block[0]! >>> 5) * LOW_BITS + (block[1]! >>> 6)) / (HIGH_BITS * LOW_BITS);
  };
}
