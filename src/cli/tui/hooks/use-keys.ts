import { type Key as InkKey, useInput } from 'ink';
import type { Key, KeyName } from '../state/app-state.js';

/** Calls back with every key, in order, also where several arrive in one piece. */
export function useKeys(press: (key: Key) => void): void {
  useInput((input, inkKey) => {
    for (const key of keysOf(input, inkKey)) press(key);
  });
}

const CONTROL_CHARACTERS: Readonly<Record<string, KeyName>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\u007f': 'backspace',
  '\u0003': 'interrupt',
  '\u0015': 'erase-line',
};

/** The keys of one piece of input: a named key, or characters, of which a fast typist or a paste sends several at once. */
export function keysOf(input: string, key: InkKey): Key[] {
  // Terminals send esc before the key for a chord with alt; here it is more likely that both were pressed in haste.
  const before: Key[] = key.meta && !key.escape ? [{ name: 'escape' }] : [];
  const name = nameOf(input, key);
  if (name !== undefined) return [...before, { name }];
  if (key.ctrl) return [];
  const typed = [...input].flatMap((character): Key[] => {
    const control = CONTROL_CHARACTERS[character];
    if (control !== undefined) return [{ name: control }];
    return /\p{Cc}/u.test(character) ? [] : [{ name: 'character', text: character }];
  });
  return [...before, ...typed];
}

function nameOf(input: string, key: InkKey): KeyName | undefined {
  if (key.ctrl && input === 'c') return 'interrupt';
  if (key.ctrl && input === 'u') return 'erase-line';
  const names: readonly (readonly [boolean, KeyName])[] = [
    [key.upArrow, 'up'],
    [key.downArrow, 'down'],
    [key.leftArrow, 'left'],
    [key.rightArrow, 'right'],
    [key.pageUp, 'page-up'],
    [key.pageDown, 'page-down'],
    [key.home, 'home'],
    [key.end, 'end'],
    [key.return, 'enter'],
    [key.escape, 'escape'],
    [key.tab, 'tab'],
    // Most terminals send for the backspace key what is called delete.
    [key.backspace || key.delete, 'backspace'],
  ];
  return names.find(([isPressed]) => isPressed)?.[1];
}
