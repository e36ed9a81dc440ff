import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { parseFineTuningTarget, parseSpectrum } from '../../src/theory/spectrum.js';
import { seededRandom } from '../support/random-matrices.js';

describe('parseSpectrum', () => {
  test.each([
    ['power:1', [1, 1 / 2, 1 / 3, 1 / 4]],
    ['power:0', [1, 1, 1, 1]],
    [' power: 2 ', [1, 1 / 4, 1 / 9, 1 / 16]],
    ['linear', [1, 0.75, 0.5, 0.25]],
    ['geometric:0.5', [1, 0.5, 0.25, 0.125]],
    ['geometric:1', [1, 1, 1, 1]],
    ['2,1,0.5', [2, 1, 0.5, 0]],
    ['3, 3, 3, 3', [3, 3, 3, 3]],
    ['1e3,.5,0', [1000, 0.5, 0, 0]],
  ] as const)('%s', (text, expected) => {
    const spectrum = parseSpectrum(text, 4);
    expect(spectrum).toHaveLength(4);
    spectrum.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index] as number, 15);
    });
    expect(Object.isFrozen(spectrum)).toBe(true);
  });

  test.each([
    ['', 'an empty text'],
    ['   ', 'blanks'],
    ['1,,2', 'an empty entry'],
    ['2,1,', 'a trailing comma'],
    ['1,2', 'an increasing list'],
    ['2,1,1.0000001', 'a late increase'],
    ['NaN', 'not a number'],
    ['1,NaN', 'not a number inside'],
    ['Infinity', 'infinity'],
    ['1e400', 'an overflow'],
    ['1e151', 'a square that overflows'],
    ['1,-1', 'a negative value'],
    ['-1', 'a negative first value'],
    ['0', 'a zero task'],
    ['0,0', 'a zero task of two'],
    ['5,4,3,2,1', 'more values than min(rows, cols)'],
    ['0x10', 'a hexadecimal number'],
    ['power', 'a law without its parameter'],
    ['power:', 'a law with an empty parameter'],
    ['power:-1', 'an increasing power law'],
    ['power:1e400', 'an infinite exponent'],
    ['power:1:2', 'two parameters'],
    ['linear:1', 'a parameter too many'],
    ['geometric:0', 'a ratio of zero'],
    ['geometric:1.5', 'a ratio above 1'],
    ['geometric:x', 'a ratio that is no number'],
    ['cubic:1', 'an unknown law'],
  ])('refuses %j: %s', (text) => {
    let thrown: unknown;
    try {
      parseSpectrum(text, 4);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InvalidInputError);
    expect((thrown as InvalidInputError).option).toBe('spectrum');
    expect((thrown as InvalidInputError).message).not.toContain('\n');
  });

  test.each([
    [[], 'none'],
    [[1, Number.NaN], 'NaN'],
    [[1, Infinity], 'infinity'],
    [[1, 2], 'increasing'],
    [[0], 'zero'],
    [[3, 2, 1, 0.5, 0.1], 'too many'],
  ])('refuses the values %j: %s', (values) => {
    expect(() => parseSpectrum(values, 4)).toThrow(InvalidInputError);
  });

  test('reads no more of a long list than the task has singular values', () => {
    // Whoever read on would complain about the words at the end.
    const text = `${'1,'.repeat(1000)}no number`;
    expect(() => parseSpectrum(text, 3)).toThrow('at most 3 singular values');
  });

  test.prop([fc.array(fc.double({ min: 0, max: 1e150, noNaN: true }), { minLength: 1, maxLength: 20 }), fc.nat(5)])(
    'numbers and their text give the same spectrum',
    (values, extra) => {
      fc.pre(Math.max(...values) > 0);
      const sorted = [...values].sort((a, b) => b - a);
      const length = sorted.length + extra;
      const spectrum = parseSpectrum(sorted.join(','), length);
      expect(spectrum).toEqual(parseSpectrum(sorted, length));
      expect(spectrum.slice(0, sorted.length)).toEqual(sorted);
      expect(spectrum.slice(sorted.length)).toEqual(Array(extra).fill(0));
    },
  );

  test.prop([
    fc.oneof(
      fc.string(),
      fc.stringMatching(/^(power|geometric|linear)?:?[-0-9.e,]{0,12}$/),
      fc.array(fc.double()).map(String),
    ),
    fc.integer({ min: 1, max: 30 }),
  ])('any text gives a valid spectrum or one line of explanation', (text, length) => {
    try {
      const spectrum = parseSpectrum(text, length);
      expect(spectrum).toHaveLength(length);
      expect(spectrum[0]).toBeGreaterThan(0);
      spectrum.forEach((value, index) => {
        expect(value).toBeGreaterThanOrEqual(0);
        if (index > 0) expect(value).toBeLessThanOrEqual(spectrum[index - 1] as number);
      });
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      expect(error.message.split('\n')).toHaveLength(1);
    }
  });
});

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
