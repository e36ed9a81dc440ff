import { describe, expect, test } from 'vitest';
import { lossBracket } from '../../../src/theory/capacity.js';
import { matchedLosses } from '../../../src/theory/claims/t4-bracket.js';
import { testClaim } from '../../../src/vitest.js';
import { samples } from '../../support/sample-size.js';

describe('T4-bracket', () => {
  testClaim(matchedLosses, { runs: samples(30), seed: 3 });

  test('is a point at convergence and starts at zero where the new loss is large', () => {
    expect(lossBracket(3, 0)).toEqual({ least: 9, most: 9 });
    expect(lossBracket(3, 4)).toEqual({ least: 1, most: 25 });
    expect(lossBracket(1, 4)).toEqual({ least: 0, most: 9 });
  });
});
