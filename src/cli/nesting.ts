/** Whether brackets of a JSON text stand in each other more than `most` deep; what reads such a text recursively would overflow. */
export function isNestedDeeper(text: string, most: number): boolean {
  let depth = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isQuoted) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) isQuoted = false;
    } else if (code === QUOTE) isQuoted = true;
    else if (code === OPEN_LIST || code === OPEN_MAPPING) {
      depth++;
      if (depth > most) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_MAPPING) depth--;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_MAPPING, CLOSE_MAPPING] = [
  0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
];
