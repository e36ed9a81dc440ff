// @ts-nocheck: TypeScript refuses the decorators and does not know `real`
/*
 * Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011) for counters side by side, one in each lane. A block of four words
 * per counter is left in memory, word by word: four lanes of the first word, of the second, ….
 */

const MULTIPLIER_0: i32 = <i32>0xd2511f53;
const MULTIPLIER_1: i32 = <i32>0xcd9e8d57;
const WEYL_0: i32 = <i32>0x9e3779b9;
const WEYL_1: i32 = <i32>0xbb67ae85;
const ROUNDS = 10;

/**
 * The words of eight neighbouring counters: two groups of four, whose rounds fill each other's waiting times.
 *
 * @param first first word of the first counter; the others follow by ones
 * @param out room for eight vectors: those of the first group, then those of the second
 */
@inline export function philox(first: i32, second: i32, third: i32, fourth: i32, key0: i32, key1: i32, out: usize): void {
  let a0 = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3)), b0 = i32x4.add(i32x4.splat(first), i32x4(4, 5, 6, 7));
  let a1 = i32x4.splat(second), a2 = i32x4.splat(third), a3 = i32x4.splat(fourth);
  let b1 = a1, b2 = a2, b3 = a3;
  const m0 = i32x4.splat(MULTIPLIER_0), m1 = i32x4.splat(MULTIPLIER_1);
  let k0 = i32x4.splat(key0), k1 = i32x4.splat(key1);
  for (let round = 0; round < ROUNDS; round++) {
    // Products of 64 bits; their upper and lower halves are then gathered.
    let low = i64x2.extmul_low_i32x4_u(m0, a0), high = i64x2.extmul_high_i32x4_u(m0, a0);
    const p0 = v128.shuffle<i32>(low, high, 1, 3, 5, 7), q0 = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
    low = i64x2.extmul_low_i32x4_u(m1, a2); high = i64x2.extmul_high_i32x4_u(m1, a2);
    a0 = v128.xor(v128.xor(v128.shuffle<i32>(low, high, 1, 3, 5, 7), a1), k0);
    a1 = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
    a2 = v128.xor(v128.xor(p0, a3), k1);
    a3 = q0;
    low = i64x2.extmul_low_i32x4_u(m0, b0); high = i64x2.extmul_high_i32x4_u(m0, b0);
    const r0 = v128.shuffle<i32>(low, high, 1, 3, 5, 7), s0 = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
    low = i64x2.extmul_low_i32x4_u(m1, b2); high = i64x2.extmul_high_i32x4_u(m1, b2);
    b0 = v128.xor(v128.xor(v128.shuffle<i32>(low, high, 1, 3, 5, 7), b1), k0);
    b1 = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
    b2 = v128.xor(v128.xor(r0, b3), k1);
    b3 = s0;
    k0 = i32x4.add(k0, i32x4.splat(WEYL_0));
    k1 = i32x4.add(k1, i32x4.splat(WEYL_1));
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
  v128.store(out, b0, 64);
  v128.store(out, b1, 80);
  v128.store(out, b2, 96);
  v128.store(out, b3, 112);
}
