// @ts-nocheck: TypeScript refuses the decorators and does not know `real`
/*
 * Box–Muller for four pairs at once in float32: good to four units in the last place of the radius, also where the radius is
 * small. The logarithm is fdlibm's for single precision (Sun Microsystems 1993), sine and cosine are minimax polynomials up to an
 * eighth of a turn. The constants stand in memory: an engine that writes a vector into the code spends three instructions on it.
 */

/* Places of the constants. */
const UNIT: usize = 0, HALF_UNIT: usize = 16, ONE: usize = 32, TWO: usize = 48, HALF: usize = 64, MINUS_TWO: usize = 80;
const ROOT_HALF: usize = 96, LOG_4: usize = 112, LOG_3: usize = 128, LOG_2: usize = 144, LOG_1: usize = 160;
const LN2_HIGH: usize = 176, LN2_LOW: usize = 192, SIGN: usize = 208, EIGHTH: usize = 224, INTEGER_TWO: usize = 240;
const ANGLE: usize = 256, SIN_3: usize = 272, SIN_2: usize = 288, SIN_1: usize = 304;
const COS_3: usize = 320, COS_2: usize = 336, COS_1: usize = 352;

export const CONSTANTS_32: usize = 368;

/** Writes the constants to `table`. */
export function writeConstants32(table: usize): void {
  v128.store(table, f32x4.splat(2.3283064365386963e-10), UNIT);
  v128.store(table, f32x4.splat(1.1641532182693481e-10), HALF_UNIT);
  v128.store(table, f32x4.splat(1), ONE);
  v128.store(table, f32x4.splat(2), TWO);
  v128.store(table, f32x4.splat(0.5), HALF);
  v128.store(table, f32x4.splat(-2), MINUS_TWO);
  v128.store(table, i32x4.splat(0x3f3504f3), ROOT_HALF);
  v128.store(table, f32x4.splat(0.24279078841), LOG_4);
  v128.store(table, f32x4.splat(0.28498786688), LOG_3);
  v128.store(table, f32x4.splat(0.40000972152), LOG_2);
  v128.store(table, f32x4.splat(0.66666662693), LOG_1);
  v128.store(table, f32x4.splat(6.9313812256e-1), LN2_HIGH);
  v128.store(table, f32x4.splat(9.0580006145e-6), LN2_LOW);
  v128.store(table, i32x4.splat(0x80000000), SIGN);
  v128.store(table, i32x4.splat(0x20000000), EIGHTH);
  v128.store(table, i32x4.splat(2), INTEGER_TWO);
  v128.store(table, f32x4.splat(3.657295198e-10), ANGLE);
  v128.store(table, f32x4.splat(-1.951528393e-4), SIN_3);
  v128.store(table, f32x4.splat(8.332160302e-3), SIN_2);
  v128.store(table, f32x4.splat(-1.666665524e-1), SIN_1);
  v128.store(table, f32x4.splat(2.44331568e-5), COS_3);
  v128.store(table, f32x4.splat(-1.388731645e-3), COS_2);
  v128.store(table, f32x4.splat(4.166664556e-2), COS_1);
}

@inline function fused(x: v128, factor: v128, added: v128): v128 {
  return f32x4.add(f32x4.mul(x, factor), added);
}

/**
 * `ln u` of `u = (w + ½)/2³²`. Above a half `1 − u` is what a float32 can hold, so `w` is mirrored there and the logarithm taken
 * around 1.
 */
@inline function logarithm(word: v128, table: usize): v128 {
  const one = v128.load(table, ONE);
  const isUpper = i32x4.shr_s(word, 31);
  const mirrored = f32x4.convert_i32x4_s(v128.xor(word, isUpper));
  const distance = fused(mirrored, v128.load(table, UNIT), v128.load(table, HALF_UNIT));
  const u = v128.bitselect(f32x4.sub(one, distance), distance, isUpper);
  // √½ is taken off the exponent, so that 1 + f lies between √½ and √2.
  const exponents = i32x4.shr_s(i32x4.sub(u, v128.load(table, ROOT_HALF)), 23);
  const k = f32x4.convert_i32x4_s(exponents);
  const reduced = f32x4.sub(i32x4.sub(u, i32x4.shl(exponents, 23)), one);
  // In the upper half the exponent is 0 or −1: 0 where 1 − u is small.
  const isNearOne = v128.andnot(isUpper, exponents);
  const f = v128.bitselect(f32x4.neg(distance), reduced, isNearOne);
  const s = f32x4.div(f, f32x4.add(f, v128.load(table, TWO)));
  const z = f32x4.mul(s, s);
  let r = fused(z, v128.load(table, LOG_4), v128.load(table, LOG_3));
  r = fused(r, z, v128.load(table, LOG_2));
  r = f32x4.mul(fused(r, z, v128.load(table, LOG_1)), z);
  const half = f32x4.mul(f32x4.mul(f, f), v128.load(table, HALF));
  const small = f32x4.add(f32x4.mul(s, f32x4.add(half, r)), f32x4.mul(k, v128.load(table, LN2_LOW)));
  return f32x4.sub(f32x4.mul(k, v128.load(table, LN2_HIGH)), f32x4.sub(f32x4.sub(half, small), f));
}

