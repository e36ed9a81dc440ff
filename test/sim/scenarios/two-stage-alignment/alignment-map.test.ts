import { describe, expect, test } from 'vitest';
import { offsetBetween, sideways, taskAt } from '../../../../src/sim/scenarios/two-stage-alignment/alignment-map.js';
import { alignmentVerdict, type Pattern } from '../../../../src/sim/scenarios/two-stage-alignment/verdict.js';

const study = { spectrum: [1, 0.7, 0.5, 0.2], goals: [2, 1.5, 0.4, 0.9] };
const way = [1, 0.8, -0.1, 0.7];

describe('places of the fine-tuning task', () => {
  test('sideways is orthogonal to the way and as long', () => {
    const side = sideways(way);
    expect(side.reduce((sum, step, mode) => sum + step * way[mode]!, 0)).toBeCloseTo(0, 14);
    const square = (values: readonly number[]) => values.reduce((sum, value) => sum + value ** 2, 0);
    expect(square(side)).toBeCloseTo(square(way), 14);
    expect(sideways([2])).toEqual([0]);
  });

  test('the boundary is the last offset at which every mode is between', () => {
    const isBetween = (place: number, offset: number) =>
      taskAt(study, { place, offset }).every((value, mode) => {
        const ends = [study.spectrum[mode]!, study.goals[mode]!];
        return value >= Math.min(...ends) - 1e-12 && value <= Math.max(...ends) + 1e-12;
      });
    for (const place of [0, 0.2, 0.5, 0.9, 1]) {
      const limit = offsetBetween(study, place)!;
      expect(isBetween(place, limit)).toBe(true);
      expect(isBetween(place, limit + 1e-6)).toBe(false);
    }
    expect(offsetBetween(study, -0.1)).toBeUndefined();
    expect(offsetBetween(study, 1.1)).toBeUndefined();
  });
});

describe('the verdict on alignment', () => {
  const cell = (gainDifference: number, endDifference: number, isBetween = true): Pattern => ({
    isBetween,
    gainDifference,
    endDifference,
    scale: 1,
  });
  test.each([
    ['agrees', [cell(0.1, 0.1), cell(-1, -1, false)]],
    ['disagrees', [cell(-0.1, 0.1), cell(0.1, -0.1)]],
    ['open in the linear model', [cell(0.1, 0.1), cell(-0.1, 0.1)]],
    ['open in the linear model', [cell(0.1, 1e-9)]],
    ['open in the linear model', [cell(0.1, 0.1, false)]],
  ] as const)('%s', (verdict, cells) => {
    expect(alignmentVerdict(cells).verdict).toBe(verdict);
  });
});
