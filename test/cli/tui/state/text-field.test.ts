import { expect, test } from 'vitest';
import { editText, type TextField, textField } from '../../../../src/cli/tui/state/app-state.js';
import { key } from '../support.js';

const typed = (words: readonly string[], from: TextField = textField('')) =>
  words.reduce((field, word) => editText(field, key(word)) ?? field, from);

test('text is inserted and taken away where the cursor is', () => {
  expect(typed(['a', 'b', 'left', 'x'])).toEqual({ text: 'axb', cursor: 2 });
  expect(typed(['home', 'γ', 'end', '!'], textField('=1'))).toEqual(textField('γ=1!'));
  expect(typed(['left', 'backspace'], textField('abc'))).toEqual({ text: 'ac', cursor: 1 });
  expect(typed(['erase-line'], textField('abc'))).toEqual(textField(''));
});

test('a character of two halves is one character', () => {
  expect(typed(['left', 'left', 'right', 'backspace'], textField('a𝛾b'))).toEqual({ text: 'ab', cursor: 1 });
});

test('at the ends keys do nothing, and other keys are none of its business', () => {
  expect(typed(['right', 'left', 'left', 'left', 'backspace'], textField('a'))).toEqual({ text: 'a', cursor: 0 });
  expect(editText(textField('a'), key('enter'))).toBeUndefined();
});
