import type { TextField } from '../state/text-field.js';
import type { StyledLine } from './styled-line.js';

/** A text with its cursor, which is a sign of its own so that it is seen without colour. */
export function fieldSpans({ text, cursor }: TextField, unicode: boolean): StyledLine {
  return [
    { text: text.slice(0, cursor), tone: 'strong' },
    { text: unicode ? '▏' : '|', tone: 'good' },
    { text: text.slice(cursor), tone: 'strong' },
  ];
}
