import { cellWidth } from '../../output/cell-width.js';
import type { AppState } from '../state/app-state.js';
import { bindings } from '../state/bindings.js';
import { contextOf } from '../state/context.js';
import type { StyledLine } from './styled-line.js';

/** The keys of the moment: as many of the table of bindings as fit, help and quitting always. */
export function footerLine(state: AppState, width: number): StyledLine {
  const items = bindings[contextOf(state)]
    .filter(({ short }) => short !== '')
    .map(({ sign, short }) => ({ sign, short, cells: cellWidth(`${sign} ${short}`) + 2 }));
  const last = items.filter(({ sign }) => sign === '?' || sign === 'q');
  let room = width - last.reduce((sum, { cells }) => sum + cells, 0);
  const first = items.filter((item) => {
    if (last.includes(item) || item.cells > room) return false;
    room -= item.cells;
    return true;
  });
  return [...first, ...last].flatMap(({ sign, short }) => [
    { text: sign, tone: 'strong' as const },
    { text: ` ${short}  `, tone: 'faint' as const },
  ]);
}
