/** Strings, and what tells where in a mapping one stands. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/**
 * A key that occurs twice in one mapping of a JSON text, where `JSON.parse` silently takes the last; undefined where there is none.
 *
 * @param text valid JSON
 */
export function duplicateKey(text: string): string | undefined {
  // One set of keys for each mapping that is open; none for a list.
  const open: (Set<string> | undefined)[] = [];
  let latest = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const key: string = JSON.parse(latest);
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
    latest = token;
  }
  return undefined;
}
