import { createHash } from 'node:crypto';
import { DARK, LIGHT, MOST_CATEGORIES, type Theme } from '../figures/theme.js';
import { MOST_SERIES } from '../sweep-figures/facet-data.js';
import { embeddedJson, html, Markup } from './markup.js';
import type { PageRun } from './page/page-data.js';
import type { ProvedClaim } from './proofs.js';
import { type ReportRun, runArticle } from './run-article.js';
import { differencesSection } from './run-differences.js';

/** What a page is made of. */
export interface ReportParts {
  readonly runs: readonly ReportRun[];
  readonly proofs: readonly ProvedClaim[];
  /** Script and style sheet of the page, as built. */
  readonly script: string;
  readonly style: string;
}

/**
 * The report as one file that needs nothing else: its security policy allows its own script and style sheet, known by their
 * checksums, and refuses every request.
 */
export function reportPage({ runs, proofs, script, style }: ReportParts): string {
  const sheet = `${style}${colourVariables(runs)}`;
  const policy = [
    "default-src 'none'",
    `script-src '${checksum(script)}'`,
    `style-src '${checksum(sheet)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const names = runs.map(({ name }) => name).join(', ');
  const data: PageRun[] = runs.map(({ document, figures, sweep }) => ({
    tables: document.tables,
    figures,
    ...(sweep === undefined ? {} : { sweep: { ...sweep, file: undefined } }),
  }));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>overtrain report: ${names}</title>
<style>${new Markup(sheet)}</style>
</head>
<body>
<a class="skip" href="#runs">Skip to the results</a>
<header>
<h1>overtrain report</h1>
<p>${runs.length === 1 ? 'One run' : `${runs.length} runs`} of the theory of catastrophic overtraining. Everything on this page is in this one file.</p>
${runs.length > 1 && html`<nav aria-label="Runs"><ul>${runs.map(({ anchor, name }) => html`<li><a href="#${anchor}">${name}</a></li>`)}</ul></nav>`}
<noscript><p class="note">Without scripts there are no figures and tables here; the result folder has them as SVG and CSV.</p></noscript>
</header>
<main id="runs" tabindex="-1">
${runs.length > 1 && differencesSection(runs)}
<div class="runs">
${runs.map((run) => runArticle(run))}
</div>
${
  proofs.length > 0 &&
  html`<section aria-labelledby="proofs"><h2 id="proofs">Theorems and proofs</h2>
${proofs.map(
  ({
    id,
    title,
    body,
  }) => html`<details class="proof" id="proof-${id}"><summary><h3>${id}: ${title}</h3></summary>
${body}</details>`,
)}</section>`
}
</main>
<script type="application/json" id="report-data">${embeddedJson(data)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`;
  return page.text;
}

function checksum(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** The colours that figures name, for light pages and dark ones. */
function colourVariables(runs: readonly ReportRun[]): string {
  const chosen = runs.some(({ sweep }) => sweep !== undefined)
    ? Array.from({ length: MOST_SERIES }, (_, index) => index + 1)
    : [];
  const drawn = runs.flatMap(({ figures }) => figures.map(({ series }) => series.length));
  const counts = new Set([...drawn, ...chosen]);
  const variables = (theme: Theme) =>
    [
      `--background:${theme.background};--ink:${theme.ink};--faint:${theme.faint};--grid:${theme.grid}`,
      ...theme.categories(MOST_CATEGORIES).map((colour, index) => `--category-${index}:${colour}`),
      ...[...counts].flatMap((count) =>
        theme.ordered(count).map((colour, index) => `--ordered-${count}-${index}:${colour}`),
      ),
    ].join(';');
  return `:root{${variables(LIGHT)}}@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}`;
}
