import { expect, test } from 'vitest';
import { readDecimal } from '../../src/theory/decimal.js';

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
