// Control, line-separating and direction-changing characters, and halves of surrogate pairs.
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text that a terminal shows on one line and cannot be steered by: control characters become visible escapes,
 * and what is longer than `longest` characters is cut.
 */
export function oneLine(text: string, longest = Number.POSITIVE_INFINITY): string {
  const visible = text.slice(0, Math.min(text.length, longest + 1)).replace(UNSAFE, escapeCharacter);
  return visible.length <= longest ? visible : `${visible.slice(0, Math.max(0, longest - 1))}…`;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
