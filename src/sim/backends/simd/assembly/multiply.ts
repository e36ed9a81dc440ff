// @ts-nocheck: TypeScript refuses the decorators and does not know `real`
/*
 * Matrix products in registers. Matrices are row-major; all numbers of rows and columns are multiples of
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
@inline function finish(accumulated: v128, out: usize, other: usize, scale: v128, mode: i32): void {
  if (mode == DESCEND) {
    v128.store(out, v128.sub<real>(v128.load(out), v128.mul<real>(scale, accumulated)));
  } else if (mode == SUBTRACT) {
    v128.store(out, v128.sub<real>(accumulated, v128.load(other)));
  } else if (mode == ACCUMULATE) {
    v128.store(out, v128.add<real>(v128.load(out), accumulated));
  } else {
    v128.store(out, accumulated);
  }
}

/** Four rows and two vectors of `X Y`: eight accumulators stay in registers while k runs. */
@inline function wideBlock(
  left: usize, leftRow: usize, leftNext: usize,
  right: usize, rightRow: usize,
  inner: i32,
  out: usize, outRow: usize, other: usize, scale: v128, mode: i32,
): void {
  let c00 = v128.splat<real>(0), c01 = c00, c10 = c00, c11 = c00;
  let c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  let a0 = left, a1 = left + leftRow, a2 = a1 + leftRow, a3 = a2 + leftRow;
  for (let k = 0; k < inner; k++) {
    const b0 = v128.load(right), b1 = v128.load(right, 16);
    let x = v128.load_splat<real>(a0);
    c00 = v128.add<real>(c00, v128.mul<real>(x, b0));
    c01 = v128.add<real>(c01, v128.mul<real>(x, b1));
    x = v128.load_splat<real>(a1);
    c10 = v128.add<real>(c10, v128.mul<real>(x, b0));
    c11 = v128.add<real>(c11, v128.mul<real>(x, b1));
    x = v128.load_splat<real>(a2);
    c20 = v128.add<real>(c20, v128.mul<real>(x, b0));
    c21 = v128.add<real>(c21, v128.mul<real>(x, b1));
    x = v128.load_splat<real>(a3);
    c30 = v128.add<real>(c30, v128.mul<real>(x, b0));
    c31 = v128.add<real>(c31, v128.mul<real>(x, b1));
    a0 += leftNext; a1 += leftNext; a2 += leftNext; a3 += leftNext;
    right += rightRow;
  }
  finish(c00, out, other, scale, mode);
  finish(c01, out + 16, other + 16, scale, mode);
  out += outRow; other += outRow;
  finish(c10, out, other, scale, mode);
  finish(c11, out + 16, other + 16, scale, mode);
  out += outRow; other += outRow;
  finish(c20, out, other, scale, mode);
  finish(c21, out + 16, other + 16, scale, mode);
  out += outRow; other += outRow;
  finish(c30, out, other, scale, mode);
  finish(c31, out + 16, other + 16, scale, mode);
}

/** Four rows and one vector of `X Y`. */
@inline function narrowBlock(
  left: usize, leftRow: usize, leftNext: usize,
  right: usize, rightRow: usize,
  inner: i32,
  out: usize, outRow: usize, other: usize, scale: v128, mode: i32,
): void {
  let c0 = v128.splat<real>(0), c1 = c0, c2 = c0, c3 = c0;
  let a0 = left, a1 = left + leftRow, a2 = a1 + leftRow, a3 = a2 + leftRow;
  for (let k = 0; k < inner; k++) {
    const b = v128.load(right);
    c0 = v128.add<real>(c0, v128.mul<real>(v128.load_splat<real>(a0), b));
    c1 = v128.add<real>(c1, v128.mul<real>(v128.load_splat<real>(a1), b));
    c2 = v128.add<real>(c2, v128.mul<real>(v128.load_splat<real>(a2), b));
    c3 = v128.add<real>(c3, v128.mul<real>(v128.load_splat<real>(a3), b));
    a0 += leftNext; a1 += leftNext; a2 += leftNext; a3 += leftNext;
    right += rightRow;
  }
  finish(c0, out, other, scale, mode);
  out += outRow; other += outRow;
  finish(c1, out, other, scale, mode);
  out += outRow; other += outRow;
  finish(c2, out, other, scale, mode);
  out += outRow; other += outRow;
  finish(c3, out, other, scale, mode);
}

/**
 * `X Y` with `rows × inner` times `inner × cols`. An entry of X is at `left + row · leftRow + k · leftNext`, so that either
 * distance may be that of a row: X is read as it is or transposed. Y is read by whole rows.
 */
export function multiply(
  left: usize, leftRow: usize, leftNext: usize,
  right: usize,
  rows: i32, cols: i32, inner: i32,
  out: usize, other: usize, scale: real, mode: i32,
): void {
  const scales = v128.splat<real>(scale);
  const row = <usize>cols * sizeof<real>();
  for (let i = 0; i < rows; i += 4) {
    let at: usize = 0;
    for (; at + 32 <= row; at += 32) {
      wideBlock(left, leftRow, leftNext, right + at, row, inner, out + at, row, other + at, scales, mode);
    }
    for (; at < row; at += 16) {
      narrowBlock(left, leftRow, leftNext, right + at, row, inner, out + at, row, other + at, scales, mode);
    }
    left += 4 * leftRow;
    out += 4 * row;
    other += 4 * row;
  }
}

/** `Xᵀ` of a `rows × cols` matrix, by squares of four or two rows. */
export function transpose(matrix: usize, rows: i32, cols: i32, out: usize): void {
  const row = <usize>cols * sizeof<real>(), outRow = <usize>rows * sizeof<real>();
  const side = 16 / sizeof<real>();
  for (let i: usize = 0; i < outRow; i += 16) {
    let from = matrix, to = out + i;
    for (let j: usize = 0; j < row; j += 16) {
      if (sizeof<real>() == 4) {
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
