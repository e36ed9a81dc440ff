import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { exponentUncertainty, fitPowerLaw } from '../../../src/sim/scaling/power-law-fit.js';

/** Points with the given logarithms. */
const logarithmic = (points: readonly (readonly [number, number])[]) =>
  points.map(([x, y]) => ({ x: Math.exp(x), y: Math.exp(y) }));

describe('the power law through points', () => {
  test('is exact where the points lie on one', () => {
    // y = 3 x².
    const fit = fitPowerLaw([1, 2, 4, 8].map((x) => ({ x, y: 3 * x * x })))!;
    expect(fit.exponent).toBeCloseTo(2, 14);
    expect(fit.prefactor).toBeCloseTo(3, 13);
    expect(fit.exponentError).toBeLessThan(1e-15);
    expect(fit.points).toBe(4);
  });

  test('is the least-squares line of the logarithms, by hand', () => {
    // x = 0, 1, 2 and y = 1, 2, 5: means 1 and 8/3, Sxx = 2, Sxy = 4, slope 2, intercept 2/3.
    // Residuals 1/3, −2/3, 1/3: sum of squares 2/3 on one degree of freedom, error of the slope √(2/3 / 2) = 1/√3.
    const three = fitPowerLaw(
      logarithmic([
        [0, 1],
        [1, 2],
        [2, 5],
      ]),
    )!;
    expect(three.exponent).toBeCloseTo(2, 14);
    expect(three.prefactor).toBeCloseTo(Math.exp(2 / 3), 13);
    expect(three.exponentError).toBeCloseTo(1 / Math.sqrt(3), 14);
    // x = 0, 1, 3, 4 and y = 0, 2, 1, 5: means 2 and 2, Sxx = 10, Sxy = 9, slope 0.9, intercept 0.2.
    // Residuals −0.2, 0.9, −1.9, 1.2: sum of squares 5.9 on two degrees of freedom, error √(2.95/10).
    const four = fitPowerLaw(
      logarithmic([
        [0, 0],
        [1, 2],
        [3, 1],
        [4, 5],
      ]),
    )!;
    expect(four.exponent).toBeCloseTo(0.9, 14);
    expect(four.prefactor).toBeCloseTo(Math.exp(0.2), 13);
    expect(four.exponentError).toBeCloseTo(Math.sqrt(0.295), 13);
  });

  test('leaves out what has no logarithm', () => {
    const points = logarithmic([
      [0, 1],
      [1, 2],
      [2, 5],
    ]);
    const without = [0, -1, Number.NaN, Infinity].flatMap((bad) => [
      { x: 2, y: bad },
      { x: bad, y: 2 },
    ]);
    expect(fitPowerLaw([...without, ...points])).toEqual(fitPowerLaw(points));
  });

  test('needs three points, not all above one another', () => {
    const two = logarithmic([
      [0, 1],
      [1, 2],
    ]);
    expect(fitPowerLaw([])).toBeNull();
    expect(fitPowerLaw(two)).toBeNull();
    expect(fitPowerLaw([...two, { x: 3, y: Number.NaN }])).toBeNull();
    expect(
      fitPowerLaw(
        logarithmic([
          [1, 1],
          [1, 2],
          [1, 5],
        ]),
      ),
    ).toBeNull();
  });

  test.prop([fc.double({ min: 0.01, max: 100, noNaN: true }), fc.double({ min: 0.01, max: 100, noNaN: true })])(
    'has an exponent that does not depend on the units',
    (a, b) => {
      const points = logarithmic([
        [0, 0],
        [1, 2],
        [3, 1],
        [4, 5],
      ]);
      const scaled = fitPowerLaw(points.map(({ x, y }) => ({ x: a * x, y: b * y })))!;
      // Logarithms up to 10 with 2^-53 of relative error, through sums of four.
      expect(Math.abs(scaled.exponent - 0.9)).toBeLessThan(1e-13);
      expect(Math.abs(scaled.exponentError - Math.sqrt(0.295))).toBeLessThan(1e-13);
    },
  );
});

describe('what uncertain points leave of the exponent', () => {
  const points = logarithmic([
    [0, 0],
    [1, 2],
    [3, 1],
    [4, 5],
  ]);

  test('is the worst that can be done to it, by hand', () => {
    // Offsets −2, −1, 1, 2 with Sxx = 10: shifts of 0.1 give 6 · 0.1/10, one of the last point alone 2 · 0.1/10.
    const all = points.map((point) => ({ ...point, factor: Math.exp(0.1) }));
    expect(exponentUncertainty(all)).toBeCloseTo(0.06, 14);
    const last = points.map((point, index) => ({ ...point, factor: index === 3 ? Math.exp(0.1) : 1 }));
    expect(exponentUncertainty(last)).toBeCloseTo(0.02, 14);
    // And a fit reaches it.
    const tilted = points.map(({ x, y }, index) => ({ x, y: y * Math.exp(index < 2 ? -0.1 : 0.1) }));
    expect(fitPowerLaw(tilted)!.exponent - fitPowerLaw(points)!.exponent).toBeCloseTo(0.06, 13);
  });

  test.prop([fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 })])(
    'bounds what any shift does',
    (shifts) => {
      const shifted = points.map(({ x, y }, index) => ({ x, y: y * Math.exp(shifts[index]!) }));
      const uncertain = points.map((point, index) => ({ ...point, factor: Math.exp(Math.abs(shifts[index]!)) }));
      const change = Math.abs(fitPowerLaw(shifted)!.exponent - fitPowerLaw(points)!.exponent);
      expect(change).toBeLessThanOrEqual(exponentUncertainty(uncertain)! + 1e-13);
    },
  );

  test('is unknown where there is no fit', () => {
    expect(exponentUncertainty([{ x: 1, y: 1, factor: 2 }])).toBeNull();
  });
});
