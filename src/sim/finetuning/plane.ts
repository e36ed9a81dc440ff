/** A symmetric 2×2 matrix `[[a, b], [b, c]]`. */
export interface Symmetric {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Both eigenvalues. */
export function eigenvaluesOf({ a, b, c }: Symmetric): { readonly smallest: number; readonly largest: number } {
  const middle = (a + c) / 2;
  const radius = Math.hypot((a - c) / 2, b);
  return { smallest: middle - radius, largest: middle + radius };
}

/** The larger of them. */
export function largestEigenvalue(matrix: Symmetric): number {
  return eigenvaluesOf(matrix).largest;
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
export function gram(factor: Entries): Symmetric {
  // Taking an array apart in the list of arguments goes through its iterator, which takes longer than the products.
  const p = factor[0];
  const q = factor[1];
  const r = factor[2];
  const s = factor[3];
  return { a: p * p + q * q, b: p * r + q * s, c: r * r + s * s };
}

/** `X − 2ηMX` for a symmetric M: one step of gradient descent where M is the residual. */
export function stepped(factor: Entries, { a, b, c }: Symmetric, rate: number): Entries {
  const p = factor[0];
  const q = factor[1];
  const r = factor[2];
  const s = factor[3];
  const pace = 2 * rate;
  return [
    p - pace * (a * p + b * r),
    q - pace * (a * q + b * s),
    r - pace * (b * p + c * r),
    s - pace * (b * q + c * s),
  ];
}
