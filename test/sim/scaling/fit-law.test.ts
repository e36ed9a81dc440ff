import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { fillGaussian } from '../../../src/sim/noise/gaussian.js';
import { bootstrapIntervals } from '../../../src/sim/scaling/bootstrap-law.js';
import { fitLaw, predictedLoss } from '../../../src/sim/scaling/fit-law.js';
import { scalingLaws } from '../../../src/sim/scaling/law-list.js';
import { chinchillaLaw, perturbedLaw } from '../../../src/sim/scaling/power-sum-law.js';
import type { ScalingPoint } from '../../../src/sim/scaling/scaling-law.js';
import { shannonLaw } from '../../../src/sim/scaling/shannon-law.js';

/*
 * The oracle: the formulas as they stand in the papers, written here with the parameters by name.
 */

type Values = Readonly<Record<string, number>>;

const formulas: Readonly<Record<string, (v: Values, n: number, d: number) => number>> = {
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
function synthetic(law: string, values: Values, error: number, seed: number): ScalingPoint[] {
  const normal = new Float64Array(sizes.length * lengths.length);
  fillGaussian(normal, seed, 'perturbation', 0);
  return sizes.flatMap((size, row) =>
    lengths.map((data, column) => {
      const off = Math.exp(error * normal[row * lengths.length + column]!);
      return { size, data, loss: formulas[law]!(values, size, data) * off };
    }),
  );
}

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const chinchillas = fc.record({
  E: between(0.2, 1),
  A: between(0.5, 4),
  alpha: between(0.3, 1),
  B: between(0.5, 4),
  beta: between(0.3, 1),
});
const shannons = fc.record({
  a: between(0.1, 1),
  alpha: between(0.1, 0.5),
  beta: between(1, 1.4),
  c: between(0.02, 0.1),
  gamma: between(0.7, 0.9),
  d: between(0.02, 0.1),
  delta: between(1.5, 1.8),
  e: between(5, 20),
});
const perturbed = fc.record({
  E: between(0.2, 0.5),
  A: between(1, 3),
  alpha: between(0.8, 1),
  B: between(2, 4),
  beta: between(0.8, 1),
  G: between(0.1, 0.3),
  gamma: between(0.2, 0.4),
  delta: between(0.4, 0.6),
});
const cases = [
  { law: chinchillaLaw, values: chinchillas },
  { law: shannonLaw, values: shannons },
  { law: perturbedLaw, values: perturbed },
] as const;

describe.each(cases.map(({ law, values }) => [law.name, law, values as fc.Arbitrary<Values>] as const))(
  'the %s law',
  (name, law, drawn) => {
    test.prop([drawn, between(0.5, 200), between(0.5, 900)], { numRuns: 100 })(
      'is its formula, in any units, and its gradient is a difference of it',
      (values, n, d) => {
        const fitted = law.parameters.map(({ name: key, kind }) =>
          kind === 'coefficient' ? Math.log(values[key]!) : values[key]!,
        );
        const { value, gradient } = law.logLoss(fitted, Math.log(n), Math.log(d));
        expect(value).toBeCloseTo(Math.log(formulas[name]!(values, n, d)), 10);
        gradient.forEach((slope, at) => {
          const moved = (by: number) =>
            law.logLoss(
              fitted.map((v, index) => (index === at ? v + by : v)),
              Math.log(n),
              Math.log(d),
            ).value;
          // Central differences: h²/6 of a third derivative, (ln ND)³ at most, and rounding over h.
          expect(Math.abs(slope - (moved(1e-4) - moved(-1e-4)) / 2e-4)).toBeLessThan(1e-5);
        });
        const inUnits = law.inUnits(fitted, Math.log(3), Math.log(7));
        expect(law.logLoss(inUnits, Math.log(3 * n), Math.log(7 * d)).value).toBeCloseTo(value, 10);
      },
    );

    test.prop([drawn], { numRuns: 12 })('is found where the data are exactly its own', (values) => {
      const fit = fitLaw(law, synthetic(name, values, 0, 1));
      // To half a thousandth, on the grid and beyond it by a factor of 4.
      for (const [n, d] of [
        [1, 1],
        [128, 512],
        [11, 77],
        [512, 2048],
      ] as const) {
        expect(predictedLoss(fit, n, d) / formulas[name]!(values, n, d)).toBeCloseTo(1, 3);
      }
    });
  },
);

describe('intervals', () => {
  test.each([
    ['chinchilla', chinchillaLaw, chinchillas, 24, 17, 2],
    ['shannon', shannonLaw, shannons, 12, 8, 1],
  ] as const)(
    'of %s hold the exponents that made the data',
    async (...[name, law, drawn, datasets, held, stride]) => {
      const covered: Record<string, number> = {};
      const truths = fc.sample(drawn as fc.Arbitrary<Values>, { numRuns: datasets, seed: 5 });
      for (const [at, truth] of truths.entries()) {
        const points = synthetic(name, truth, 0.01, at + 1).filter((_, index) => index % stride === 0);
        const fit = fitLaw(law, points);
        const intervals = await bootstrapIntervals(fit, points, 60, at, async () => {});
        law.parameters.forEach(({ name: key, kind }, index) => {
          if (kind !== 'exponent') return;
          const { low, high } = intervals[index]!;
          covered[key] = (covered[key] ?? 0) + (low <= truth[key]! && truth[key]! <= high ? 1 : 0);
        });
      }
      /*
       * Percentile intervals from 60 fits to 40 or 80 points hold somewhat less than their 95 %. At 90 % fewer than 17 of 24 are held
       * once in 590 times, and fewer than 8 of 12 once in 230; an interval half as wide holds 65 %.
       */
      for (const count of Object.values(covered)) expect(count).toBeGreaterThanOrEqual(held);
    },
  );
});

test('every law has its own name and a formula with all its parameters', () => {
  expect(new Set(scalingLaws.map(({ name }) => name)).size).toBe(3);
  for (const { formula, parameters } of scalingLaws) {
    for (const { name } of parameters) expect(formula).toMatch(new RegExp(`\\b${name}\\b`));
  }
});
