/*
 * Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011) for four counters at once, one in each lane. A block of four words
 * per counter is left in memory, word by word: four lanes of the first word, of the second, ….
 */

const MULTIPLIER_0: i32 = <i32>0xd2511f53;
const MULTIPLIER_1: i32 = <i32>0xcd9e8d57;
const WEYL_0: i32 = <i32>0x9e3779b9;
const WEYL_1: i32 = <i32>0xbb67ae85;
const ROUNDS = 10;

/** Upper halves of the 64-bit products of unsigned lanes. */
// @ts-ignore: decorator
@inline
function highProducts(a: v128, b: v128): v128 {
  const low = i64x2.extmul_low_i32x4_u(a, b), high = i64x2.extmul_high_i32x4_u(a, b);
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

/**
 * The words of four neighbouring counters.
 *
 * @param first first word of the first counter; the others follow by ones
 * @param out room for four vectors
 */
// @ts-ignore: decorator
@inline
export function philox(first: i32, second: i32, third: i32, fourth: i32, key0: i32, key1: i32, out: usize): void {
  let c0 = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  let c1 = i32x4.splat(second), c2 = i32x4.splat(third), c3 = i32x4.splat(fourth);
  const m0 = i32x4.splat(MULTIPLIER_0), m1 = i32x4.splat(MULTIPLIER_1);
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highProducts(m0, c0), high1 = highProducts(m1, c2);
    const low0 = i32x4.mul(m0, c0), low1 = i32x4.mul(m1, c2);
    c0 = v128.xor(v128.xor(high1, c1), i32x4.splat(key0));
    c2 = v128.xor(v128.xor(high0, c3), i32x4.splat(key1));
    c1 = low1;
    c3 = low0;
    key0 += WEYL_0;
    key1 += WEYL_1;
  }
  v128.store(out, c0);
  v128.store(out, c1, 16);
  v128.store(out, c2, 32);
  v128.store(out, c3, 48);
}
