import type { OutputStream } from '../io.js';

/** How many colours may be used: none, the 16 of every terminal, 256, or all. */
export type ColourDepth = 'none' | 'basic' | 'indexed' | 'full';

/** What an output can show. */
export interface Terminal {
  /** Cells in a line. */
  readonly width: number;
  readonly colour: ColourDepth;
  /** Whether characters beyond ASCII can be shown. */
  readonly unicode: boolean;
  /** Whether someone watches, so that a line may be redrawn. */
  readonly live: boolean;
}

const PIPE_WIDTH = 80;
const LEAST_WIDTH = 20;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads what a stream can show from the stream itself and the environment (`NO_COLOR`, `FORCE_COLOR`, `TERM`, `CI`, `LC_ALL` …). */
export function terminalOf(stream: OutputStream, env: Environment): Terminal {
  const isTerminal = stream.isTTY === true;
  return {
    width: isTerminal && stream.columns ? Math.max(LEAST_WIDTH, stream.columns) : PIPE_WIDTH,
    colour: colourDepth(isTerminal, env),
    unicode: isUnicode(env),
    live: isTerminal && env.TERM !== 'dumb' && !env.CI,
  };
}

/** `FORCE_COLOR` (0 to 3) decides where it is set, then `NO_COLOR`; otherwise only a capable terminal gets colour. */
function colourDepth(isTerminal: boolean, env: Environment): ColourDepth {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) {
    if (forced === '0' || forced === 'false') return 'none';
    if (forced === '2') return 'indexed';
    if (forced === '3') return 'full';
    return 'basic';
  }
  if (env.NO_COLOR || !isTerminal || env.TERM === 'dumb') return 'none';
  if (/^(truecolor|24bit)$/i.test(env.COLORTERM ?? '')) return 'full';
  return /256color/i.test(env.TERM ?? '') ? 'indexed' : 'basic';
}

/** Whether the locale is UTF-8, by the precedence of POSIX. Windows has no such variables, and its terminals can. */
function isUnicode(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  if (!locale) return process.platform === 'win32';
  return /utf-?8/i.test(locale);
}
