import type { Key } from './key.js';

/** A line of text that is being typed. */
export interface TextField {
  readonly text: string;
  /** Characters before the cursor, from 0 to the length of the text. */
  readonly cursor: number;
}

/** More than this is a slip, such as a file pasted by mistake. */
const LONGEST_TEXT = 10_000;

/** A field that holds a text, with the cursor behind it. */
export function textField(text: string): TextField {
  return { text, cursor: text.length };
}

/** What a key makes of a field; undefined for keys that do not edit text. */
export function editText(field: TextField, key: Key): TextField | undefined {
  const { text, cursor } = field;
  switch (key.name) {
    case 'character': {
      const inserted = text.slice(0, cursor) + key.text + text.slice(cursor);
      return inserted.length > LONGEST_TEXT ? field : { text: inserted, cursor: cursor + key.text.length };
    }
    case 'backspace': {
      const before = [...text.slice(0, cursor)].slice(0, -1).join('');
      return { text: before + text.slice(cursor), cursor: before.length };
    }
    case 'erase-line':
      return textField('');
    case 'left':
      return { text, cursor: [...text.slice(0, cursor)].slice(0, -1).join('').length };
    case 'right':
      return { text, cursor: cursor + ([...text.slice(cursor)][0] ?? '').length };
    case 'home':
      return { text, cursor: 0 };
    case 'end':
      return textField(text);
    default:
      return undefined;
  }
}
