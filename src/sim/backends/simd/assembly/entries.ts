// @ts-nocheck: a compiler of TypeScript would refuse the decorators
/* Arithmetic on all entries of a matrix; `end` is the address behind its last entry. */

/** `a X + b Y`. */
@inline export function combination<T>(a: T, left: usize, b: T, right: usize, out: usize, end: usize): void {
  const va = v128.splat<T>(a), vb = v128.splat<T>(b);
  for (; left < end; left += 16, right += 16, out += 16) {
    v128.store(out, v128.add<T>(v128.mul<T>(va, v128.load(left)), v128.mul<T>(vb, v128.load(right))));
  }
}

/** `a X`. */
@inline export function scaled<T>(a: T, matrix: usize, out: usize, end: usize): void {
  const va = v128.splat<T>(a);
  for (; matrix < end; matrix += 16, out += 16) v128.store(out, v128.mul<T>(va, v128.load(matrix)));
}

/** `X`. */
@inline export function copied(matrix: usize, out: usize, end: usize): void {
  for (; matrix < end; matrix += 16, out += 16) v128.store(out, v128.load(matrix));
}

/** `x y`. */
@inline export function entryProducts<T>(left: usize, right: usize, out: usize, end: usize): void {
  for (; left < end; left += 16, right += 16, out += 16) {
    v128.store(out, v128.mul<T>(v128.load(left), v128.load(right)));
  }
}

/** −1, 0 or 1. */
@inline export function signs<T>(matrix: usize, out: usize, end: usize): void {
  const zero = v128.splat<T>(0), one = v128.splat<T>(1);
  for (; matrix < end; matrix += 16, out += 16) {
    const x = v128.load(matrix);
    const above = v128.and(v128.gt<T>(x, zero), one), below = v128.and(v128.lt<T>(x, zero), one);
    v128.store(out, v128.sub<T>(above, below));
  }
}

/** `x / (√y + ε)`. */
@inline export function overRoot<T>(numerator: usize, square: usize, epsilon: T, out: usize, end: usize): void {
  const small = v128.splat<T>(epsilon);
  for (; numerator < end; numerator += 16, square += 16, out += 16) {
    const root = v128.add<T>(v128.sqrt<T>(v128.load(square)), small);
    v128.store(out, v128.div<T>(v128.load(numerator), root));
  }
}

/** `X / (‖X‖ + ε)` in the Frobenius norm. */
@inline export function normalized<T>(matrix: usize, epsilon: T, out: usize, end: usize): void {
  let sum = v128.splat<T>(0);
  for (let at = matrix; at < end; at += 16) {
    const x = v128.load(at);
    sum = v128.add<T>(sum, v128.mul<T>(x, x));
  }
  let total: T = 0;
  if (sizeof<T>() == 4) {
    total = <T>(f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)));
  } else {
    total = <T>(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  }
  const norm = v128.splat<T>(sqrt<T>(total) + epsilon);
  for (; matrix < end; matrix += 16, out += 16) v128.store(out, v128.div<T>(v128.load(matrix), norm));
}

/** `W − η X`. */
@inline export function descended<T>(weights: usize, direction: usize, step: T, out: usize, end: usize): void {
  const pace = v128.splat<T>(step);
  for (; weights < end; weights += 16, direction += 16, out += 16) {
    v128.store(out, v128.sub<T>(v128.load(weights), v128.mul<T>(pace, v128.load(direction))));
  }
}
