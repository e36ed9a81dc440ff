import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import {
  aboveSensitivityFloor,
  relativeSphereStep,
  sphereSensitivity,
} from '../../src/theory/sphere-step.js';
import { logUniform } from '../support/problem-arbitraries.js';

describe('steps on spheres', () => {
  test.prop([logUniform(1e-4, 100)])('change a point of the circle by a chord', (rate) => {
    const length = Math.hypot(1, rate);
    const chord = Math.hypot(1 / length - 1, rate / length);
    expect(Math.abs(relativeSphereStep(rate) - chord)).toBeLessThan(1e-14);
  });

  test('are never longer than the diameter of a quarter turn', () => {
    expect(relativeSphereStep(0)).toBe(0);
    expect(relativeSphereStep(1)).toBeCloseTo(2 * Math.sin(Math.PI / 8), 15);
    expect(relativeSphereStep(1e12)).toBeCloseTo(Math.SQRT2, 11);
  });

  test.each([-1, Number.NaN, Infinity])('refuse a rate of %d', (rate) => {
    expect(() => relativeSphereStep(rate)).toThrow(InvalidInputError);
    expect(() => relativeSphereStep(rate)).toThrow('learningRate');
  });
});

describe('sensitivity on spheres', () => {
  test.prop([
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    logUniform(0.1, 10),
    logUniform(0.1, 10),
  ])('is the floor of the largest product plus what imbalance costs', (rows, cols, first, second) => {
    const norms = { rows, cols, first, second };
    const whole = sphereSensitivity(norms);
    const floor = 2 * Math.sqrt(rows * cols) * first * second;
    expect(whole).toBeGreaterThan(floor * (1 - 1e-14));
    expect(Math.abs(aboveSensitivityFloor(norms, first * second) - (whole - floor))).toBeLessThan(
      1e-13 * whole,
    );
    expect(Math.abs(aboveSensitivityFloor(norms, 0) - whole)).toBeLessThan(1e-13 * whole);
  });

  test('pairs each layer with the dimension that it is multiplied by', () => {
    expect(sphereSensitivity({ rows: 2, cols: 3, first: 1, second: 10 })).toBe(203);
    expect(aboveSensitivityFloor({ rows: 4, cols: 9, first: 2, second: 3 }, 5)).toBe(12);
  });
});
