import { readableNumber } from '../output/number-text.js';
import { html, type Markup } from './markup.js';
import { parameterText, type ReportRun } from './run-article.js';

const LONGEST = 120;

/** What tells several runs apart: scenario, seed, what computed them, and the parameters that differ. */
export function differencesSection(runs: readonly ReportRun[]): Markup {
  const rows: (readonly [string, readonly string[]])[] = [
    ['scenario', runs.map(({ document }) => document.scenario)],
    ['seed', runs.map(({ document }) => String(document.seed))],
    ['engine', runs.map(({ document }) => document.compute.engine)],
    ['backend', runs.map(({ document }) => document.compute.backend)],
    ['claims that fail', runs.map(({ document }) => failing(document.checks))],
    ['seconds', runs.map(({ document }) => readableNumber(document.elapsed_ms / 1000, 2))],
    ...parameterNames(runs).map((name) => [name, runs.map((run) => parameterOf(run, name))] as const),
  ];
  const differing = rows.filter(([, values]) => new Set(values).size > 1);
  return html`<section aria-labelledby="differences"><h2 id="differences">What differs</h2>
${
  differing.length === 0
    ? html`<p>Nothing but the numbers: the runs have the same scenario, seed, engine, backend and parameters.</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-label="Table of differences"><table><thead><tr><td></td>${runs.map(
        ({ name, anchor }) => html`<th scope="col"><a href="#${anchor}">${name}</a></th>`,
      )}</tr></thead><tbody>${differing.map(
        ([name, values]) =>
          html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td class="value">${shortText(value)}</td>`)}</tr>`,
      )}</tbody></table></div>`
}</section>`;
}

function failing(checks: ReportRun['document']['checks']): string {
  const claims = checks.filter(({ verdict }) => verdict === 'fails').map(({ claim }) => claim);
  return claims.length === 0 ? 'none' : claims.join(', ');
}

function parameterNames(runs: readonly ReportRun[]): string[] {
  return [...new Set(runs.flatMap(({ document }) => Object.keys(document.params)))];
}

function parameterOf({ document }: ReportRun, name: string): string {
  const value = (document.params as Readonly<Record<string, unknown>>)[name];
  return value === undefined ? '–' : parameterText(value);
}

function shortText(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
