import type { OutputStream } from '../io.js';
import { oneLine } from '../one-line.js';
import { asciiText } from './ascii-text.js';
import { fitCells } from './cell-width.js';
import { durationText, RemainingTime } from './remaining-time.js';
import { terminalOf } from './terminal.js';

/** Between two redraws at least so many milliseconds pass: often enough to look alive, seldom enough not to flicker. */
const REDRAW_INTERVAL = 100;
const BAR_CELLS = 20;
const ERASE_LINE = '\r\u001b[K';

/** One line on stderr that says how far a run is; silent unless someone watches. */
export interface ProgressLine {
  update(done: number, total: number, label: string): void;
  /** Takes the line away, so that other output can be written; the next update draws it again. */
  clear(): void;
}

const silent: ProgressLine = { update: () => {}, clear: () => {} };

/**
 * The progress line for a stream: drawn only on a terminal that can redraw a line, outside CI, unless `quiet`.
 *
 * @param clock time in milliseconds
 */
export function progressLine(
  stream: OutputStream,
  env: Readonly<Record<string, string | undefined>>,
  quiet: boolean,
  clock: () => number = () => performance.now(),
): ProgressLine {
  if (quiet || !terminalOf(stream, env).live) return silent;
  const remaining = new RemainingTime(clock());
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isShown = false;
  return {
    update(done, total, label) {
      const now = clock();
      remaining.update(done, now);
      if (now - drawnAt < REDRAW_INTERVAL) return;
      const { width, unicode } = terminalOf(stream, env);
      const text = progressText(done, total, label, remaining.until(total), unicode);
      const fitted = fitCells(text, width - 1);
      // In one write, so that the terminal never shows the line half erased.
      stream.write(`\r${unicode ? fitted : asciiText(fitted)}\u001b[K`);
      drawnAt = now;
      isShown = true;
    },
    clear() {
      if (!isShown) return;
      stream.write(ERASE_LINE);
      isShown = false;
      drawnAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** What the line says; the percentage first, for it must be seen in the narrowest window. */
export function progressText(
  done: number,
  total: number,
  label: string,
  milliseconds: number | undefined,
  unicode: boolean,
): string {
  const part = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  const left = milliseconds === undefined ? '' : `  ${durationText(milliseconds)} left`;
  const full = Math.floor(part * BAR_CELLS);
  const [filled, empty] = unicode ? ['━', '─'] : ['#', '-'];
  const bar = filled.repeat(full) + empty.repeat(BAR_CELLS - full);
  return `${percent}${left}  ${bar}  ${unicode ? oneLine(label) : asciiText(oneLine(label))}`;
}
