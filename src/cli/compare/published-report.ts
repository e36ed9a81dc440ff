import type { RunDocument } from '../../sim/scenario/run-document.js';
import { paragraph } from '../output/help-notes.js';
import { styleFor, type Terminal } from '../output/terminal.js';
import type { Finding, PublishedSource } from '../published/published.js';

const WORDS = { agrees: 'agrees', mismatch: 'MISMATCH', open: 'open' } as const;

/** A run beside the figures of a paper, for reading. */
export function publishedReport(
  folder: string,
  { scenario }: RunDocument,
  { title, arxiv }: PublishedSource,
  findings: readonly Finding[],
  problems: readonly string[],
  terminal: Terminal,
): string[] {
  const style = styleFor(terminal.colour);
  const paint = { agrees: style.good, mismatch: style.bad, open: style.caution };
  const count = (verdict: Finding['verdict']) => findings.filter((one) => one.verdict === verdict).length;
  return [
    ...paragraph(`${folder}, a run of ${scenario}, compared with ${title} (arXiv ${arxiv})`, terminal, style.strong),
    ...paragraph(
      'Orderings, signs and plateaus are compared; absolute losses of language models are beyond a linear model.',
      terminal,
      style.faint,
    ),
    ...findings.flatMap(({ figure, published, run, verdict }) => [
      '',
      ...paragraph(`${WORDS[verdict]} (${figure})`, terminal, paint[verdict]),
      ...paragraph(`published: ${published}`, terminal, undefined, 2, 4),
      ...paragraph(`this run: ${run}`, terminal, undefined, 2, 4),
    ]),
    '',
    ...problems.flatMap((problem) => paragraph(`warning: ${problem}`, terminal, style.caution)),
    ...paragraph(
      `${count('agrees')} agree, ${count('mismatch')} do not, ${count('open')} cannot be decided from this run.`,
      terminal,
    ),
  ];
}
