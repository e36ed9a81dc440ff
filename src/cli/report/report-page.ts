import { createHash } from 'node:crypto';
import { type CurveFigure, type Figure, isMap } from '../../sim/scenario/figure.js';
import type { Check, Scenario } from '../../sim/scenario/scenario.js';
import type { Table } from '../../sim/scenario/table.js';
import { plainText } from '../../theory/invalid-input.js';
import { curveData } from '../figures/curve-data.js';
import { curveWords, isSingle, seriesColours, seriesTitle } from '../figures/curve-spec.js';
import type { compileFigure } from '../figures/draw-figure.js';
import { symbolText } from '../figures/figure-axis.js';
import { figureSpec } from '../figures/map-spec.js';
import { DARK, LIGHT, MOST_CATEGORIES, PAGE, type Theme } from '../figures/theme.js';
import { explainFigure } from '../output/explanation.js';
import { readableNumber } from '../output/text-table.js';
import type { StoredRun } from '../results/read-result.js';
import { MOST_SERIES } from '../sweep-figures/facet-spec.js';
import type { PageFigure, PageRun, ScaleName } from './page/page-data.js';
import { embeddedJson, html, Markup, type ProvedClaim } from './proofs.js';

export interface ReportRun extends StoredRun {
  readonly name: string;
  readonly anchor: string;
  readonly index: number;
  /** Undefined where this version does not know the scenario. */
  readonly scenario: Scenario | undefined;
  readonly figures: readonly PageFigure[];
  readonly missing: readonly string[];
  readonly proved: ReadonlySet<string>;
}

function runArticle(run: ReportRun): Markup {
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
<section aria-labelledby="${anchor}-again"><h3 id="${anchor}-again">Reproduce this run</h3>
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

function sweepSection({ sweep, anchor, index }: ReportRun): Markup | null {
  if (sweep === undefined) return null;
  const id = `${anchor}-sweep`;
  const names = sweep.axes.filter(({ form }) => form !== 'row').map(({ column }) => column);
  const binned =
    sweep.table === 'cells' &&
    html` There are ${sweep.rows} rows, more than a page can hold: the figures are drawn from sums over bins, which are in the table cells.`;
  return html`<section class="sweep" id="${id}" data-run="${index}" aria-labelledby="${id}-title">
<h3 id="${id}-title">A sweep of ${sweep.points} runs</h3>
<p class="description">Along ${names.join(', ') || 'nothing'}.${binned}</p>
</section>`;
}

function figureBlock(figure: PageFigure, anchor: string, run: number, at: number): Markup {
  const id = `${anchor}-figure-${at}`;
  return html`<figure class="figure" data-run="${run}" data-figure="${at}" aria-labelledby="${id}">
<figcaption id="${id}">${figure.title}</figcaption>
<p class="description" id="${id}-text">${figure.description.charAt(0).toUpperCase() + figure.description.slice(1)}</p>
<div class="plot" tabindex="0" role="application" aria-roledescription="interactive chart" aria-labelledby="${id}" aria-describedby="${id}-text ${id}-keys"></div>
<p class="visually-hidden" id="${id}-keys">Arrow left and right: the next value; up and down: the next series; plus, minus and zero: zoom.</p>
${figure.notes.map((note) => html`<p class="note">${note}</p>`)}
</figure>`;
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
    ([name, value]) => html`<tr><th scope="row">${name}</th><td class="value">${parameterText(value)}</td></tr>`,
  )}</tbody></table></details>
