import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { InvalidInputError, readDecimal } from '../../src/theory/invalid-input.js';

describe('InvalidInputError', () => {
  test('names the option, the value and what is allowed', () => {
    const error = new InvalidInputError('tau', -1, 'a number from 0 to 350');
    expect(error.message).toBe('tau: -1 is not allowed; expected a number from 0 to 350');
    expect(error.name).toBe('InvalidInputError');
    expect([error.option, error.value, error.allowed]).toEqual(['tau', -1, 'a number from 0 to 350']);
  });

  test('shows values that JSON cannot write', () => {
    const circular: unknown[] = [];
    circular.push(circular);
    expect(new InvalidInputError('list', circular, 'a tree').message).toContain('list: object is not');
    expect(new InvalidInputError('gamma', Number.NaN, 'a number').message).toContain('gamma: NaN is not');
    const list = [0.1, Number.NaN, -Infinity, ['a']];
    expect(new InvalidInputError('gammas', list, 'a list').message).toContain(
      'gammas: [0.1,NaN,-Infinity,["a"]] is not',
    );
    expect(new InvalidInputError('count', 10n, 'a number').message).toContain('count: 10 is not');
    expect(new InvalidInputError('name', undefined, 'a name').message).toContain('name: missing; expected a name');
    expect(new InvalidInputError('name', Symbol('x'), 'a name').message).toContain('name: Symbol(x) is not');
  });

  test.prop([fc.anything()])('is one short line for any value', (value) => {
    const { message } = new InvalidInputError('option', value, 'something else');
    expect(message).not.toMatch(/[\n\r]/);
    expect(message.length).toBeLessThan(120);
  });
});

test.each([
  ['1', 1],
  [' -2.5 ', -2.5],
  ['+.5', 0.5],
  ['3.', 3],
  ['1E-3', 1e-3],
  ['1e400', Infinity],
])('reads %j', (text, value) => {
  expect(readDecimal(text)).toBe(value);
});

test.each(['', ' ', '.', '0x10', '1e', 'NaN', 'Infinity', '1,2', '1 2', '--1'])('refuses %j', (text) => {
  expect(readDecimal(text)).toBeNaN();
});
