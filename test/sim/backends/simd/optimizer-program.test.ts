import { describe, expect, test } from 'vitest';
import { OptimizerProgram, type ProgramMatrix } from '../../../../src/sim/backends/simd/optimizer-program.js';

const WORDS = 8;
const [first, second, third]: ProgramMatrix[] = [-1, -2, -3].map((place) => ({ place, rows: 4, cols: 8 }));

/** `W ← a W + b f(X)` with something that takes a product for f. */
function recorded() {
  const arithmetic = new OptimizerProgram(['a', 'b'], 4, undefined);
  const gram = arithmetic.productWithTransposed(second!, second!);
  const made = arithmetic.normalized(arithmetic.product(gram, third!), 1e-7);
  arithmetic.store(arithmetic.combination('a', first!, 'b', made), first!);
  return arithmetic;
}

/** First word of every operation. */
const kinds = (words: Int32Array) => Array.from(words).filter((_, at) => at % WORDS === 0);

describe('program of an optimiser', () => {
  test('leaves out what is only made for a part of a sum that vanishes', () => {
    const program = recorded();
    const [transpose, product, normalized, combination, copy, scaled] = [2, 0, 9, 3, 7, 4];
    const whole = program.listFor([0.5, 2]);
    expect(kinds(whole.words)).toEqual([transpose, product, product, normalized, combination, copy]);
    expect(whole.work).toBe(2 * 32 + 4 * 4 * 8 + 4 * 8 * 4 + 3 * 2 * 32);
    const kept = program.listFor([1, 0]);
    expect(kinds(kept.words)).toEqual([scaled, copy]);
    expect(kept.work).toBe(2 * 2 * 32);
    // `a` is the column of the factor of what it leaves, and `W` is read.
    expect([kept.words[2], kept.words[4]]).toEqual([-1, 0]);
    const replaced = program.listFor([0, 1]);
    expect(kinds(replaced.words)).toEqual([transpose, product, product, normalized, scaled, copy]);
    expect(replaced.words[4 * WORDS + 4]).toBe(1);
    expect(program.listFor([0, 3])).toBe(replaced);
    expect(program.constants).toEqual([1e-7]);
  });

  test('keeps both of two matrices that are normalised together while one of them is wanted', () => {
    const arithmetic = new OptimizerProgram(['a', 'b'], 8, undefined);
    const [one, other] = arithmetic.normalizedTogether(second!, third!, 1e-12);
    arithmetic.store(arithmetic.combination('a', first!, 'b', other), first!);
    const program = arithmetic;
    expect(kinds(program.listFor([1, 1]).words)).toEqual([7, 7, 9, 3, 7]);
    expect(other.place - one.place).toBe(4 * 8 * 8);
    // What is normalised is as long as both.
    expect(program.listFor([1, 1]).words[2 * WORDS + 7]).toBe(2 * 4 * 8 * 8);
    expect(kinds(program.listFor([1, 0]).words)).toEqual([4, 7]);
  });

  test('copies nothing onto itself', () => {
    const arithmetic = new OptimizerProgram([], 4, undefined);
    arithmetic.store(first!, first!);
    expect(arithmetic.listFor([]).words).toHaveLength(0);
  });
});
