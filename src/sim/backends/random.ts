import { Matrix, QrDecomposition } from 'ml-matrix';

/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3" (SC 2011): a keyed bijection of 128-bit counters. Any block of any stream is computed on its own, so the
 * numbers that a replicate sees do not depend on batch size, on order or on how many workers share the work.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** Upper 32 bits of the product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // All of these are below 2^32, so that the low words of integer products are the whole of them.
  const middle = Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16);
  const carry = Math.imul(aLow, bHigh) + (middle & 0xffff);
  return Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16);
}

/**
 * Encrypts one counter, in place: `block` holds the counter before and the four random words after.
 *
 * @param block four unsigned 32-bit words
 * @param key0 lower word of the key
 * @param key1 upper word of the key
 */
export function philox4x32(block: Uint32Array, key0: number, key1: number): void {
  let c0 = block[0]!;
  let c1 = block[1]!;
  let c2 = block[2]!;
  let c3 = block[3]!;
  let k0 = key0 >>> 0;
  let k1 = key1 >>> 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  block[0] = c0;
  block[1] = c1;
  block[2] = c2;
  block[3] = c3;
}

const PURPOSES = ['perturbation', 'basis', 'shuffle', 'gradient noise', 'bootstrap', 'sweep'] as const;

/** What a stream of random numbers is for; streams of different purposes never overlap. */
export type Purpose = (typeof PURPOSES)[number];

/** The word of the counter that keeps streams of different purposes apart. */
export function purposeWord(purpose: Purpose): number {
  return PURPOSES.indexOf(purpose);
}

/** Gives block after block of a stream, always in the same four words. */
function blocksOf(seed: number, purpose: Purpose, replicate: number): () => Uint32Array {
  const block = new Uint32Array(4);
  const word = purposeWord(purpose);
  const [key0, key1] = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  const [replicate0, replicate1] = [replicate >>> 0, Math.floor(replicate / 2 ** 32) >>> 0];
  let index = 0;
  return () => {
    block[0] = index++;
    block[1] = word;
    block[2] = replicate0;
    block[3] = replicate1;
    philox4x32(block, key0, key1);
    return block;
  };
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
  const next = blocksOf(seed, purpose, replicate);
  for (let start = 0; start < target.length; start += 4) {
    const block = next();
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
  const next = blocksOf(seed, purpose, replicate);
  return () => {
    const block = next();
    return ((block[0]! >>> 5) * LOW_BITS + (block[1]! >>> 6)) / (HIGH_BITS * LOW_BITS);
  };
}

/**
 * A random orthogonal matrix, uniform over the group (Haar): the Q factor of a Gaussian matrix with the signs of the
 * diagonal of R taken out (Mezzadri 2007).
 *
 * @param size rows and columns
 * @param which distinguishes the matrices drawn from one seed
 */
export function randomOrthogonal(size: number, seed: number, which: number): Matrix {
  const entries = new Float64Array(size * size);
  fillGaussian(entries, seed, 'basis', which);
  const gaussian = Matrix.from1DArray(size, size, entries);
  const decomposition = new QrDecomposition(gaussian);
  const orthogonal = decomposition.orthogonalMatrix;
  const triangular = decomposition.upperTriangularMatrix;
  for (let column = 0; column < size; column++) {
    if (triangular.get(column, column) < 0) orthogonal.mulColumn(column, -1);
  }
  return orthogonal;
}
