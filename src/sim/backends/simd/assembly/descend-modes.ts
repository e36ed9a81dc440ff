// @ts-nocheck: TypeScript refuses the decorators and does not know `real`
/** Bytes of the eight vectors of modes that advance together: enough independent chains to keep the units busy. */
const GROUP: usize = 128;

/** Steps of equal rates from which changing the variable pays. */
const MANY_STEPS = 16;

/** `x ← x − x (x² − s)`. */
@inline function step(x: v128, sigma: v128): v128 {
  return v128.sub<real>(x, v128.mul<real>(x, v128.sub<real>(v128.mul<real>(x, x), sigma)));
}

/**
 * Many steps at one rate. In `x = √e D` with `e = 2η` the recurrence `D ← D − e D (D² − σ)` is `x ← x − x (x² − eσ)`, a product less;
 * what is subtracted is small where the step is, so that a step rounds by half a unit of x, as in the variable D.
 *
 * @param doubled 2η
 * @param room for the targets of one group
 */
@inline function manySteps(D: usize, sigmas: usize, scales: usize, doubled: real, steps: i32, room: usize): void {
  const twice = v128.splat<real>(doubled);
  for (let at: usize = 0; at < GROUP; at += 16) {
    const root = v128.sqrt<real>(v128.mul<real>(twice, v128.load(scales + at)));
    v128.store(room + at, v128.mul<real>(v128.mul<real>(root, root), v128.load(sigmas + at)));
    v128.store(room + GROUP + at, v128.mul<real>(root, v128.load(D + at)));
  }
  const X = room + GROUP;
  let x0 = v128.load(X), x1 = v128.load(X, 16), x2 = v128.load(X, 32), x3 = v128.load(X, 48);
  let x4 = v128.load(X, 64), x5 = v128.load(X, 80), x6 = v128.load(X, 96), x7 = v128.load(X, 112);
  // The stores keep an engine from loading all targets first, for which there are no registers left.
  for (let k = 0; k < steps; k++) {
    x0 = step(x0, v128.load(room));
    v128.store(X, x0);
    x1 = step(x1, v128.load(room, 16));
    v128.store(X, x1, 16);
    x2 = step(x2, v128.load(room, 32));
    v128.store(X, x2, 32);
    x3 = step(x3, v128.load(room, 48));
    v128.store(X, x3, 48);
    x4 = step(x4, v128.load(room, 64));
    v128.store(X, x4, 64);
    x5 = step(x5, v128.load(room, 80));
    v128.store(X, x5, 80);
    x6 = step(x6, v128.load(room, 96));
    v128.store(X, x6, 96);
    x7 = step(x7, v128.load(room, 112));
    v128.store(X, x7, 112);
  }
  v128.store(X, x0); v128.store(X, x1, 16); v128.store(X, x2, 32); v128.store(X, x3, 48);
  v128.store(X, x4, 64); v128.store(X, x5, 80); v128.store(X, x6, 96); v128.store(X, x7, 112);
  for (let at: usize = 0; at < GROUP; at += 16) {
    const root = v128.sqrt<real>(v128.mul<real>(twice, v128.load(scales + at)));
    // A mode whose scale is 0 stands still.
    const moves = v128.gt<real>(root, v128.splat<real>(0));
    v128.store(D + at, v128.bitselect(v128.div<real>(v128.load(X + at), root), v128.load(D + at), moves));
  }
}

/** Few steps at one rate, one vector after the other. */
@inline function fewSteps(D: usize, sigmas: usize, scales: usize, doubled: real, steps: i32): void {
  const twice = v128.splat<real>(doubled);
  for (let at: usize = 0; at < GROUP; at += 16) {
    const pace = v128.mul<real>(twice, v128.load(scales + at)), sigma = v128.load(sigmas + at);
    let factors = v128.load(D + at);
    for (let k = 0; k < steps; k++) {
      const gap = v128.sub<real>(v128.mul<real>(factors, factors), sigma);
      factors = v128.sub<real>(factors, v128.mul<real>(v128.mul<real>(pace, factors), gap));
    }
    v128.store(D + at, factors);
  }
}

/**
 * The scalar recurrence of T0 for groups of eight vectors of modes, `from` to `to`. Runs of equal rates are one loop.
 *
 * @param scales factor on the rate, of every mode
 * @param rates rate of each run
 * @param lengths steps of each run, as i32
 * @param room for two groups
 */
@inline export function descendModes(
  factors: usize, sigmas: usize, scales: usize, rates: usize, lengths: usize, runs: i32,
  room: usize, from: i32, to: i32,
): void {
  for (let group = from; group < to; group++) {
    const at = <usize>group * GROUP;
    for (let run = 0; run < runs; run++) {
      const doubled: real = 2 * load<real>(rates + <usize>run * sizeof<real>());
      const steps = load<i32>(lengths + <usize>run * 4);
      if (steps >= MANY_STEPS && doubled > 0) manySteps(factors + at, sigmas + at, scales + at, doubled, steps, room);
      else if (doubled != 0) fewSteps(factors + at, sigmas + at, scales + at, doubled, steps);
    }
  }
}
