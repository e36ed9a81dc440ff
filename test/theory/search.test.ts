import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { gridInflection } from '../../src/theory/search.js';

describe('gridInflection', () => {
  test('is the first global minimum', () => {
    expect(gridInflection([1, 2, 3, 4, 5], [5, 1, 3, 1, 2])).toEqual({ index: 1, time: 2 });
    expect(gridInflection([0, 1], [1, 2])).toEqual({ index: 0, time: 0 });
  });

  test('is null where the curve has not risen at the last point', () => {
    expect(gridInflection([1, 2, 3], [3, 2, 1])).toBeNull();
    expect(gridInflection([1, 2, 3], [3, 1, 1])).toBeNull();
    expect(gridInflection([1], [7])).toBeNull();
    expect(gridInflection([], [])).toBeNull();
  });

  test('passes over values that are not numbers', () => {
    expect(gridInflection([1, 2, 3, 4], [2, Number.NaN, 1, 3])).toEqual({ index: 2, time: 3 });
    expect(gridInflection([1, 2, 3], [3, 1, Number.NaN])).toBeNull();
    expect(gridInflection([1, 2], [Number.NaN, Number.NaN])).toBeNull();
  });

  test('needs a value per time', () => {
    expect(() => gridInflection([1, 2], [1])).toThrow(RangeError);
  });

  test.prop([fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1 })])(
    'no value is below the one it names',
    (values) => {
      const found = gridInflection(
        values.map((_, index) => index * 10),
        values,
      );
      const least = Math.min(...values);
      if (found === null) expect(values.at(-1)).toBe(least);
      else {
        expect(values.indexOf(least)).toBe(found.index);
        expect(found.time).toBe(found.index * 10);
        expect(values.at(-1)).toBeGreaterThan(least);
      }
    },
  );
});
