import type { Key as InkKey } from 'ink';
import { expect, test } from 'vitest';
import { keysOf } from '../../../../src/cli/tui/components/app.js';
import { keyWord } from '../../../../src/cli/tui/state/bindings.js';

const words = (input: string, key: Partial<InkKey> = {}) => keysOf(input, key as InkKey).map(keyWord);

test('characters that arrive in one piece are keys one after the other', () => {
  expect(words('jjγ')).toEqual(['j', 'j', 'γ']);
  expect(words('0.1\r')).toEqual(['0', '.', '1', 'enter']);
  expect(words('a\u0007\u007fb')).toEqual(['a', 'backspace', 'b']);
});

test('named keys, and the two names of the backspace key', () => {
  expect(words('', { upArrow: true })).toEqual(['up']);
  expect(words('', { backspace: true })).toEqual(['backspace']);
  expect(words('', { delete: true })).toEqual(['backspace']);
  expect(words('', { escape: true, meta: true })).toEqual(['escape']);
});

test('ctrl-c interrupts, ctrl-u empties a line, other chords with ctrl do nothing', () => {
  expect(words('c', { ctrl: true })).toEqual(['interrupt']);
  expect(words('u', { ctrl: true })).toEqual(['erase-line']);
  expect(words('x', { ctrl: true })).toEqual([]);
});

test('esc and a key in haste, which look like a chord with alt, are both heard', () => {
  expect(words('x', { meta: true })).toEqual(['escape', 'x']);
  expect(words('', { meta: true, return: true })).toEqual(['escape', 'enter']);
});
