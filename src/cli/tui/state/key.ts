/** Keys that are not characters, and chords that mean something to us. */
export type KeyName =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'page-up'
  | 'page-down'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'tab'
  | 'backspace'
  | 'erase-line'
  | 'interrupt';

/** One key press, told apart from how a terminal encodes it. */
export type Key = { readonly name: KeyName } | { readonly name: 'character'; readonly text: string };

/** The word by which the table of bindings knows a key: a character stands for itself. */
export function keyWord(key: Key): string {
  return key.name === 'character' ? key.text : key.name;
}
