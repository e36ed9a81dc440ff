import { describe, expect, test } from 'vitest';
import {
  atLeast,
  atMost,
  type Conclusion,
  concludes,
  equal,
  tightest,
} from '../../../../src/theory/claims/engine/claim.js';

const side = (value: number) => ({ label: String(value), value });

describe('a conclusion', () => {
  test.each<[string, Conclusion, boolean]>([
    ['an identity to the last bit', equal(side(1), side(1), Number.MIN_VALUE), true],
    ['an identity at the edge of its tolerance', equal(side(1), side(1.5), 0.5), true],
    ['an identity beyond it', equal(side(1), side(1.5), 0.4), false],
    ['2 ≤ 1', atMost(side(2), side(1), 0.5), false],
    ['1 ≤ 2', atMost(side(1), side(2), 0.5), true],
    ['1 ≥ 2', atLeast(side(1), side(2), 0.5), false],
    ['2 ≥ 1', atLeast(side(2), side(1), 0.5), true],
    ['NaN = NaN', equal(side(Number.NaN), side(Number.NaN), 1), false],
    ['1 ≤ NaN', atMost(side(1), side(Number.NaN), 1), false],
    ['anything within an infinite tolerance', equal(side(1), side(2), Infinity), false],
    ['anything within a tolerance that is no number', equal(side(1), side(1), Number.NaN), false],
  ])('%s', (_, conclusion, holds) => {
    expect(concludes(conclusion)).toBe(holds);
  });

  test('of several parts is the one with the least room', () => {
    const [loose, tight] = [equal(side(1), side(1.1), 1), equal(side(1), side(1.1), 0.11)];
    expect(tightest([loose, tight, loose])).toBe(tight);
    const broken = equal(side(Number.NaN), side(1), 1);
    expect(tightest([loose, broken, tight])).toBe(broken);
    expect(() => tightest([])).toThrow();
  });
});
