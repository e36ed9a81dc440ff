import type { Scenario } from '../../sim/scenario/scenario.js';
import type { Table } from '../../sim/scenario/table.js';
import type { SweepSummary } from '../sweep-figures/sweep-rows.js';
import { oneLine, wrapCells } from './cell-width.js';

/** What the command line needs of a stream; `process.stdout` is one, and so is a plain object in a test. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

export type DrawSweep = (summary: SweepSummary, table: Table) => Promise<ReadonlyMap<string, string | Uint8Array>>;

/** The world around one call of the command line, handed in so that tests can stand in for it. */
export interface CommandLineIo {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Environment;
  readonly signal?: AbortSignal;
  /** The scenarios on offer, loaded only when a command needs them. Default: all of them. */
  readonly loadScenarios?: () => Promise<readonly Scenario[]>;
  /** Draws the figures of a sweep as files, by name. Default: all that there are. */
  readonly drawSweep?: DrawSweep;
}

/** The scenarios on offer, or the one of an id. Loading takes most of the start-up time: ask late, and for no more than is needed. */
export async function loadScenarios(io: CommandLineIo, id?: string): Promise<readonly Scenario[]> {
  if (io.loadScenarios !== undefined) return io.loadScenarios();
  return (await import('../../sim/scenarios/scenario-files.js')).loadScenariosFor(id);
}

/** How many colours may be used: none, the 16 of every terminal, 256, or all. */
export type ColourDepth = 'none' | 'basic' | 'indexed' | 'full';

export interface Terminal {
  readonly width: number;
  readonly colour: ColourDepth;
  /** Whether characters beyond ASCII can be shown. */
  readonly unicode: boolean;
  /** Whether someone watches, so that a line may be redrawn. */
  readonly live: boolean;
}

const [PIPE_WIDTH, LEAST_WIDTH] = [80, 20];

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

const FORCED_DEPTHS = new Map(Object.entries<ColourDepth>({ 0: 'none', false: 'none', 2: 'indexed', 3: 'full' }));

