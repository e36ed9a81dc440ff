import type { WorkMeter } from '../../sim/backends/watched-backend.js';
import { fitCells } from './cell-width.js';
import { asciiText, type OutputStream, safeText, terminalOf } from './terminal.js';
import { readableNumber } from './text-table.js';

/** Throughput of a run in network steps per second, for the end of a line; empty where no step has been made. */
export function paceText({ networkSteps }: WorkMeter, milliseconds: number): string {
  if (networkSteps === 0 || !(milliseconds > 0)) return '';
  return `, ${readableNumber((1000 * networkSteps) / milliseconds, 3)} network-steps/s`;
}

const MEMORY = 5_000;

/** How fast work goes, smoothed so that the time left does not jump with every step. */
export class RemainingTime {
  private lastDone = 0;
  private pace: number | undefined;

  constructor(private lastTime: number) {}

  /** Takes note that `done` parts are finished at the time `now`. Work that starts over is measured afresh. */
  update(done: number, now: number): void {
    if (done < this.lastDone) {
      this.lastDone = 0;
      this.pace = undefined;
    }
    const elapsed = now - this.lastTime;
    if (elapsed <= 0 || done === this.lastDone) return;
    const current = (done - this.lastDone) / elapsed;
    const weight = 1 - Math.exp(-elapsed / MEMORY);
    this.pace = this.pace === undefined ? current : this.pace + weight * (current - this.pace);
    this.lastDone = done;
    this.lastTime = now;
  }

  get perSecond(): number | undefined {
    return this.pace === undefined ? undefined : 1000 * this.pace;
  }

  /** Milliseconds until `total` parts are done, or undefined as long as nothing is known. */
  until(total: number): number | undefined {
    if (this.pace === undefined || this.pace <= 0) return undefined;
    return Math.max(0, total - this.lastDone) / this.pace;
  }
}

/** A duration for reading: `4 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** At least this many milliseconds between two redraws: often enough to look alive, rarely enough not to flicker. */
const REDRAW_INTERVAL = 100;
const BAR_CELLS = 20;

const silent = { update(_done: number, _total: number, _label: string) {}, clear() {} };

/** `clear` takes the line away, so that other output can be written; the next update draws it again. */
export type ProgressLine = typeof silent;

/** The progress line for a stream: drawn only on a terminal that can redraw a line, outside CI, unless `quiet`. */
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
      stream.write('\r\u001b[K');
      isShown = false;
      drawnAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** What the line says; the percentage first, for it must be seen in the narrowest window. */
function progressText(
  done: number,
  total: number,
  label: string,
  milliseconds: number | undefined,
  unicode: boolean,
): string {
  const part = shareDone(done, total);
  const left = milliseconds === undefined ? '' : `  ${durationText(milliseconds)} left`;
  const bar = progressBar(part, BAR_CELLS, unicode);
  return `${percentDone(part)}${left}  ${bar}  ${safeText(label, unicode)}`;
}

export function shareDone(done: number, total: number): number {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
}

/** A share of the work in whole percent, always four cells wide. */
export function percentDone(share: number): string {
  return `${Math.floor(100 * share)}%`.padStart(4);
}

export function progressBar(share: number, cells: number, unicode: boolean): string {
  const full = Math.floor(share * cells);
  const [filled, empty] = unicode ? ['━', '─'] : ['#', '-'];
  return filled.repeat(full) + empty.repeat(cells - full);
}
