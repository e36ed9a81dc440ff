import { EventEmitter } from 'node:events';
import { screenUpdate } from './screen-update.js';

/** What a frame stream needs of a terminal; `process.stdout` is one. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly columns?: number;
  readonly rows?: number;
}

/**
 * A stream for Ink that takes whole frames and writes to the terminal what has changed. Ink's own way of redrawing moves
 * up from wherever the cursor is, which leaves traces after a change of size and flickers on terminals without
 * synchronised updates.
 */
export class FrameStream extends EventEmitter {
  /** Ink asks, and would not draw for a pipe. */
  readonly isTTY = true;
  private shown: readonly string[] | undefined;

  constructor(private readonly terminal: TerminalStream) {
    super();
  }

  get columns(): number {
    return this.terminal.columns || 80;
  }

  get rows(): number {
    return this.terminal.rows || 24;
  }

  write(text: string, done?: () => void): boolean {
    // Ink hides and shows the cursor by sequences of their own; whoever opened the screen sees to that.
    if (!isFrame(text)) {
      done?.();
      return true;
    }
    const lines = text.replace(/\n$/, '').split('\n').slice(0, this.rows);
    const update = screenUpdate(this.shown, lines);
    this.shown = lines;
    if (update !== '') this.terminal.write(update);
    done?.();
    return true;
  }

  /** The size has changed: nothing is known any more of what the terminal shows. */
  resized(): void {
    this.shown = undefined;
    this.emit('resize');
  }
}

function isFrame(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  return text !== '' && !/^(\u001b\[\?\d+[hl])+$/.test(text);
}
