const BEGIN_UPDATE = '\u001b[?2026h';
const END_UPDATE = '\u001b[?2026l';
const CLEAR_SCREEN = '\u001b[2J';

/**
 * What to write to a terminal so that it shows a frame: only the lines that differ, each at its place, so that nothing
 * flickers and nothing scrolls. Terminals that know synchronised updates show it at once.
 *
 * @param before lines on the screen; undefined where nothing is known of it, after a change of size for one
 * @param after lines of the frame, none wider than the screen
 */
export function screenUpdate(before: readonly string[] | undefined, after: readonly string[]): string {
  const changes = after.flatMap((line, row) =>
    before?.[row] === line ? [] : [`\u001b[${row + 1};1H${line}\u001b[0m\u001b[K`],
  );
  for (let row = after.length; row < (before?.length ?? 0); row++)
    changes.push(`\u001b[${row + 1};1H\u001b[K`);
  if (before === undefined) changes.unshift(CLEAR_SCREEN);
  return changes.length === 0 ? '' : BEGIN_UPDATE + changes.join('') + END_UPDATE;
}
