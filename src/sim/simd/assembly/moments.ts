/** Sum of the lanes. */
// @ts-ignore: decorator
@inline
function lanes<T>(vector: v128): f64 {
  if (sizeof<T>() == 4) {
    const pairs = f32x4.add(vector, v128.shuffle<f32>(vector, vector, 2, 3, 0, 1));
    return <f64>(f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1));
  }
  return f64x2.extract_lane(vector, 0) + f64x2.extract_lane(vector, 1);
}

/** Adds what one vector of a row contributes to the five moments. */
// @ts-ignore: decorator
@inline
function tally<T>(residual: usize, b: v128, c: v128, out: usize): void {
  const r = v128.load(residual);
  store<f64>(out, load<f64>(out) + lanes<T>(v128.mul<T>(r, b)));
  store<f64>(out, load<f64>(out, 8) + lanes<T>(v128.mul<T>(b, b)), 8);
  store<f64>(out, load<f64>(out, 16) + lanes<T>(v128.mul<T>(r, c)), 16);
  store<f64>(out, load<f64>(out, 24) + lanes<T>(v128.mul<T>(b, c)), 24);
  store<f64>(out, load<f64>(out, 32) + lanes<T>(v128.mul<T>(c, c)), 32);
}

/**
 * The five inner products of networks under draws of noise, for the pairs (network, replicate) `from` to `to`: displacements
 * `B = E1 W2 + W1 E2` and `C = E1 E2` of four rows and one vector at a time, which never leave the registers.
 *
 * @param out five f64 for each pair
 */
// @ts-ignore: decorator
@inline
export function moments<T>(
  first: usize, second: usize, residual: usize, noise1: usize, noise2: usize, replicates: i32,
  rows: i32, hidden: i32, cols: i32, out: usize, from: i32, to: i32,
): void {
  const size = sizeof<T>();
  const layer1 = <usize>(rows * hidden) * size, layer2 = <usize>(hidden * cols) * size;
  const row1 = <usize>hidden * size, row2 = <usize>cols * size;
  for (let pair = from; pair < to; pair++) {
    const network = <usize>(pair / replicates), replicate = <usize>(pair % replicates);
    const w2 = second + network * layer2, e2 = noise2 + replicate * layer2;
    const result = out + <usize>pair * 40;
    for (let moment = 0; moment < 5; moment++) store<f64>(result + <usize>moment * 8, 0);
    for (let i = 0; i < rows; i += 4) {
      const w1 = first + network * layer1 + <usize>i * row1, e1 = noise1 + replicate * layer1 + <usize>i * row1;
      const r = residual + (network * <usize>rows + <usize>i) * row2;
      for (let at: usize = 0; at < row2; at += 16) {
        let b0 = v128.splat<T>(0), b1 = b0, b2 = b0, b3 = b0, c0 = b0, c1 = b0, c2 = b0, c3 = b0;
        let right = w2 + at, noisy = e2 + at, left = w1, noise = e1;
        for (let k = 0; k < hidden; k++) {
          const w = v128.load(right), e = v128.load(noisy);
          let x = v128.load_splat<T>(noise);
          b0 = v128.add<T>(b0, v128.add<T>(v128.mul<T>(x, w), v128.mul<T>(v128.load_splat<T>(left), e)));
          c0 = v128.add<T>(c0, v128.mul<T>(x, e));
          x = v128.load_splat<T>(noise + row1);
          b1 = v128.add<T>(b1, v128.add<T>(v128.mul<T>(x, w), v128.mul<T>(v128.load_splat<T>(left + row1), e)));
          c1 = v128.add<T>(c1, v128.mul<T>(x, e));
          x = v128.load_splat<T>(noise + 2 * row1);
          b2 = v128.add<T>(b2, v128.add<T>(v128.mul<T>(x, w), v128.mul<T>(v128.load_splat<T>(left + 2 * row1), e)));
          c2 = v128.add<T>(c2, v128.mul<T>(x, e));
          x = v128.load_splat<T>(noise + 3 * row1);
          b3 = v128.add<T>(b3, v128.add<T>(v128.mul<T>(x, w), v128.mul<T>(v128.load_splat<T>(left + 3 * row1), e)));
          c3 = v128.add<T>(c3, v128.mul<T>(x, e));
          right += row2; noisy += row2; left += size; noise += size;
        }
        tally<T>(r + at, b0, c0, result);
        tally<T>(r + row2 + at, b1, c1, result);
        tally<T>(r + 2 * row2 + at, b2, c2, result);
        tally<T>(r + 3 * row2 + at, b3, c3, result);
      }
    }
  }
}

/**
 * The same for networks whose layers are both diagonal with the same factors, `B_ij = E1_ij D_j + D_i E2_ij`.
 *
 * @param factors of each network, as many as the largest of rows, hidden and cols, zeros beyond the modes
 * @param stride numbers from the factors of one network to those of the next
 */
// @ts-ignore: decorator
@inline
export function diagonalMoments<T>(
  factors: usize, stride: i32, residual: usize, noise1: usize, noise2: usize, replicates: i32,
  rows: i32, hidden: i32, cols: i32, out: usize, from: i32, to: i32,
): void {
  const size = sizeof<T>();
  const row1 = <usize>hidden * size, row2 = <usize>cols * size;
  for (let pair = from; pair < to; pair++) {
    const network = <usize>(pair / replicates), replicate = <usize>(pair % replicates);
    const e2 = noise2 + replicate * <usize>hidden * row2;
    const d = factors + network * <usize>stride * size;
    const result = out + <usize>pair * 40;
    for (let moment = 0; moment < 5; moment++) store<f64>(result + <usize>moment * 8, 0);
    for (let i = 0; i < rows; i++) {
      const e1 = noise1 + (replicate * <usize>rows + <usize>i) * row1;
      const r = residual + (network * <usize>rows + <usize>i) * row2;
      const own = v128.load_splat<T>(d + <usize>i * size);
      for (let at: usize = 0; at < row2; at += 16) {
        let c = v128.splat<T>(0), b = c;
        let noisy = e2 + at, noise = e1;
        for (let k = 0; k < hidden; k++) {
          c = v128.add<T>(c, v128.mul<T>(v128.load_splat<T>(noise), v128.load(noisy)));
          noisy += row2; noise += size;
        }
        if (at < row1) b = v128.mul<T>(v128.load(e1 + at), v128.load(d + at));
        if (i < hidden) b = v128.add<T>(b, v128.mul<T>(own, v128.load(e2 + <usize>i * row2 + at)));
        tally<T>(r + at, b, c, result);
      }
    }
  }
}
