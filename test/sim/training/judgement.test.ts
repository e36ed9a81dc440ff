import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { judge, notApplicable } from '../../../src/sim/scenario/scenario.js';
import { SmallestSlack } from '../../../src/sim/training/training-checks.js';

describe('judgement', () => {
  test.each([
    [0, 0, 'holds'],
    [-0.1, 0.1, 'holds'],
    [-0.11, 0.1, 'fails'],
    [1, 0, 'holds'],
    [Number.NaN, 1, 'fails'],
    [1, Number.NaN, 'fails'],
    [-Infinity, 1e300, 'fails'],
  ] as const)('a margin of %d with tolerance %d %s', (margin, tolerance, verdict) => {
    expect(judge('T1', margin, tolerance, 'why')).toEqual({ claim: 'T1', verdict, margin, tolerance, reason: 'why' });
  });

  test('a claim that says nothing has no margin', () => {
    expect(notApplicable('T1', 'why')).toEqual({
      claim: 'T1',
      verdict: 'not-applicable',
      margin: null,
      tolerance: null,
      reason: 'why',
    });
  });
});

describe('the smallest slack', () => {
  const comparison = fc.record({
    margin: fc.double({ min: -10, max: 10, noNaN: true }),
    tolerance: fc.double({ min: 0, max: 5, noNaN: true }),
  });

  test.prop([fc.array(comparison, { minLength: 1 })])('is the comparison with the least left', (comparisons) => {
    const slack = new SmallestSlack();
    for (const { margin, tolerance } of comparisons) slack.add(margin, tolerance);
    const least = Math.min(...comparisons.map(({ margin, tolerance }) => margin + tolerance));
    expect(slack.margin + slack.tolerance).toBe(least);
    expect(slack.comparisons).toBe(comparisons.length);
  });

  test.prop([fc.array(comparison), fc.array(comparison)])('keeps what is not a number', (before, after) => {
    const slack = new SmallestSlack();
    for (const { margin, tolerance } of before) slack.add(margin, tolerance);
    expect(slack.add(Number.NaN, 0)).toBe(true);
    for (const { margin, tolerance } of after) expect(slack.add(margin, tolerance)).toBe(false);
    expect(slack.margin).toBeNaN();
  });
});
