import { plainMath } from './plain-math.js';

/** A theorem as proofs.md has it, in plain text. */
export interface Theorem {
  readonly id: string;
  readonly title: string;
  /** Statement, hypotheses, origin and proof; one entry for each paragraph or item of a list. */
  readonly paragraphs: readonly string[];
}

const HEADING = /^## ([A-Z][A-Za-z0-9]*(?:-[a-z0-9]+)*) — (.+)$/;

/** Reads the theorems of proofs.md by their ids. */
export function readTheorems(markdown: string): ReadonlyMap<string, Theorem> {
  const theorems = new Map<string, Theorem>();
  for (const section of markdown.split(/\n(?=#{1,2} )/)) {
    const [first = '', ...lines] = section.split('\n');
    const heading = HEADING.exec(first);
    if (heading === null) continue;
    const [, id, title] = heading;
    theorems.set(id!, { id: id!, title: plainMath(title!), paragraphs: paragraphsOf(lines.join('\n')) });
  }
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