${sweep?.file !== undefined && html`<details><summary>The sweep file</summary><pre tabindex="0"><code>${sweep.file}</code></pre></details>`}
<details><summary>Versions</summary><table><tbody>${Object.entries(document.versions).map(
    ([name, version]) => html`<tr><th scope="row">${name}</th><td>${version}</td></tr>`,
  )}</tbody></table></details></section>`;
}

function parameterText(value: unknown): string {
  return typeof value === 'string' ? value : plainText(value);
}

const LONGEST = 120;

/** What distinguishes several runs: scenario, seed, what computed them, and the parameters that differ. */
function differencesSection(runs: readonly ReportRun[]): Markup {
  const parameters = runs.map(({ document }) => document.params as Readonly<Record<string, unknown>>);
  const rows: (readonly [string, readonly string[]])[] = [
    ['scenario', runs.map(({ document }) => document.scenario)],
    ['seed', runs.map(({ document }) => String(document.seed))],
    ['engine', runs.map(({ document }) => document.compute.engine)],
    ['backend', runs.map(({ document }) => document.compute.backend)],
    ['claims that fail', runs.map(({ document }) => failing(document.checks))],
    ['seconds', runs.map(({ document }) => readableNumber(document.elapsed_ms / 1000, 2))],
    ...[...new Set(parameters.flatMap(Object.keys))].map((name): [string, string[]] => [
      name,
      parameters.map((values) => (values[name] === undefined ? '–' : parameterText(values[name]))),
    ]),
  ];
  const short = (text: string) => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`);
  const differing = rows.filter(([, values]) => new Set(values).size > 1);
  return html`<section aria-labelledby="differences"><h2 id="differences">What differs</h2>
${
  differing.length === 0
    ? html`<p>Only the numbers: the runs have the same scenario, seed, engine, backend and parameters.</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-label="Table of differences"><table><thead><tr><td></td>${runs.map(
        ({ name, anchor }) => html`<th scope="col"><a href="#${anchor}">${name}</a></th>`,
      )}</tr></thead><tbody>${differing.map(
        ([name, values]) =>
          html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td class="value">${short(value)}</td>`)}</tr>`,
      )}</tbody></table></div>`
}</section>`;
}

function failing(checks: ReportRun['document']['checks']): string {
  const claims = checks.filter(({ verdict }) => verdict === 'fails').map(({ claim }) => claim);
  return claims.length === 0 ? 'none' : claims.join(', ');
}

const SCALES = ['linear', 'log'] as const;

function scaled(figure: CurveFigure, x: 'linear' | 'log', y: 'linear' | 'log'): CurveFigure {
  return { ...figure, x: { ...figure.x, scale: x }, y: { ...figure.y, scale: y } };
}

/** A figure as the page draws it: a Vega specification for each choice of scales, over the same rows. */
export function reportFigure(
  figure: Figure,
  tables: Readonly<Record<string, Table>>,
  compile: typeof compileFigure,
): PageFigure {
  const specs: Partial<Record<ScaleName, object>> = {};
  const data: Record<string, unknown> = {};
  const choices = isMap(figure) ? [figure] : SCALES.flatMap((x) => SCALES.map((y) => scaled(figure, x, y)));
  for (const choice of choices) {
    const compiled = compile(figureSpec(choice, tables, { theme: PAGE, medium: 'page' })) as {
      data: { name: string; values?: unknown }[];
    };
    for (const source of compiled.data) {
      if (!Array.isArray(source.values)) continue;
      data[source.name] = source.values;
      delete source.values;
    }
    specs[`${choice.x.scale}-${choice.y.scale}`] = compiled;
  }
  const common = {
    id: figure.id,
    specs,
    data,
    x: figure.x.column,
    scales: `${figure.x.scale}-${figure.y.scale}` as const,
  };
  if (isMap(figure)) {
    const { column } = figure.y;
    const columns = [figure.x.column, column, figure.value.theory, figure.value.simulation];
    const line = figure.boundary === undefined ? '' : `; the line is the ${figure.boundary.label}`;
    const description = `${figure.value.label} over ${figure.x.label} and ${figure.y.label}${line}.`;
    return {
      ...common,
      ...{ kind: 'map', title: symbolText(figure.title), description },
      values: columns.filter((name) => name !== undefined),
      ...{ heights: [column], series: [], seriesTitle: '', notes: [] },
    };
  }
  const read = curveData(figure, tables);
  const { series, x, y } = figure;
  const columns = new Set([series, x.column, y.theory, y.simulation, y.error]);
  const colours = isSingle(read) ? PAGE.categories(1) : seriesColours(read, PAGE);
  return {
    ...common,
    kind: 'curve',
    title: symbolText(read.title),
    description: curveWords(figure, read),
    values: [...columns].filter((name) => name !== undefined),
    heights: [y.theory, y.simulation].filter((name) => name !== undefined),
    series: read.series.map((name, index) => ({ name, colour: colours[index] ?? '' })),
    seriesTitle: seriesTitle(figure),
    notes: read.notes,
  };
}

/** The report as one file: its security policy allows its own script and style by their checksums, and refuses every request. */
export function reportPage(
  runs: readonly ReportRun[],
  proofs: readonly ProvedClaim[],
  script: string,
  style: string,
): string {
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
<noscript><p class="note">The figures and tables on this page need JavaScript; the result folder has them as SVG and CSV.</p></noscript>
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
  ({ id, title, body }) => html`<details class="proof" id="proof-${id}"><summary><h3>${id}: ${title}</h3></summary>
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
