// @ts-nocheck: TypeScript refuses the decorators and does not know `real`
/* Arithmetic on all entries of a matrix; `end` is the address behind its last entry. */

/** `a X + b Y`. */
@inline export function combination(a: real, left: usize, b: real, right: usize, out: usize, end: usize): void {
  const va = v128.splat<real>(a), vb = v128.splat<real>(b);
  for (; left < end; left += 16, right += 16, out += 16) {
    v128.store(out, v128.add<real>(v128.mul<real>(va, v128.load(left)), v128.mul<real>(vb, v128.load(right))));
  }
}

/** `a X`. */
@inline export function scaled(a: real, matrix: usize, out: usize, end: usize): void {
  const va = v128.splat<real>(a);
  for (; matrix < end; matrix += 16, out += 16) v128.store(out, v128.mul<real>(va, v128.load(matrix)));
}

/** `X`. */
@inline export function copied(matrix: usize, out: usize, end: usize): void {
  for (; matrix < end; matrix += 16, out += 16) v128.store(out, v128.load(matrix));
}

/** `x y`. */
@inline export function entryProducts(left: usize, right: usize, out: usize, end: usize): void {
  for (; left < end; left += 16, right += 16, out += 16) {
    v128.store(out, v128.mul<real>(v128.load(left), v128.load(right)));
  }
}

/** −1, 0 or 1. */
@inline export function signs(matrix: usize, out: usize, end: usize): void {
  const zero = v128.splat<real>(0), one = v128.splat<real>(1);
  for (; matrix < end; matrix += 16, out += 16) {
    const x = v128.load(matrix);
    const above = v128.and(v128.gt<real>(x, zero), one), below = v128.and(v128.lt<real>(x, zero), one);
    v128.store(out, v128.sub<real>(above, below));
  }
}

/** `x / (√y + ε)`. */
@inline export function overRoot(numerator: usize, square: usize, epsilon: real, out: usize, end: usize): void {
  const small = v128.splat<real>(epsilon);
  for (; numerator < end; numerator += 16, square += 16, out += 16) {
    const root = v128.add<real>(v128.sqrt<real>(v128.load(square)), small);
    v128.store(out, v128.div<real>(v128.load(numerator), root));
  }
}

/** `X / (‖X‖ + ε)` in the Frobenius norm. */
@inline export function normalized(matrix: usize, epsilon: real, out: usize, end: usize): void {
  let sum = v128.splat<real>(0);
  for (let at = matrix; at < end; at += 16) {
    const x = v128.load(at);
    sum = v128.add<real>(sum, v128.mul<real>(x, x));
  }
  let total: real = 0;
  if (sizeof<real>() == 4) {
    total = <real>(f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)));
  } else {
    total = <real>(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  }
  const norm = v128.splat<real>(sqrt<real>(total) + epsilon);
  for (; matrix < end; matrix += 16, out += 16) v128.store(out, v128.div<real>(v128.load(matrix), norm));
}

/** `W − η X`. */
@inline export function descended(weights: usize, direction: usize, step: real, out: usize, end: usize): void {
  const pace = v128.splat<real>(step);
  for (; weights < end; weights += 16, direction += 16, out += 16) {
    v128.store(out, v128.sub<real>(v128.load(weights), v128.mul<real>(pace, v128.load(direction))));
  }
}
