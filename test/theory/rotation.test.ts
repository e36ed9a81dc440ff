import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { modeRotation, rotatedTask, rotateModes } from '../../src/theory/rotation.js';

const values = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 7 });
const angles = fc.double({ min: 0, max: 180, noNaN: true });

describe('rotateModes', () => {
  test.prop([values, angles])('is R diag(values) Rᵀ with an orthogonal R', (list, angle) => {
    const rotation = modeRotation(angle, list.length);
    const departure = Matrix.sub(rotation.transpose().mmul(rotation), Matrix.eye(list.length));
    expect(departure.norm()).toBeLessThan(1e-15 * 4);
    const expected = rotation.mmul(Matrix.diag(list)).mmul(rotation.transpose());
    expect(Matrix.sub(rotateModes(list, angle), expected).norm()).toBeLessThan(1e-14 * 10 * list.length);
  });

  test('keeps the modes at 0 and 180 degrees and swaps each pair at 90, exactly', () => {
    const list = [3, 1, 0.3, 0.7, 0.1];
    expect(Matrix.sub(rotateModes(list, 0), Matrix.diag(list)).norm()).toBe(0);
    expect(Matrix.sub(rotateModes(list, 180), Matrix.diag(list)).norm()).toBe(0);
    expect(Matrix.sub(rotateModes(list, 90), Matrix.diag([1, 3, 0.7, 0.3, 0.1])).norm()).toBe(0);
    expect(modeRotation(90, 2).to2DArray()).toEqual([
      [0, -1],
      [1, 0],
    ]);
  });

  test('turns the first axis toward the second one', () => {
    const half = rotateModes([1, 0], 60).to2DArray();
    expect(half[0]![0]).toBeCloseTo(0.25, 15);
    expect(half[1]![1]).toBeCloseTo(0.75, 15);
    expect(half[0]![1]).toBeCloseTo(Math.sqrt(3) / 4, 15);
    // cos 45° and sin 45° are the same number, so that the two values share the plane evenly.
    expect(rotateModes([2, 1], 45).to2DArray()[0]![0]).toBe(rotateModes([2, 1], 45).to2DArray()[1]![1]);
  });

  test.prop([angles])('is the mirror image beyond 90 degrees', (angle) => {
    fc.pre(angle <= 90);
    const [left, right] = [rotateModes([2, 1], angle), rotateModes([2, 1], 180 - angle)];
    expect(right.get(0, 0)).toBeCloseTo(left.get(0, 0), 14);
    expect(right.get(0, 1)).toBeCloseTo(-left.get(0, 1), 13);
  });

  test('refuses an angle outside 0 to 180', () => {
    for (const angle of [-1, 180.1, Number.NaN, Infinity]) {
      expect(() => rotateModes([1], angle)).toThrow(/^angle: .* degrees from 0 to 180$/);
    }
  });
});

describe('rotatedTask', () => {
  test('fills a rectangular task with zeros', () => {
    const task = rotatedTask([2, 1], 90, 2, 3);
    expect(task.to2DArray()).toEqual([
      [1, 0, 0],
      [0, 2, 0],
    ]);
    expect(rotatedTask([2, 1], 0, 4, 2).to2DArray()).toEqual([
      [2, 0],
      [0, 1],
      [0, 0],
      [0, 0],
    ]);
  });
});
