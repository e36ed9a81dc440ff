import { type fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { fitLaw, predictedLoss } from '../../../src/sim/scaling/fit-law.js';
import { chinchillaLaw, perturbedLaw, scalingLaws, shannonLaw } from '../../../src/sim/scaling/laws.js';
import { samples } from '../../support/sample-size.js';
import {
  between,
  chinchillas,
  formulas,
  perturbed,
  shannons,
  synthetic,
  type Values,
} from '../../support/scaling-oracle.js';

const cases = [
  { law: chinchillaLaw, values: chinchillas },
  { law: shannonLaw, values: shannons },
  { law: perturbedLaw, values: perturbed },
] as const;

describe.each(cases.map(({ law, values }) => [law.name, law, values as fc.Arbitrary<Values>] as const))(
  'the %s law',
  (name, law, drawn) => {
    test.prop([drawn, between(0.5, 200), between(0.5, 900)], { numRuns: samples(34) })(
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

    test.prop([drawn], { numRuns: samples(3) })('is found where the data are exactly its own', (values) => {
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

test('every law has its own name and a formula with all its parameters', () => {
  expect(new Set(scalingLaws.map(({ name }) => name)).size).toBe(3);
  for (const { formula, parameters } of scalingLaws) {
    for (const { name } of parameters) expect(formula).toMatch(new RegExp(`\\b${name}\\b`));
  }
});
