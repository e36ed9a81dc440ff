import { describe, expect, test } from 'vitest';
import { turningPoint } from '../../../src/sim/finetuning/turning-point.js';

const times = [1, 2, 3, 4];
const turn = (values: number[], rounding = [0, 0, 0, 0]) => turningPoint(times, values, rounding)?.time ?? null;

describe('the inflection of a computed curve', () => {
  test('is its first global minimum', () => {
    expect(turn([3, 1, 1, 2])).toBe(2);
    expect(turn([0, 1, 2, 3])).toBe(1);
  });

  test('is none where the curve still falls at its end', () => {
    expect(turn([3, 2, 1, 0])).toBeNull();
    expect(turn([Number.NaN, Number.NaN, Number.NaN, Number.NaN])).toBeNull();
  });

  test('is none where what it rises is rounding of the two points', () => {
    expect(turn([3, 1, 1, 1.1], [0, 0.06, 0, 0.06])).toBeNull();
    expect(turn([3, 1, 1, 1.2], [0, 0.06, 0, 0.06])).toBe(2);
    expect(turn([3, 1, 1, 1.1], [9, 0, 9, 0])).toBe(2);
  });

  test('passes over values that are missing, also at the end', () => {
    expect(turn([3, Number.NaN, 1, 2])).toBe(3);
    expect(turn([3, 1, 2, Number.NaN])).toBe(2);
    expect(turn([3, 2, 1, Number.NaN])).toBeNull();
  });

  test('a curve that diverges at its end has turned', () => {
    expect(turn([3, 1, 2, Infinity])).toBe(2);
  });
});
