// @ts-nocheck: TypeScript refuses the decorators and does not know `real`
/*
 * Elementary functions for two float64 at once, for arguments as Box–Muller needs them. Reductions and polynomials are those
 * of fdlibm (Sun Microsystems 1993), good to about one unit in the last place.
 */

/** Polynomial of five, from the highest coefficient down. */
@inline function horner5(x: v128, a: f64, b: f64, c: f64, d: f64, e: f64): v128 {
  let sum = f64x2.splat(a);
  sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(b));
  sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(c));
  sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(d));
  return f64x2.add(f64x2.mul(sum, x), f64x2.splat(e));
}

/** Natural logarithm of normal numbers above zero: `x = 2^k (1 + f)`, `f = 2s/(1−s)` and a polynomial in `s²`. */
@inline export function logarithm(x: v128): v128 {
  // Half of √2 is taken off the exponent, so that 1 + f lies between √½ and √2.
  const shifted = i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd));
  const exponents = i64x2.shr_s(shifted, 52);
  const mantissa = i64x2.sub(x, i64x2.shl(exponents, 52));
  // The exponents are small integers: added to 1.5 · 2^52 they are the last bits of a float64.
  const magic = i64x2.splat(0x4338000000000000);
  const k = f64x2.sub(i64x2.add(exponents, magic), magic);
  const f = f64x2.sub(mantissa, f64x2.splat(1));
  const s = f64x2.div(f, f64x2.add(f, f64x2.splat(2)));
  const z = f64x2.mul(s, s);
  const tail = horner5(z, 1.479819860511658591e-1, 1.531383769920937332e-1, 1.818357216161805012e-1, 2.222219843214978396e-1, 2.857142874366239149e-1);
  let r = f64x2.add(f64x2.mul(tail, z), f64x2.splat(3.999999999940941908e-1));
  r = f64x2.mul(f64x2.add(f64x2.mul(r, z), f64x2.splat(6.666666666666735130e-1)), z);
  const half = f64x2.mul(f64x2.mul(f, f), f64x2.splat(0.5));
  const small = f64x2.add(f64x2.mul(s, f64x2.add(half, r)), f64x2.mul(k, f64x2.splat(1.90821492927058770002e-10)));
  return f64x2.sub(
    f64x2.mul(k, f64x2.splat(6.93147180369123816490e-1)),
    f64x2.sub(f64x2.sub(half, small), f),
  );
}

/** Sine for angles up to π/4 in size. */
@inline function smallSine(x: v128): v128 {
  const z = f64x2.mul(x, x);
  const tail = horner5(z, 1.58969099521155010221e-10, -2.50507602534068634195e-8, 2.75573137070700676789e-6, -1.98412698298579493134e-4, 8.33333333332248946124e-3);
  const r = f64x2.add(f64x2.mul(tail, z), f64x2.splat(-1.66666666666666324348e-1));
  return f64x2.add(x, f64x2.mul(f64x2.mul(x, z), r));
}

/** Cosine for angles up to π/4 in size. */
@inline function smallCosine(x: v128): v128 {
  const z = f64x2.mul(x, x);
  const tail = horner5(z, -1.13596475577881948265e-11, 2.08757232129817482790e-9, -2.75573143513906633035e-7, 2.48015872894767294178e-5, -1.38888888888741095749e-3);
  const r = f64x2.add(f64x2.mul(tail, z), f64x2.splat(4.16666666666666019037e-2));
  const half = f64x2.mul(f64x2.splat(0.5), z);
  const rounded = f64x2.sub(f64x2.splat(1), half);
  const lost = f64x2.sub(f64x2.sub(f64x2.splat(1), rounded), half);
  return f64x2.add(rounded, f64x2.add(lost, f64x2.mul(f64x2.mul(z, z), r)));
}

/**
 * Two pairs of standard normal numbers from two pairs of random words, `√(−2 ln u) (cos 2πv, sin 2πv)` with
 * `u = (w + ½)/2³²`: the cosines in the first vector at `out`, the sines in the second.
 *
 * @param radial low two lanes hold the words of u
 * @param angular low two lanes hold the words of v
 */
@inline export function boxMuller64(radial: v128, angular: v128, out: usize): void {
  const unit = f64x2.splat(2.3283064365386963e-10), middle = f64x2.splat(0.5);
  const u = f64x2.mul(f64x2.add(f64x2.convert_low_i32x4_u(radial), middle), unit);
  const radius = f64x2.sqrt(f64x2.mul(f64x2.splat(-2), logarithm(u)));
  // Quarters of a turn, exact in float64: what is left of the nearest whole one is at most an eighth of a turn.
  const quarters = f64x2.mul(f64x2.add(f64x2.convert_low_i32x4_u(angular), middle), f64x2.mul(unit, f64x2.splat(4)));
  const whole = f64x2.nearest(quarters);
  const angle = f64x2.mul(f64x2.sub(quarters, whole), f64x2.splat(1.5707963267948966));
  const sine = smallSine(angle), cosine = smallCosine(angle);
  const first = f64x2.eq(whole, f64x2.splat(1)), second = f64x2.eq(whole, f64x2.splat(2)), third = f64x2.eq(whole, f64x2.splat(3));
  const swapped = v128.or(first, third);
  const sign = f64x2.splat(-0.0);
  const c = v128.xor(v128.bitselect(sine, cosine, swapped), v128.and(sign, v128.or(first, second)));
  const s = v128.xor(v128.bitselect(cosine, sine, swapped), v128.and(sign, v128.or(second, third)));
  v128.store(out, f64x2.mul(radius, c));
  v128.store(out, f64x2.mul(radius, s), 16);
}
