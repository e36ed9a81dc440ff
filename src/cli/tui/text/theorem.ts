import { GREEK, pairsOf } from '../../output/terminal.js';
import { sectionsOf } from '../../output/text-table.js';

const RELATIONS =
  'le ≤, leq ≤, ge ≥, geq ≥, ne ≠, neq ≠, ll ≪, gg ≫, approx ≈, equiv ≡, in ∈, notin ∉, to →, mapsto ↦, rightarrow →, ' +
  'Rightarrow ⇒, Leftrightarrow ⇔, iff ⇔';

const SIGNS =
  'varepsilon ε, varphi φ, sim ~, subset ⊂, infty ∞, partial ∂, nabla ∇, sum Σ, prod Π, int ∫, cdot ·, times ×, pm ±, ' +
  'mp ∓, otimes ⊗, oplus ⊕, langle ⟨, rangle ⟩, lVert ‖, rVert ‖, | ‖, top ᵀ, dots …, ldots …, cdots …, vdots …, ddots …, ' +
  'ell ℓ, emptyset ∅, circ °, blacksquare ∎, square ∎';

const FUNCTIONS = ['min', 'max', 'log', 'exp', 'lim', 'sup', 'inf'];

/** Commands of LaTeX that have a character of their own. */
const SYMBOLS: ReadonlyMap<string, string> = new Map([
  ...GREEK,
  ...pairsOf(SIGNS),
  ...pairsOf(RELATIONS).map(([name, sign]) => [name, ` ${sign} `] as const),
  ...FUNCTIONS.map((name) => [name, `${name} `] as const),
  ...[',', ';', ':', ' '].map((space) => [space, ' '] as const),
  ...Object.entries({ forall: 'for all ', exists: 'there is ', '!': '', '\\': '; ', quad: '  ', qquad: '    ' }),
  // Braces that are meant, until those of the notation are gone.
  ...pairsOf('{ ⦃, } ⦄'),
]);

/** Commands that only shape what follows. */
const SHAPES = /\\(?:left|right|big|Big|bigg|Bigg|bigl|bigr|Bigl|Bigr|displaystyle|textstyle|limits)(?![A-Za-z])/g;

/** An argument in braces without braces inside. */
const BRACED = '\\{([^{}]*)\\}';

/** LaTeX as plain text: `\frac{a}{b}` becomes `(a)/(b)`, `W_1^\top` becomes `W_1ᵀ`. What it does not know keeps its name. */
export function plainMath(markdown: string): string {
  return markdown
    .replace(/\$\$([\s\S]*?)\$\$/g, (_, math: string) => ` ${translated(math)} `)
    .replace(/\$([^$]*)\$/g, (_, math: string) => translated(math))
    .replace(/ {2,}/g, ' ');
}

function translated(math: string): string {
  let text = math
    .replace(SHAPES, '')
    .replace(/\\begin\{[^}]*\}(\{[^}]*\})?|\\end\{[^}]*\}/g, ' ')
    .replace(/&/g, ' ');
  // From the inside out, until no command with braces is left.
  for (let before = ''; before !== text; ) {
    before = text;
    text = text
      .replace(
        new RegExp(`\\\\(?:text|mathrm|mathcal|mathbb|mathbf|operatorname\\*?|mathit|boldsymbol)\\s*${BRACED}`, 'g'),
        '$1',
      )
      .replace(
        new RegExp(`\\\\[dt]?frac\\s*${BRACED}\\s*${BRACED}`, 'g'),
        (_, above: string, below: string) => `${grouped(above)}/${grouped(below)}`,
      )
      .replace(new RegExp(`\\\\sqrt\\s*${BRACED}`, 'g'), (_, under: string) => `√${grouped(under)}`)
      .replace(new RegExp(`\\\\(?:dot)\\s*${BRACED}`, 'g'), '$1′')
      .replace(new RegExp(`\\\\(?:bar|tilde|hat|widehat|widetilde|overline)\\s*${BRACED}`, 'g'), '$1~')
      .replace(new RegExp(`([_^])${BRACED}`, 'g'), (_, sign: string, index: string) =>
        /^.?$|^\\[a-z]+$/.test(index.trim()) ? sign + index.trim() : `${sign}(${index})`,
      );
  }
  return text
    .replace(/\\[dt]?frac\s*(\w|\\[A-Za-z]+)\s*(\w|\\[A-Za-z]+)/g, '$1/$2')
    .replace(/\\sqrt\s*(\w|\\[A-Za-z]+)/g, '√$1')
    .replace(/\\(?:mathrm|mathcal|mathbb|mathbf)\s*(\w)/g, '$1')
    .replace(/\\dot\s*(\w)/g, '$1′')
    .replace(/\\ddot\s*(\w)/g, '$1″')
    .replace(/\\(?:bar|tilde|hat)\s*(\w)/g, '$1~')
    .replace(/\\([A-Za-z]+|[^A-Za-z])(?:\s(?![-+=<>]))?/g, (_, name: string) => SYMBOLS.get(name) ?? name)
    .replace(/\^ᵀ/g, 'ᵀ')
    .replace(/\^°/g, '°')
    .replace(/ *= */g, ' = ')
    .replace(/\^2(?!\d)/g, '²')
    .replace(/\^3(?!\d)/g, '³')
    .replace(/[{}]/g, '')
    .replace(/⦃ ?/g, '{')
    .replace(/ ?⦄/g, '}')
    .replace(/ +([_^])/g, '$1')
    .replace(new RegExp(`\\b(${FUNCTIONS.join('|')}) +\\(`, 'g'), '$1(')
    .replace(/\s+/g, ' ')
    .trim();
}

function grouped(part: string): string {
  const text = part.trim();
  return /^[\w.]+$|^\\[A-Za-z]+$/.test(text) ? text : `(${text})`;
}

export interface Theorem {
  readonly id: string;
  readonly title: string;
  /** Statement, hypotheses, origin and proof; one entry for each paragraph or item of a list. */
  readonly paragraphs: readonly string[];
}

export function readTheorems(markdown: string): ReadonlyMap<string, Theorem> {
  const theorems = new Map<string, Theorem>();
  for (const { id, title, body } of sectionsOf(markdown))
    theorems.set(id, { id, title: plainMath(title), paragraphs: paragraphsOf(body) });
  return theorems;
}

/** Paragraphs, items of lists and rows of tables, each on one line, without the marks of Markdown. */
function paragraphsOf(text: string): string[] {
  return text
    .split(/\n\s*\n|\n(?=\s*[-*|] ?|\s*\d+\. )/)
    .map((part) => part.replace(/\s*\n\s*/g, ' ').trim())
    .filter((part) => part !== '' && !/^\|[-| :]+\|$/.test(part))
    .map((part) =>
      plainMath(part)
        .replace(/\*\*(.+?)\*\*/g, '$1')
        .replace(/(^|[^\w*])\*([^*]+)\*(?=$|[^\w*])/g, '$1$2')
        .replace(/^- /, '• '),
    );
}
