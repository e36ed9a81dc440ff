import { EventEmitter } from 'node:events';
import type { OutputStream } from '../../output/terminal.js';

const BEGIN_UPDATE = '\u001b[?2026h';
const END_UPDATE = '\u001b[?2026l';
const CLEAR_SCREEN = '\u001b[2J';

/** What shows a frame: the lines that differ, each at its place, so that nothing flickers or scrolls; all where nothing is known. */
export function screenUpdate(before: readonly string[] | undefined, after: readonly string[]): string {
  const changes = after.flatMap((line, row) =>
    before?.[row] === line ? [] : [`\u001b[${row + 1};1H${line}\u001b[0m\u001b[K`],
  );
  for (let row = after.length; row < (before?.length ?? 0); row++) changes.push(`\u001b[${row + 1};1H\u001b[K`);
  if (before === undefined) changes.unshift(CLEAR_SCREEN);
  return changes.length === 0 ? '' : BEGIN_UPDATE + changes.join('') + END_UPDATE;
}

export type TerminalStream = OutputStream & { readonly rows?: number };

/**
 * Takes whole frames of Ink and writes what has changed. Ink's own way moves up from wherever the cursor is, which leaves traces
 * after a change of size and flickers on terminals without synchronised updates.
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
    // Ink hides and shows the cursor with separate sequences; what opened the screen takes care of that.
    if (isFrame(text)) {
      const lines = text.replace(/\n$/, '').split('\n').slice(0, this.rows);
      const update = screenUpdate(this.shown, lines);
      this.shown = lines;
      if (update !== '') this.terminal.write(update);
    }
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

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[H';
const LEAVE = '\u001b[0m\u001b[?2026l\u001b[?25h\u001b[?1049l';

/** Switches to the terminal's second screen, on which nothing is lost, and gives what switches back, even while the process ends. */
export function enterAlternateScreen(
  terminal: TerminalStream,
  writeAtExit: (text: string) => void = (text) => terminal.write(text),
): () => void {
  let isEntered = true;
  const leave = () => {
    if (!isEntered) return;
    isEntered = false;
    process.off('exit', leave);
    writeAtExit(LEAVE);
  };
  // Every way to end the process ends here.
  process.on('exit', leave);
  terminal.write(ENTER);
  return leave;
}
