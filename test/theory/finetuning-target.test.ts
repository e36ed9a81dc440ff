import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { parseFineTuningTarget } from '../../src/theory/finetuning-target.js';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { seededRandom } from '../support/random-matrices.js';

const spectrum = [3, 2, 1, 0.5, 0];
const never = () => {
  throw new Error('only shuffle may draw');
};
const parse = (input: string | readonly number[], random: () => number = never) =>
  parseFineTuningTarget(input, spectrum, random);

describe('parseFineTuningTarget', () => {
  test('reads every form', () => {
    expect(parse('scale:1.5')).toEqual([4.5, 3, 1.5, 0.75, 0]);
    expect(parse('scale:0')).toEqual([0, 0, 0, 0, 0]);
    expect(parse('overshoot:2:3')).toEqual([3, 2, 3, 1.5, 0]);
    expect(parse('overshoot:0:2')).toEqual([6, 4, 2, 1, 0]);
    expect(parse('overshoot:5:2')).toEqual(spectrum);
    expect(parse('erase:3')).toEqual([3, 2, 1, 0, 0]);
    expect(parse(' erase : 0 ')).toEqual([0, 0, 0, 0, 0]);
    expect(parse('1, 2e0,.5,4')).toEqual([1, 2, 0.5, 4, 0]);
    expect(parse('1,2,3,4,5')).toEqual([1, 2, 3, 4, 5]);
    expect(parse([0, 0, 9, 1])).toEqual([0, 0, 9, 1, 0]);
    expect(parseFineTuningTarget('7', [2], never)).toEqual([7]);
    expect(Object.isFrozen(parse('erase:1'))).toBe(true);
  });

  test.prop([fc.integer()])(
    'shuffle permutes the nonzero values and draws one number for each but the last',
    (seed) => {
      const random = seededRandom(seed);
      let draws = 0;
      const target = parse('shuffle', () => {
        draws += 1;
        return random();
      });
      expect(draws).toBe(3);
      expect(target[4]).toBe(0);
      expect([...target].sort((a, b) => b - a)).toEqual(spectrum);
      expect(parse('shuffle', seededRandom(seed))).toEqual(target);
    },
  );

  test('shuffle reaches all orders equally often', () => {
    const random = seededRandom(7);
    const counts = new Map<string, number>();
    for (let k = 0; k < 6000; k++) {
      const order = parseFineTuningTarget('shuffle', [3, 2, 1], random).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // 1000 expected, standard deviation 29.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(6 * 29);
  });

  test.each([
    '',
    ' ',
    'scale',
    'scale:',
    'scale:-1',
    'scale:NaN',
    'scale:1e400',
    'scale:1e150',
    'scale:1:2',
    'overshoot:2',
    'overshoot:2:3:4',
    'overshoot:1.5:2',
    'overshoot:-1:2',
    'overshoot:6:2',
    'overshoot:x:2',
    'erase:6',
    'erase',
    'shuffle:3',
    'shufle',
    '1,2,3',
    '1,2,3,4,5,6',
    '1,2,,4',
    '1,2,3,-4',
    '1,2,3,NaN',
    '1,2,3,1e400',
    '1,2,3,0x10',
    '1;2;3;4',
    ',,,',
  ])('refuses %j in one line that names the option', (input) => {
    expect(() => parse(input)).toThrow(InvalidInputError);
    expect(() => parse(input)).toThrow(/^target: [^\n]*; expected [^\n]+$/);
  });

  test.each([[[1, 2, 3]], [[1, 2, 3, Number.NaN]], [[1, 2, 3, -1]], [[1, 2, 3, Infinity]], [[]]])(
    'refuses the numbers %j',
    (input) => {
      expect(() => parse(input)).toThrow(/^target: /);
    },
  );

  test('says which lengths are right', () => {
    expect(() => parse('1,2,3')).toThrow(/expected 4 or 5 singular values/);
    expect(() => parseFineTuningTarget('1,2,3', [2, 1], never)).toThrow(/expected 2 singular values/);
  });

  test.prop([fc.oneof(fc.string(), fc.stringMatching(/^(scale|overshoot|erase|shuffle)?[:0-9,.e-]*$/))], {
    numRuns: 500,
  })('never fails in another way', (input) => {
    try {
      const target = parse(input, () => 0.5);
      expect(target).toHaveLength(5);
      expect(target.every((value) => value >= 0 && value <= 1e150)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInputError);
    }
  });
});