/** Sine for angles up to π/4 in size, of square z. */
@inline function smallSine(x: v128, z: v128, table: usize): v128 {
  const r = fused(fused(v128.load(table, SIN_3), z, v128.load(table, SIN_2)), z, v128.load(table, SIN_1));
  return f32x4.add(x, f32x4.mul(f32x4.mul(x, z), r));
}

/** Cosine for angles up to π/4 in size, from their square. */
@inline function smallCosine(z: v128, table: usize): v128 {
  const r = fused(fused(v128.load(table, COS_3), z, v128.load(table, COS_2)), z, v128.load(table, COS_1));
  return fused(f32x4.sub(f32x4.mul(r, z), v128.load(table, HALF)), z, v128.load(table, ONE));
}

/** Four pairs of standard normal numbers, `√(−2 ln u) (cos 2πv, sin 2πv)`: the cosines at `out`, the sines behind them. */
@inline function fourPairs(radial: v128, angular: v128, table: usize, out: usize): void {
  const sign = v128.load(table, SIGN);
  // Quarters of a turn stand in the two highest bits once rounded: the sine changes its sign in the third, the cosine in the second.
  const quarters = i32x4.add(angular, v128.load(table, EIGHTH));
  const next = i32x4.shl(quarters, 1);
  const isOdd = i32x4.shr_s(next, 31);
  // What is left beside the nearest quarter: a difference of integers, and exact.
  const rest = i32x4.add(i32x4.shl(angular, 2), v128.load(table, INTEGER_TWO));
  const angle = f32x4.mul(f32x4.convert_i32x4_s(rest), v128.load(table, ANGLE)), square = f32x4.mul(angle, angle);
  const sine = smallSine(angle, square, table), cosine = smallCosine(square, table);
  const radius = f32x4.sqrt(f32x4.mul(v128.load(table, MINUS_TWO), logarithm(radial, table)));
  const c = v128.xor(v128.bitselect(sine, cosine, isOdd), v128.and(v128.xor(quarters, next), sign));
  const s = v128.xor(v128.bitselect(cosine, sine, isOdd), v128.and(quarters, sign));
  v128.store(out, f32x4.mul(radius, c));
  v128.store(out, f32x4.mul(radius, s), 16);
}

/**
 * Sixteen standard normal numbers from the words of four counters: a pair from the first two words of a counter and a pair from its
 * last two, counter by counter. The words are taken from memory and the pairs put in their place, since there are more of both
 * than registers.
 *
 * @param words four vectors: the first word of each counter, the second, the third, the fourth
 * @param table the constants
 */
@inline export function boxMuller32(words: usize, table: usize, out: usize): void {
  fourPairs(v128.load(words), v128.load(words, 16), table, words);
  fourPairs(v128.load(words, 32), v128.load(words, 48), table, words + 32);
  const x1 = v128.load(words), y1 = v128.load(words, 16), x3 = v128.load(words, 32), y3 = v128.load(words, 48);
  const low1 = v128.shuffle<i32>(x1, y1, 0, 4, 1, 5), high1 = v128.shuffle<i32>(x1, y1, 2, 6, 3, 7);
  const low3 = v128.shuffle<i32>(x3, y3, 0, 4, 1, 5), high3 = v128.shuffle<i32>(x3, y3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<i64>(low1, low3, 0, 2));
  v128.store(out, v128.shuffle<i64>(low1, low3, 1, 3), 16);
  v128.store(out, v128.shuffle<i64>(high1, high3, 0, 2), 32);
  v128.store(out, v128.shuffle<i64>(high1, high3, 1, 3), 48);
}
