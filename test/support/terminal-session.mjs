// A program on a real pseudo-terminal, with an emulator that knows what a person would see.
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

/** Lines kept above the screen, so that a test can see what the program left there. */
const SCROLLBACK = 200;

/**
 * A terminal in which a program runs.
 */
export class TerminalSession {
  /** Milliseconds from the start to the first output, or null before it. */
  firstOutputAt = null;
  exitCode = null;
  /** Everything that was written, escape sequences included. */
  written = '';

  /** @param command program and arguments */
  constructor(command, { columns = 80, rows = 24, env = {}, cwd } = {}) {
    this.startedAt = performance.now();
    this.terminal = new xterm.Terminal({ cols: columns, rows, scrollback: SCROLLBACK, allowProposedApi: true });
    // What marks continuous integration would turn the interface off, and what forces colours would hide its own choice.
    const { CI, CONTINUOUS_INTEGRATION, BUILD_NUMBER, FORCE_COLOR, NO_COLOR, ...inherited } = process.env;
    this.pty = spawn(command[0], command.slice(1), {
      name: 'xterm-256color',
      cols: columns,
      rows,
      cwd: cwd ?? process.cwd(),
      env: { ...inherited, COLORTERM: 'truecolor', LC_ALL: 'C.UTF-8', ...env },
    });
    this.ended = new Promise((resolve) => {
      this.pty.onExit(({ exitCode }) => {
        this.exitCode = exitCode;
        resolve(exitCode);
      });
    });
    this.pty.onData((data) => {
      this.firstOutputAt ??= performance.now() - this.startedAt;
      this.written += data;
      this.terminal.write(data);
    });
  }

  /** Types keys: characters as they are, or the bytes that a terminal sends for the others. */
  type(text) {
    this.pty.write(text);
  }

  resize(columns, rows) {
    this.terminal.resize(columns, rows);
    this.pty.resize(columns, rows);
  }

  /** Lines on the screen, without blanks at their ends. */
  lines() {
    const { active } = this.terminal.buffer;
    return Array.from({ length: this.terminal.rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  }

  screen() {
    return this.lines().join('\n');
  }

  /** Lines on the screen with their colours as escape sequences, 24 bits each. */
  colouredLines() {
    const { active } = this.terminal.buffer;
    return Array.from({ length: this.terminal.rows }, (_, row) => {
      const line = active.getLine(active.baseY + row);
      let text = '';
      let before = '';
      for (let column = 0; column < this.terminal.cols; column++) {
        const cell = line?.getCell(column);
        if (cell === undefined) break;
        const codes = [cell.isBold() ? '1' : '', cell.isDim() ? '2' : '', foreground(cell)].filter(Boolean);
        const style = codes.map((code) => `\u001b[${code}m`).join('');
        if (style !== before) text += `\u001b[0m${style}`;
        before = style;
        text += cell.getChars() || ' ';
      }
      return `${text}\u001b[0m`;
    });
  }

  /** Whether the program has the second screen of the terminal. */
  isOnAlternateScreen() {
    return this.terminal.buffer.active.type === 'alternate';
  }

  /** Waits until the screen satisfies a condition; fails with the screen as it is. */
  async until(condition, what = 'the screen is as expected', timeout = 120_000) {
    const isMet = typeof condition === 'string' ? (screen) => screen.includes(condition) : condition;
    const deadline = performance.now() + timeout;
    while (!isMet(this.screen(), this)) {
      if (performance.now() > deadline || this.exitCode !== null) {
        const wanted = typeof condition === 'string' ? JSON.stringify(condition) : what;
        throw new Error(`waited in vain for ${wanted}; exit code ${this.exitCode}; the screen is\n${this.screen()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return performance.now() - this.startedAt;
  }

  /** Waits for the end of the program. */
  async end(timeout = 60_000) {
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Error(`did not end; the screen is\n${this.screen()}`)), timeout).unref();
    });
    const code = await Promise.race([this.ended, late]);
    // What arrived last still has to be parsed.
    await new Promise((resolve) => this.terminal.write('', resolve));
    return code;
  }

  kill(signal) {
    this.pty.kill(signal);
  }
}

function foreground(cell) {
  if (!cell.isFgRGB()) return '';
  const colour = cell.getFgColor();
  return `38;2;${colour >> 16};${(colour >> 8) & 255};${colour & 255}`;
}

/** What a terminal sends for keys that are no characters. */
export const keys = {
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  enter: '\r',
  escape: '\u001b',
  tab: '\t',
  backspace: '\u007f',
  interrupt: '\u0003',
};
