import fc from 'fast-check';
import { fillGaussian } from '../../src/sim/backends/random.js';
import type { ScalingPoint } from '../../src/sim/scaling/laws.js';

/*
 * The oracle: the formulas as they stand in the papers, written here with the parameters by name.
 */

export type Values = Readonly<Record<string, number>>;

export const formulas: Readonly<Record<string, (v: Values, n: number, d: number) => number>> = {
  shannon: (v, n, d) => {
    const noise = v.c! * (d * n) ** v.gamma! + v.d! * d ** v.delta! + v.e!;
    return 1 / (v.a! * n ** v.alpha! * Math.log2(1 + d ** v.beta! / noise));
  },
  chinchilla: (v, n, d) => v.E! + v.A! / n ** v.alpha! + v.B! / d ** v.beta!,
  'perturbed-power': (v, n, d) =>
    v.E! + v.A! / n ** v.alpha! + v.B! / d ** v.beta! + (v.G! * d ** v.delta!) / n ** v.gamma!,
};

const sizes = [1, 2, 4, 8, 16, 32, 64, 128];
const lengths = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** Losses of a formula on a grid, with a relative error of each. */
export function synthetic(law: string, values: Values, error: number, seed: number): ScalingPoint[] {
  const normal = new Float64Array(sizes.length * lengths.length);
  fillGaussian(normal, seed, 'perturbation', 0);
  return sizes.flatMap((size, row) =>
    lengths.map((data, column) => {
      const off = Math.exp(error * normal[row * lengths.length + column]!);
      return { size, data, loss: formulas[law]!(values, size, data) * off };
    }),
  );
}

export const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
export const chinchillas = fc.record({
  E: between(0.2, 1),
  A: between(0.5, 4),
  alpha: between(0.3, 1),
  B: between(0.5, 4),
  beta: between(0.3, 1),
});
export const shannons = fc.record({
  a: between(0.1, 1),
  alpha: between(0.1, 0.5),
  beta: between(1, 1.4),
  c: between(0.02, 0.1),
  gamma: between(0.7, 0.9),
  d: between(0.02, 0.1),
  delta: between(1.5, 1.8),
  e: between(5, 20),
});
export const perturbed = fc.record({
  E: between(0.2, 0.5),
  A: between(1, 3),
  alpha: between(0.8, 1),
  B: between(2, 4),
  beta: between(0.8, 1),
  G: between(0.1, 0.3),
  gamma: between(0.2, 0.4),
  delta: between(0.4, 0.6),
});
