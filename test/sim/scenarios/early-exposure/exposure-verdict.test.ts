import { describe, expect, test } from 'vitest';
import { exposureVerdict } from '../../../../src/sim/scenarios/early-exposure/verdict.js';

const without = { mix: 0, immediate: 4, retained: 8 };
const fixed = [without];

describe('the verdict on early exposure', () => {
  test.each([
    ['agrees', [without, { mix: 0.2, immediate: 3, retained: 4 }]],
    ['disagrees', [without, { mix: 0.2, immediate: 3, retained: 8 }]],
    ['disagrees', [without, { mix: 0.2, immediate: 5, retained: 5.5 }]],
    ['open in the linear model', [without, { mix: 0.05, immediate: 3, retained: 4 }]],
    ['open in the linear model', [{ mix: 0.2, immediate: 3, retained: 4 }]],
    ['open in the linear model', []],
  ] as const)('%s', (verdict, matched) => {
    expect(exposureVerdict(matched, fixed, 0.1).verdict).toBe(verdict);
  });

  test('names the numbers that decided', () => {
    const { reason } = exposureVerdict([without, { mix: 0.25, immediate: 3, retained: 4 }], fixed, 0.1);
    expect(reason).toContain('the retained loss is 8 without exposure and 4 above the threshold 0.1');
  });
});
