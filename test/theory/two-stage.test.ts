import { describe, expect, test } from 'vitest';
import { alignByFlow, isPastAThird, liesBetween } from '../../src/theory/two-stage.js';
import { textbookValue } from '../support/textbook.js';

describe('alignment by gradient flow', () => {
  test('loses what the textbook says', () => {
    const [starts, goals] = [
      [0.5, 3, 0.1],
      [1, 2, 0],
    ];
    const values = starts.map((start, mode) => textbookValue(goals[mode]!, start, 0.3));
    const loss = (all: readonly number[]) =>
      all.reduce((sum, value, mode) => sum + (value - goals[mode]!) ** 2, 0);
    const found = alignByFlow(starts, goals, 0.3);
    expect(found.before).toBeCloseTo(loss(starts), 14);
    expect(found.after).toBeCloseTo(loss(values), 14);
    expect(found.gain).toBeCloseTo(loss(starts) - loss(values), 14);
  });

  test('between and past a third are mode by mode, ends included', () => {
    expect(liesBetween([1, 3], [1, 2], [2, 2])).toBe(true);
    expect(liesBetween([1, 3], [1, 3.1], [2, 2])).toBe(false);
    expect(liesBetween([1, 3], [0.9, 3], [2, 2])).toBe(false);
    expect(isPastAThird([1, 5], [3, 1])).toBe(true);
    expect(isPastAThird([0.99, 5], [3, 1])).toBe(false);
  });
});
