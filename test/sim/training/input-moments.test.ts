import { describe, expect, test } from 'vitest';
import { InputMoments } from '../../../src/sim/training/input-moments.js';

describe('InputMoments', () => {
  test('have mean I, and a mean square of (1 + (q+1)/B) I', () => {
    const [size, batch, steps] = [3, 4, 6000];
    const moments = new InputMoments(size, batch, 1, 7).draw(0, steps);
    const mean = new Float64Array(size * size);
    const square = new Float64Array(size * size);
    for (let step = 0; step < steps; step++) {
      const at = (row: number, column: number) => moments[(step * size + row) * size + column]!;
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          expect(at(row, column)).toBe(at(column, row));
          mean[row * size + column]! += at(row, column) / steps;
          for (let k = 0; k < size; k++) square[row * size + column]! += (at(row, k) * at(k, column)) / steps;
        }
      }
    }
    // One entry of C has a variance of at most 2/B; one of C² at most (with B = 4, q = 3) about 30.
    const errors = [Math.sqrt(2 / batch / steps), Math.sqrt(30 / steps)] as const;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const unit = row === column ? 1 : 0;
        expect(Math.abs(mean[row * size + column]! - unit)).toBeLessThan(6 * errors[0]);
        const expected = unit * (1 + (size + 1) / batch);
        expect(Math.abs(square[row * size + column]! - expected)).toBeLessThan(6 * errors[1]);
      }
    }
  });

  test('depend on seed, network and step alone', () => {
    const [size, networks] = [2, 3];
    const block = size * size;
    const all = new InputMoments(size, 5, networks, 1).draw(0, 4);
    expect(new InputMoments(size, 5, networks, 1).draw(2, 2)).toEqual(all.slice(2 * networks * block));
    const first = new InputMoments(size, 5, 1, 1).draw(0, 4);
    for (let step = 0; step < 4; step++) {
      expect(first.slice(step * block, (step + 1) * block)).toEqual(
        all.slice(step * networks * block, (step * networks + 1) * block),
      );
    }
    expect(new InputMoments(size, 5, networks, 2).draw(0, 4)).not.toEqual(all);
    const matrices = Array.from({ length: 12 }, (_, index) => all.slice(index * block, (index + 1) * block).join());
    expect(new Set(matrices).size).toBe(12);
  });

  test.each([0, 3, 100])('are the same where those of %i steps are kept', (steps) => {
    const plain = new InputMoments(2, 5, 3, 1);
    const kept = new InputMoments(2, 5, 3, 1, 0, 8 * steps * 3 * 2 * 2);
    // Twice, with a piece from the middle before the beginning.
    for (const [from, count] of [
      [2, 2],
      [0, 4],
      [4, 3],
      [0, 7],
    ] as const) {
      expect(kept.draw(from, count)).toEqual(plain.draw(from, count));
    }
  });
});
