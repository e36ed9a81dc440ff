/** Vectors of modes that advance together: enough independent chains to keep the units busy. */
const VECTORS = 8;

/** `D ← D − e D (D² − σ)` with `e = 2η`. */
// @ts-ignore: decorator
@inline
function step<T>(factors: v128, pace: v128, sigmas: usize): v128 {
  const gap = v128.sub<T>(v128.mul<T>(factors, factors), v128.load(sigmas));
  return v128.sub<T>(factors, v128.mul<T>(v128.mul<T>(pace, factors), gap));
}

/**
 * The scalar recurrence of T0 for groups of eight vectors of modes, `from` to `to`. Runs of equal rates are one loop, in which the
 * step sizes do not change.
 *
 * @param scales factor on the rate, of every mode
 * @param rates rate of each run
 * @param lengths steps of each run, as i32
 * @param paces room for eight vectors
 */
// @ts-ignore: decorator
@inline
export function descendModes<T>(
  factors: usize, sigmas: usize, scales: usize, rates: usize, lengths: usize, runs: i32,
  paces: usize, from: i32, to: i32,
): void {
  for (let group = from; group < to; group++) {
    const at = <usize>group * VECTORS * 16;
    const D = factors + at, s = sigmas + at, c = scales + at;
    let d0 = v128.load(D), d1 = v128.load(D, 16), d2 = v128.load(D, 32), d3 = v128.load(D, 48);
    let d4 = v128.load(D, 64), d5 = v128.load(D, 80), d6 = v128.load(D, 96), d7 = v128.load(D, 112);
    for (let run = 0; run < runs; run++) {
      const rate = load<T>(rates + <usize>run * sizeof<T>());
      if (rate == 0) continue;
      const twice = v128.splat<T>(2 * rate);
      for (let vector = 0; vector < VECTORS; vector++) {
        v128.store(paces + <usize>vector * 16, v128.mul<T>(twice, v128.load(c + <usize>vector * 16)));
      }
      const p0 = v128.load(paces), p1 = v128.load(paces, 16), p2 = v128.load(paces, 32), p3 = v128.load(paces, 48);
      const p4 = v128.load(paces, 64), p5 = v128.load(paces, 80), p6 = v128.load(paces, 96), p7 = v128.load(paces, 112);
      const length = load<i32>(lengths + <usize>run * 4);
      for (let k = 0; k < length; k++) {
        d0 = step<T>(d0, p0, s); d1 = step<T>(d1, p1, s + 16); d2 = step<T>(d2, p2, s + 32); d3 = step<T>(d3, p3, s + 48);
        d4 = step<T>(d4, p4, s + 64); d5 = step<T>(d5, p5, s + 80); d6 = step<T>(d6, p6, s + 96); d7 = step<T>(d7, p7, s + 112);
      }
    }
    v128.store(D, d0); v128.store(D, d1, 16); v128.store(D, d2, 32); v128.store(D, d3, 48);
    v128.store(D, d4, 64); v128.store(D, d5, 80); v128.store(D, d6, 96); v128.store(D, d7, 112);
  }
}
