import type { Check, Scenario } from '../../sim/scenario/scenario.js';
import type { Table } from '../../sim/scenario/table.js';
import { plainText } from '../../theory/invalid-input.js';
import { explainFigure } from '../output/explanation.js';
import { readableNumber } from '../output/number-text.js';
import type { StoredRun } from '../results/read-result.js';
import { html, type Markup } from './markup.js';
import type { PageFigure } from './page/page-data.js';

/** A run with what the report needs of it. */
export interface ReportRun extends StoredRun {
  /** What the page calls it: its scenario and folder. */
  readonly name: string;
  readonly anchor: string;
  /** Place among the runs of the page. */
  readonly index: number;
  /** Undefined where this version does not know the scenario. */
  readonly scenario: Scenario | undefined;
  readonly figures: readonly PageFigure[];
  /** Figures that could not be drawn, with the reason. */
  readonly missing: readonly string[];
  /** Claims that the page has proofs of. */
  readonly proved: ReadonlySet<string>;
}

/** One run: what was found in words, figures, claims, tables, parameters, and how to get it again. */
export function runArticle(run: ReportRun): Markup {
  const { anchor, name, scenario, document, index } = run;
  return html`<article id="${anchor}" aria-labelledby="${anchor}-title">
<h2 id="${anchor}-title">${name}</h2>
<p class="lead">${scenario?.title ?? `Scenario ${document.scenario}, which this version does not know: no figures.`}</p>
${summary(run)}
${[...run.problems, ...run.missing].map((text) => html`<p class="note">${text}</p>`)}
${sweepSection(run)}
<section aria-label="Figures">${run.figures.map((figure, at) => figureBlock(figure, anchor, index, at))}</section>
${claims(run)}
<section aria-labelledby="${anchor}-tables"><h3 id="${anchor}-tables">Tables</h3>
${Object.entries(document.tables).map(([table, contents]) => tableBlock(table, contents, index))}</section>
${parameters(run)}
<section aria-labelledby="${anchor}-again"><h3 id="${anchor}-again">The same numbers again</h3>
<pre class="command" tabindex="0"><code>${run.command}</code></pre>
<button type="button" class="copy">Copy the command</button><span role="status"></span>
</section>
</article>`;
}

function summary({ scenario, document, figures, gitCommit, finished, sweep }: ReportRun): Markup {
  const { compute, checks, warnings, diverged } = document;
  const drawn = scenario?.figures.filter(({ id }) => figures.some((figure) => figure.id === id)) ?? [];
  const where = compute.backend === 'host' ? '' : ` on ${compute.backend} (${compute.device})`;
  const judged = checks.filter(({ verdict }) => verdict !== 'not-applicable');
  const failing = judged.filter(({ verdict }) => verdict === 'fails').length;
  const verdict =
    sweep !== undefined
      ? 'The column failed_checks says which claims failed where.'
      : judged.length === 0
        ? 'None of the claims applies to these numbers.'
        : failing === 0
          ? `All ${judged.length} claims that apply hold.`
          : `${failing} of the ${judged.length} claims that apply ${failing === 1 ? 'fails' : 'fail'}.`;
  const steps = document.network_steps > 0 ? ` in ${document.network_steps} network-steps` : '';
  return html`<section aria-label="Summary">
${scenario && html`<p>${scenario.summary}</p>`}
${drawn.slice(0, 1).map((figure) => html`<p>${explainFigure(figure, document, document.params)}</p>`)}
<p>${verdict} Computed by the ${compute.engine} engine${where}, seed ${document.seed}${steps}${sweep === undefined && html`, in ${readableNumber(document.elapsed_ms / 1000, 2)} s`}${finished && `, finished ${finished}`}${gitCommit && `, overtrain at commit ${gitCommit.slice(0, 12)}`}.</p>
${warnings.map((text) => html`<p class="note">${text}</p>`)}
${diverged.map(({ network, step }) => html`<p class="note">${network}: diverged at step ${step}.</p>`)}
</section>`;
}

