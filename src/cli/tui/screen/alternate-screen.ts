import type { TerminalStream } from './frame-stream.js';

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[H';
const LEAVE = '\u001b[0m\u001b[?2026l\u001b[?25h\u001b[?1049l';

/** The terminal's second screen, on which nothing of what the user had before is lost. */
export interface AlternateScreen {
  /** Gives the user's screen and cursor back; further calls do nothing. */
  leave(): void;
}

/**
 * Switches to the alternate screen and hides the cursor.
 *
 * @param writeAtExit writes in a way that arrives even while the process ends
 */
export function enterAlternateScreen(
  terminal: TerminalStream,
  writeAtExit: (text: string) => void = (text) => terminal.write(text),
): AlternateScreen {
  let isEntered = true;
  const leave = () => {
    if (!isEntered) return;
    isEntered = false;
    process.off('exit', leave);
    writeAtExit(LEAVE);
  };
  // Whatever ends the process, by whatever path, ends here.
  process.on('exit', leave);
  terminal.write(ENTER);
  return { leave };
}
