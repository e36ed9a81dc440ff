import MarkdownIt from 'markdown-it';
import temml from 'temml';
import { sectionsOf } from '../output/text-table.js';

export class Markup {
  constructor(readonly text: string) {}
}

/** What a template may contain: text is escaped, markup is not, lists are joined, null and false are left out. */
export type Part = string | number | Markup | null | undefined | false | readonly Part[];

/** A template of markup in which everything that is not markup itself is escaped. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((text, i) => text + (i < parts.length ? written(parts[i]) : '')).join(''));
}

function written(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  return typeof part === 'object' ? part.map(written).join('') : escaped(String(part));
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for content and quoted attributes; what no page may hold or what turns the direction of text becomes visible. */
export function escaped(text: string): string {
  return (
    text
      .replace(/\p{Surrogate}/gu, '\ufffd')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
  );
}

/** A value as JSON inside of a script element, which neither ends the element nor begins a comment. */
export function embeddedJson(value: unknown): Markup {
  const text = JSON.stringify(value).replace(
    /[<>\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Markup(text);
}

export interface ProvedClaim {
  readonly id: string;
  readonly title: Markup;
  /** Statement, hypotheses, origin and proof. */
  readonly body: Markup;
}

/** The theorems of proofs.md that are wanted: Markdown as HTML, in which HTML of its own counts as text, mathematics as MathML. */
export function renderProofs(markdown: string, ids: ReadonlySet<string>): readonly ProvedClaim[] {
  const renderer = new MarkdownIt({ html: false, linkify: false, typographer: false });
  renderer.validateLink = (link: string) => /^https?:\/\//.test(link);
  renderer.inline.ruler.before('escape', 'mathematics', readMathematics);
  renderer.renderer.rules.mathematics = (tokens, index) => {
    const token = tokens[index]!;
    return mathematics(token.content, token.markup === '$$');
  };
  return sectionsOf(markdown)
    .filter(({ id }) => ids.has(id))
    .map(({ id, title, body }) => ({
      id,
      title: new Markup(renderer.renderInline(title)),
      body: new Markup(renderer.render(body)),
    }));
}

/** What the rule below reads and writes of the state of markdown-it. */
interface InlineState {
  readonly src: string;
  pos: number;
  push(type: string, tag: string, nesting: 0): { content: string; markup: string };
}

/** `$…$` and `$$…$$`, before Markdown sees the underscores and backslashes between them. */
function readMathematics(state: InlineState, isSilent: boolean): boolean {
  if (state.src[state.pos] !== '$') return false;
  const mark = state.src.startsWith('$$', state.pos) ? '$$' : '$';
  const from = state.pos + mark.length;
  const to = state.src.indexOf(mark, from);
  if (to <= from) return false;
  if (!isSilent) {
    const token = state.push('mathematics', 'math', 0);
    token.content = state.src.slice(from, to);
    token.markup = mark;
  }
  state.pos = to + mark.length;
  return true;
}

/** LaTeX as MathML without styles, which the page's security policy would refuse; its own style sheet has what is needed. */
function mathematics(latex: string, isDisplayed: boolean): string {
  const markup = temml.renderToString(latex, { displayMode: isDisplayed, throwOnError: false });
  return markup.replace(/<[a-z]+ [^>]*>/g, (tag) => tag.replace(/ (?:style|class)="[^"]*"/g, ''));
}
