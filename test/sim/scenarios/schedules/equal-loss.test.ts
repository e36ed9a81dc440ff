import { describe, expect, test } from 'vitest';
import { commonLevels, crossingOf } from '../../../../src/sim/scenarios/schedules/curves.js';

const falling = { times: [0, 1, 2, 3], losses: [8, 4, 2, 1], sensitivities: [0, 10, 20, 40], errors: [0, 1, 2, 4] };

describe('crossingOf', () => {
  test('lies on straight lines in the logarithm of the loss', () => {
    const crossing = crossingOf(falling, Math.sqrt(2) * 2)!;
    expect(crossing.time).toBeCloseTo(1.5, 12);
    expect(crossing.sensitivity).toBeCloseTo(15, 12);
    expect(crossing.error).toBeCloseTo(1.5, 12);
  });

  test('is the recorded time where the loss is met there, and the first one of several', () => {
    expect(crossingOf(falling, 2)).toMatchObject({ time: 2, sensitivity: 20 });
    expect(crossingOf({ ...falling, losses: [8, 2, 6, 1] }, 2)).toMatchObject({ time: 1 });
    expect(crossingOf(falling, 9)).toMatchObject({ time: 0, sensitivity: 0 });
  });

  test('is missing where the loss is never reached', () => {
    expect(crossingOf(falling, 0.5)).toBeUndefined();
  });
});

describe('commonLevels', () => {
  test('lie in equal ratios between the start and what all reach', () => {
    const levels = commonLevels([falling, { ...falling, losses: [9, 4, 3, 2] }]);
    expect(levels.length).toBe(8);
    expect(levels.every((level) => level < 8 && level > 2)).toBe(true);
    const ratios = levels.slice(1).map((level, index) => level / levels[index]!);
    for (const ratio of ratios) expect(ratio).toBeCloseTo((2 / 8) ** (1 / 9), 12);
  });

  test('stop at a ten-thousandth of the start, and are none where nothing falls', () => {
    const deep = { ...falling, losses: [1, 1e-3, 1e-9, 1e-20] };
    expect(Math.min(...commonLevels([deep]))).toBeGreaterThan(1e-4);
    expect(commonLevels([{ ...falling, losses: [1, 2, 3, 4] }])).toEqual([]);
  });
});