/** Where the page shows a sweep; in words, what it is of. */
function sweepSection({ sweep, anchor, index }: ReportRun): Markup | null {
  if (sweep === undefined) return null;
  const id = `${anchor}-sweep`;
  const names = sweep.axes.filter(({ form }) => form !== 'row').map(({ column }) => column);
  const binned =
    sweep.table === 'cells' &&
    html` There are ${sweep.rows} rows, more than a page can hold: the figures are drawn from sums over bins, which the table cells has.`;
  return html`<section class="sweep" id="${id}" data-run="${index}" aria-labelledby="${id}-title">
<h3 id="${id}-title">A sweep of ${sweep.points} runs</h3>
<p class="description">Along ${names.join(', ') || 'nothing'}.${binned}</p>
</section>`;
}

function figureBlock(figure: PageFigure, anchor: string, run: number, at: number): Markup {
  const id = `${anchor}-figure-${at}`;
  return html`<figure class="figure" data-run="${run}" data-figure="${at}" aria-labelledby="${id}">
<figcaption id="${id}">${figure.title}</figcaption>
<p class="description" id="${id}-text">${sentence(figure.description)}</p>
<div class="plot" tabindex="0" role="application" aria-roledescription="interactive chart" aria-labelledby="${id}" aria-describedby="${id}-text ${id}-keys"></div>
<p class="visually-hidden" id="${id}-keys">Arrow left and right: the next value; up and down: the next series; plus, minus and zero: zoom.</p>
${figure.notes.map((note) => html`<p class="note">${note}</p>`)}
</figure>`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const VERDICTS: Readonly<Record<Check['verdict'], string>> = {
  holds: '✓ holds',
  fails: '✗ fails',
  'not-applicable': '– does not apply',
};

function claims({ anchor, document, proved }: ReportRun): Markup | null {
  if (document.checks.length === 0) return null;
  const number = (value: number | null) => (value === null ? '–' : readableNumber(value, 3));
  return html`<section aria-labelledby="${anchor}-claims"><h3 id="${anchor}-claims">Claims</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Table of claims"><table>
<thead><tr><th scope="col">claim</th><th scope="col">verdict</th><th scope="col">margin</th><th scope="col">tolerance</th><th scope="col">compared</th></tr></thead>
<tbody>${document.checks.map(
    ({ claim, verdict, margin, tolerance, reason }) =>
      html`<tr><th scope="row">${
        proved.has(claim) ? html`<a href="#proof-${claim}">${claim}</a>` : claim
      }</th><td class="${verdict}">${VERDICTS[verdict]}</td><td class="number">${number(margin)}</td><td class="number">${number(tolerance)}</td><td>${reason}</td></tr>`,
  )}</tbody></table></div></section>`;
}

function tableBlock(name: string, { columns, rows }: Table, run: number): Markup {
  return html`<details class="table" data-run="${run}" data-table="${name}"><summary>${name}: ${rows.length} rows, ${columns.length} columns</summary>
<dl class="columns">${columns.map(
    ({ name: column, unit, description }) =>
      html`<div><dt>${column}${unit !== '1' && html` <span>(${unit})</span>`}</dt><dd>${description}</dd></div>`,
  )}</dl></details>`;
}

function parameters({ anchor, document, sweep }: ReportRun): Markup {
  return html`<section aria-labelledby="${anchor}-parameters"><h3 id="${anchor}-parameters">Parameters</h3>
<details><summary>All ${Object.keys(document.params).length}, resolved</summary>
<table><tbody>${Object.entries(document.params).map(
    ([name, value]) =>
      html`<tr><th scope="row">${name}</th><td class="value">${parameterText(value)}</td></tr>`,
  )}</tbody></table></details>
${sweep?.file !== undefined && html`<details><summary>The sweep file</summary><pre tabindex="0"><code>${sweep.file}</code></pre></details>`}
<details><summary>Versions</summary><table><tbody>${Object.entries(document.versions).map(
    ([name, version]) => html`<tr><th scope="row">${name}</th><td>${version}</td></tr>`,
  )}</tbody></table></details></section>`;
}

/** The value of a parameter for reading. */
export function parameterText(value: unknown): string {
  return typeof value === 'string' ? value : plainText(value);
}
