// @ts-nocheck: a compiler of TypeScript would refuse the decorators
/*
 * Matrix products in registers. T is f32 or f64. Matrices are row-major; all numbers of rows and columns are multiples of
 * four, filled up with zeros. Addresses and distances are in bytes.
 */

/** `out = acc`. */
export const ASSIGN: i32 = 0;
/** `out = acc − other`. */
export const SUBTRACT: i32 = 1;
/** `out = out − scale · acc`. */
export const DESCEND: i32 = 2;
/** `out = out + acc`. */
export const ACCUMULATE: i32 = 3;

/** What becomes of one vector of a product. */
@inline function finish<T>(accumulated: v128, out: usize, other: usize, scale: v128, mode: i32): void {
  if (mode == DESCEND) {
    v128.store(out, v128.sub<T>(v128.load(out), v128.mul<T>(scale, accumulated)));
  } else if (mode == SUBTRACT) {
    v128.store(out, v128.sub<T>(accumulated, v128.load(other)));
  } else if (mode == ACCUMULATE) {
    v128.store(out, v128.add<T>(v128.load(out), accumulated));
  } else {
    v128.store(out, accumulated);
  }
}

/** Four rows and two vectors of `X Y`: eight accumulators stay in registers while k runs. */
@inline function wideBlock<T>(
  left: usize, leftRow: usize, leftNext: usize,
  right: usize, rightRow: usize,
  inner: i32,
  out: usize, outRow: usize, other: usize, scale: v128, mode: i32,
): void {
  let c00 = v128.splat<T>(0), c01 = c00, c10 = c00, c11 = c00;
  let c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  let a0 = left, a1 = left + leftRow, a2 = a1 + leftRow, a3 = a2 + leftRow;
  for (let k = 0; k < inner; k++) {
    const b0 = v128.load(right), b1 = v128.load(right, 16);
    let x = v128.load_splat<T>(a0);
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a1);
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a2);
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a3);
    c30 = v128.add<T>(c30, v128.mul<T>(x, b0));
    c31 = v128.add<T>(c31, v128.mul<T>(x, b1));
    a0 += leftNext; a1 += leftNext; a2 += leftNext; a3 += leftNext;
    right += rightRow;
  }
  finish<T>(c00, out, other, scale, mode);
  finish<T>(c01, out + 16, other + 16, scale, mode);
  out += outRow; other += outRow;
  finish<T>(c10, out, other, scale, mode);
  finish<T>(c11, out + 16, other + 16, scale, mode);
  out += outRow; other += outRow;
  finish<T>(c20, out, other, scale, mode);
  finish<T>(c21, out + 16, other + 16, scale, mode);
  out += outRow; other += outRow;
  finish<T>(c30, out, other, scale, mode);
  finish<T>(c31, out + 16, other + 16, scale, mode);
}

/** Four rows and one vector of `X Y`. */
@inline function narrowBlock<T>(
  left: usize, leftRow: usize, leftNext: usize,
  right: usize, rightRow: usize,
  inner: i32,
  out: usize, outRow: usize, other: usize, scale: v128, mode: i32,
): void {
  let c0 = v128.splat<T>(0), c1 = c0, c2 = c0, c3 = c0;
  let a0 = left, a1 = left + leftRow, a2 = a1 + leftRow, a3 = a2 + leftRow;
  for (let k = 0; k < inner; k++) {
    const b = v128.load(right);
    c0 = v128.add<T>(c0, v128.mul<T>(v128.load_splat<T>(a0), b));
    c1 = v128.add<T>(c1, v128.mul<T>(v128.load_splat<T>(a1), b));
    c2 = v128.add<T>(c2, v128.mul<T>(v128.load_splat<T>(a2), b));
    c3 = v128.add<T>(c3, v128.mul<T>(v128.load_splat<T>(a3), b));
    a0 += leftNext; a1 += leftNext; a2 += leftNext; a3 += leftNext;
    right += rightRow;
  }
  finish<T>(c0, out, other, scale, mode);
  out += outRow; other += outRow;
  finish<T>(c1, out, other, scale, mode);
  out += outRow; other += outRow;
  finish<T>(c2, out, other, scale, mode);
  out += outRow; other += outRow;
  finish<T>(c3, out, other, scale, mode);
}

/**
 * `X Y` with `rows × inner` times `inner × cols`. An entry of X is at `left + row · leftRow + k · leftNext`, so that either
 * distance may be that of a row: X is read as it is or transposed. Y is read by whole rows.
 */
export function multiply<T>(
  left: usize, leftRow: usize, leftNext: usize,
  right: usize,
  rows: i32, cols: i32, inner: i32,
  out: usize, other: usize, scale: T, mode: i32,
): void {
  const scales = v128.splat<T>(scale);
  const row = <usize>cols * sizeof<T>();
  for (let i = 0; i < rows; i += 4) {
    let at: usize = 0;
    for (; at + 32 <= row; at += 32) {
      wideBlock<T>(left, leftRow, leftNext, right + at, row, inner, out + at, row, other + at, scales, mode);
    }
    for (; at < row; at += 16) {
      narrowBlock<T>(left, leftRow, leftNext, right + at, row, inner, out + at, row, other + at, scales, mode);
    }
    left += 4 * leftRow;
    out += 4 * row;
    other += 4 * row;
  }
}

/** `Xᵀ` of a `rows × cols` matrix, by squares of four or two rows. */
export function transpose<T>(matrix: usize, rows: i32, cols: i32, out: usize): void {
  const row = <usize>cols * sizeof<T>(), outRow = <usize>rows * sizeof<T>();
  const side = 16 / sizeof<T>();
  for (let i: usize = 0; i < outRow; i += 16) {
    let from = matrix, to = out + i;
    for (let j: usize = 0; j < row; j += 16) {
      if (sizeof<T>() == 4) {
        const a = v128.load(from), b = v128.load(from + row), c = v128.load(from + 2 * row), d = v128.load(from + 3 * row);
        const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
        const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
        v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
        v128.store(to + outRow, v128.shuffle<i64>(ab, cd, 1, 3));
        v128.store(to + 2 * outRow, v128.shuffle<i64>(ef, gh, 0, 2));
        v128.store(to + 3 * outRow, v128.shuffle<i64>(ef, gh, 1, 3));
      } else {
        const a = v128.load(from), b = v128.load(from + row);
        v128.store(to, v128.shuffle<i64>(a, b, 0, 2));
        v128.store(to + outRow, v128.shuffle<i64>(a, b, 1, 3));
      }
      from += 16; to += <usize>side * outRow;
    }
    matrix += <usize>side * row;
  }
}
