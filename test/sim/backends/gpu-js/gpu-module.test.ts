import { describe, expect, test } from 'vitest';
import { flatten } from '../../../../src/sim/backends/gpu-js/gpu-module.js';

describe('a nested result', () => {
  test('is copied in row-major order, from any depth', () => {
    const row = (...values: number[]) => Float32Array.from(values);
    expect(flatten(row(1, 2), 2)).toEqual(Float64Array.of(1, 2));
    expect(flatten([row(1, 2), row(3, 4)], 4)).toEqual(Float64Array.of(1, 2, 3, 4));
    expect(flatten([[row(1)], [row(2)], [row(3)]], 3)).toEqual(Float64Array.of(1, 2, 3));
  });

  test('of another size than was asked for is an error, not a short answer', () => {
    expect(() => flatten(Float32Array.of(1, 2), 3)).toThrow('a kernel returned 2 numbers instead of 3');
  });
});
