// @ts-nocheck: TypeScript refuses the decorators and does not know `real`
import { ACCUMULATE, ASSIGN, multiply } from './multiply';

/** Adds the lanes to two sums in float64. */
@inline function added(sums: v128, products: v128): v128 {
  if (sizeof<real>() == 8) return f64x2.add(sums, products);
  const upper = v128.shuffle<i64>(products, products, 1, 1);
  return f64x2.add(sums, f64x2.add(f64x2.promote_low_f32x4(products), f64x2.promote_low_f32x4(upper)));
}

@inline function addTo(sum: usize, sums: v128): void {
  store<f64>(sum, load<f64>(sum) + (f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)));
}

/** Sets the five moments to 0. */
@inline function clear(out: usize): void {
  for (let moment: usize = 0; moment < 40; moment += 8) store<f64>(out + moment, 0);
}

/** Adds what `length` bytes of the residual and of both displacements contribute to the five moments. */
@inline function tally(residual: usize, first: usize, second: usize, length: usize, out: usize): void {
  let rb = f64x2.splat(0), bb = rb, rc = rb, bc = rb, cc = rb;
  for (let at: usize = 0; at < length; at += 16) {
    const r = v128.load(residual + at), b = v128.load(first + at), c = v128.load(second + at);
    rb = added(rb, v128.mul<real>(r, b));
    bb = added(bb, v128.mul<real>(b, b));
    rc = added(rc, v128.mul<real>(r, c));
    bc = added(bc, v128.mul<real>(b, c));
    cc = added(cc, v128.mul<real>(c, c));
  }
  addTo(out, rb);
  addTo(out + 8, bb);
  addTo(out + 16, rc);
  addTo(out + 24, bc);
  addTo(out + 32, cc);
}

/** The same for all of the residual and the displacements of a pair. */
export function tallyOf(residual: usize, first: usize, second: usize, length: usize, out: usize): void {
  clear(out);
  tally(residual, first, second, length, out);
}

/**
 * The five inner products of networks under draws of noise, for the pairs (network, replicate) `from` to `to`: displacements
 * `B = E1 W2 + W1 E2` and `C = E1 E2` four rows at a time, which never leave the cache.
 *
 * @param out five f64 for each pair
 * @param room for `8 cols` numbers
 */
@inline export function moments(
  first: usize, second: usize, residual: usize, noise1: usize, noise2: usize, replicates: i32,
  rows: i32, hidden: i32, cols: i32, out: usize, room: usize, from: i32, to: i32,
): void {
  const size = sizeof<real>();
  const layer1 = <usize>(rows * hidden) * size, layer2 = <usize>(hidden * cols) * size;
  const row1 = <usize>hidden * size, strip = <usize>(4 * cols) * size;
  const displaced = room + strip;
  for (let pair = from; pair < to; pair++) {
    const network = <usize>(pair / replicates), replicate = <usize>(pair % replicates);
    const w2 = second + network * layer2, e2 = noise2 + replicate * layer2;
    const result = out + <usize>pair * 40;
    clear(result);
    let w1 = first + network * layer1, e1 = noise1 + replicate * layer1;
    let r = residual + network * <usize>(rows * cols) * size;
    for (let i = 0; i < rows; i += 4) {
      multiply(e1, row1, size, w2, 4, cols, hidden, room, 0, 0, ASSIGN);
      multiply(w1, row1, size, e2, 4, cols, hidden, room, 0, 0, ACCUMULATE);
      multiply(e1, row1, size, e2, 4, cols, hidden, displaced, 0, 0, ASSIGN);
      tally(r, room, displaced, strip, result);
      w1 += 4 * row1; e1 += 4 * row1; r += strip;
    }
  }
}

/** Products `C = E1 E2` of draws of noise, for the replicates `from` to `to`; needs no room. */
@inline export function noiseProducts(
  noise1: usize, noise2: usize, rows: i32, hidden: i32, cols: i32, out: usize, room: usize, from: i32, to: i32,
): void {
  const size = sizeof<real>();
  const row1 = <usize>hidden * size;
  const layer1 = <usize>rows * row1, layer2 = <usize>(hidden * cols) * size, product = <usize>(rows * cols) * size;
  for (let replicate = <usize>from; replicate < <usize>to; replicate++) {
    multiply(noise1 + replicate * layer1, row1, size, noise2 + replicate * layer2, rows, cols, hidden, out + replicate * product, 0, 0, ASSIGN);
  }
}

/**
 * The moments of networks whose layers are both diagonal with the same factors, `B_ij = E1_ij D_j + D_i E2_ij`. `C` is the noise's
 * own, so that it is computed once for all networks.
 *
 * @param products `C` of each replicate, from {@link noiseProducts}
 * @param factors of each network, as many as the largest of rows, hidden and cols, zeros beyond the modes
 * @param stride numbers from the factors of one network to those of the next
 * @param room for `cols` numbers
 */
@inline export function diagonalMoments(
  factors: usize, stride: i32, residual: usize, noise1: usize, noise2: usize, products: usize, replicates: i32,
  rows: i32, hidden: i32, cols: i32, out: usize, room: usize, from: i32, to: i32,
): void {
  const size = sizeof<real>();
  const row1 = <usize>hidden * size, row2 = <usize>cols * size;
  for (let pair = from; pair < to; pair++) {
    const network = <usize>(pair / replicates), replicate = <usize>(pair % replicates);
    const e2 = noise2 + replicate * <usize>hidden * row2;
    const d = factors + network * <usize>stride * size;
    const result = out + <usize>pair * 40;
    clear(result);
    for (let i = 0; i < rows; i++) {
      const e1 = noise1 + (replicate * <usize>rows + <usize>i) * row1;
      const r = residual + (network * <usize>rows + <usize>i) * row2;
      const own = v128.load_splat<real>(d + <usize>i * size);
      const c = products + (replicate * <usize>rows + <usize>i) * row2;
      for (let at: usize = 0; at < row2; at += 16) {
        let b = v128.splat<real>(0);
        if (at < row1) b = v128.mul<real>(v128.load(e1 + at), v128.load(d + at));
        if (i < hidden) b = v128.add<real>(b, v128.mul<real>(own, v128.load(e2 + <usize>i * row2 + at)));
        v128.store(room + at, b);
      }
      tally(r, room, c, row2, result);
    }
  }
}
