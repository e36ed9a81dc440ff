/** A symmetric 2×2 matrix `[[a, b], [b, c]]`. */
export interface Symmetric {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Largest eigenvalue. */
export function largestEigenvalue({ a, b, c }: Symmetric): number {
  return (a + c) / 2 + Math.hypot((a - c) / 2, b);
}

/** Smallest eigenvalue. */
export function smallestEigenvalue({ a, b, c }: Symmetric): number {
  return (a + c) / 2 - Math.hypot((a - c) / 2, b);
}

/** `‖M‖²` in the Frobenius norm. */
export function squareOf({ a, b, c }: Symmetric): number {
  return a * a + 2 * b * b + c * c;
}

/** Frobenius inner product. */
export function inner(left: Symmetric, right: Symmetric): number {
  return left.a * right.a + 2 * left.b * right.b + left.c * right.c;
}

export function minus(left: Symmetric, right: Symmetric): Symmetric {
  return { a: left.a - right.a, b: left.b - right.b, c: left.c - right.c };
}

/** Entries of a 2×2 matrix in row-major order. */
export type Entries = readonly [number, number, number, number];

/** `X Xᵀ`. */
export function gram([p, q, r, s]: Entries): Symmetric {
  return { a: p * p + q * q, b: p * r + q * s, c: r * r + s * s };
}

/** `X − 2ηMX` for a symmetric M: one step of gradient descent where M is the residual. */
export function stepped([p, q, r, s]: Entries, { a, b, c }: Symmetric, rate: number): Entries {
  const pace = 2 * rate;
  return [
    p - pace * (a * p + b * r),
    q - pace * (a * q + b * s),
    r - pace * (b * p + c * r),
    s - pace * (b * q + c * s),
  ];
}