/** `FORCE_COLOR` (0 to 3) decides where it is set, then `NO_COLOR`; otherwise only a capable terminal gets colour. */
function colourDepth(isTerminal: boolean, env: Environment): ColourDepth {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return FORCED_DEPTHS.get(forced) ?? 'basic';
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

// Of Okabe and Ito (2008) for any colour blindness, without its black; yellow, the faintest on white, comes last.
const PALETTE = [
  { full: '38;2;230;159;0', indexed: '38;5;214', basic: '33' },
  { full: '38;2;86;180;233', indexed: '38;5;74', basic: '36' },
  { full: '38;2;0;158;115', indexed: '38;5;36', basic: '32' },
  { full: '38;2;204;121;167', indexed: '38;5;175', basic: '35' },
  { full: '38;2;213;94;0', indexed: '38;5;166', basic: '31' },
  { full: '38;2;0;114;178', indexed: '38;5;32', basic: '34' },
  { full: '38;2;240;228;66', indexed: '38;5;227', basic: '93' },
] as const;

const [ORANGE, , GREEN, , VERMILION] = PALETTE;

export type Colour = Readonly<Record<Exclude<ColourDepth, 'none'>, string>>;

export function paintText(text: string, colour: Colour, depth: ColourDepth, before = ''): string {
  return depth === 'none' || text === '' ? text : `\u001b[${before}${colour[depth]}m${text}\u001b[0m`;
}

const STRONG: Colour = { full: '1', indexed: '1', basic: '1' };
const FAINT: Colour = { full: '2', indexed: '2', basic: '2' };

export type Style = ReturnType<typeof styleFor>;

export function styleFor(depth: ColourDepth) {
  const wrap =
    (colour: Colour, before = '') =>
    (text: string) =>
      paintText(text, colour, depth, before);
  return {
    strong: wrap(STRONG),
    faint: wrap(FAINT),
    good: wrap(GREEN),
    bad: wrap(VERMILION, '1;'),
    caution: wrap(ORANGE),
    /** Colour of the series at an index; the palette repeats. */
    series: (index: number, text: string) => paintText(text, PALETTE[index % PALETTE.length]!, depth),
  };
}

/** Greek letters by the names that LaTeX and ASCII have for them. */
export const GREEK: ReadonlyMap<string, string> = new Map(
  pairsOf(
    'alpha α, beta β, gamma γ, delta δ, epsilon ε, zeta ζ, eta η, theta θ, kappa κ, lambda λ, mu μ, nu ν, xi ξ, pi π, ' +
      'rho ρ, sigma σ, tau τ, phi φ, chi χ, psi ψ, omega ω, Gamma Γ, Delta Δ, Lambda Λ, Sigma Σ, Phi Φ, Omega Ω',
  ),
);

/** Words with the character of each. */
export function pairsOf(text: string): (readonly [string, string])[] {
  return text.split(', ').map((pair) => pair.split(' ') as [string, string]);
}

/** Other signs with what stands for each in ASCII. The ellipsis marks cuts in lines that are laid out already: one character for one. */
const SIGNS =
  "≪ <<, ≫ >>, ≡ ==, ∓ -+, ⊗ (x), ⊕ (+), ∉ not in, ⊂ within, ⇔ <=>, ∂ d, ≤ <=, ≥ >=, ≠ !=, ≈ ~, ∞ inf, ± +-, × x, · -, − -, – -, — --, … ~, ′ ', " +
  "″ '', ‖ ||, ² ^2, ³ ^3, ⁴ ^4, ½ 1/2, ¼ 1/4, ᵀ ', ⁺ ^+, °  degrees, ℓ l, ∅ the empty set, ∫ int , Π prod , ⋯ ..., √ sqrt, ∈ in, → ->, ↑ up, ↓ down, " +
  '← <-, ↦ ->, ⇒ =>, • *, ∎ (end of proof), ∇ grad, ⟨ <, ⟩ >, “ ", ” ", ’ \'';

const REPLACEMENTS: ReadonlyMap<string, string> = new Map([
  ...[...GREEK].map(([name, letter]) => [letter, name] as const),
  ...SIGNS.split(', ').map((pair) => [pair[0]!, pair.slice(2)] as const),
]);

/** A text in ASCII alone, for terminals whose locale is not UTF-8: symbols are spelled out, accents dropped. */
export function asciiText(text: string): string {
  return text.replace(/[^\p{ASCII}]/gu, (character) => REPLACEMENTS.get(character) ?? withoutAccent(character));
}

function withoutAccent(character: string): string {
  const base = character.normalize('NFD').replace(/\p{Mn}/gu, '');
  return /^\p{ASCII}*$/u.test(base) ? base : '?';
}

/** Any text as a terminal may show it: on one line, and in ASCII where it must be. */
export function safeText(text: string, unicode: boolean): string {
  return unicode ? oneLine(text) : asciiText(oneLine(text));
}

/** Plain data in which every text is one that a terminal may show. */
export function withSafeTexts<Data>(data: Data, unicode: boolean): Data {
  if (typeof data === 'string') return safeText(data, unicode) as Data;
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) return data.map((one) => withSafeTexts(one, unicode)) as Data;
  return Object.fromEntries(Object.entries(data).map(([name, one]) => [name, withSafeTexts(one, unicode)])) as Data;
}

/** Text in lines of the terminal's width, in ASCII where it must be; `rest` blanks stand before all lines but the first. */
export function paragraph(
  text: string,
  { width, unicode }: Pick<Terminal, 'width' | 'unicode'>,
  paint: (text: string) => string = (line) => line,
  first = 0,
  rest = first,
): string[] {
  return wrapCells(safeText(text, unicode), width, first, rest).map((line) => paint(unicode ? line : asciiText(line)));
}

/** What follows the options in a help: paragraphs, and examples left whole so that they can be copied. */
export function helpNotes(io: CommandLineIo, paragraphs: readonly string[], examples: readonly string[]): string {
  const terminal = terminalOf(io.stdout, io.env);
  const lines = paragraphs.flatMap((text) => ['', ...paragraph(text, terminal)]);
  return [...lines, '', 'Examples:', ...examples.map((example) => `  ${example}`)].join('\n');
}

/** Whether a call opens the terminal UI: one without arguments, where someone watches and can type. */
export function opensTui(
  argv: readonly string[],
  { stdin, stdout, env }: { stdin: { readonly isTTY?: boolean }; stdout: OutputStream; env: Environment },
): boolean {
  return argv.length === 0 && stdin.isTTY === true && terminalOf(stdout, env).live;
}
