import { createHash } from 'node:crypto';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { embeddedJson, escaped, html } from '../../../src/cli/report/proofs.js';
import { reportText } from '../../../src/cli/report/write-report.js';
import { scenarios } from '../../../src/sim/scenarios/scenario-list.js';
import { HOSTILE_PLACES, hostileRun } from '../../support/hostile-run.js';
import { hostileTexts } from '../../support/hostile-text.js';
import { samples } from '../../support/sample-size.js';
import { scenarioDocument } from '../../support/scenario-documents.js';

const text = fc.string({ unit: 'binary' });

describe('markup', () => {
  test.prop([text])('has no text that ends what it stands in', (value) => {
    expect(escaped(value)).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
    expect(html`<p title="${value}">${value}</p>`.text).toBe(`<p title="${escaped(value)}">${escaped(value)}</p>`);
  });

  test.prop([fc.jsonValue()])('embeds data that reads back and never ends its script', (value) => {
    const embedded = embeddedJson(value).text;
    expect(JSON.parse(embedded)).toEqual(JSON.parse(JSON.stringify(value)));
    expect(embedded).not.toMatch(/[<>\u2028\u2029]/);
  });
});

describe('the text of a report', () => {
  it('keeps hostile texts from becoming elements, whatever they are called', async () => {
    const document = scenarioDocument('schedules');
    const texts = hostileTexts(samples(100));
    const plain = hostileRun(document, ['a', 'b', 'c', 'd', 'e', 'f']);
    const harmless = elementNames(reportText([plain, plain], scenarios));
    for (let from = 0; from < texts.length; from += 10 * HOSTILE_PLACES) {
      const runs = Array.from({ length: 10 }, (_, index) => {
        const start = from + index * HOSTILE_PLACES;
        const own = texts.slice(start, start + HOSTILE_PLACES);
        // Compiling figures takes most of the time; the series of the first runs are hostile, then the scenarios.
        const scenario = start < samples(6) * HOSTILE_PLACES ? 'schedules' : own[0]!;
        return hostileRun({ ...document, scenario }, own);
      });
      const page = reportText(runs, scenarios);
      expect([...elementNames(page)].filter((name) => !harmless.has(name))).toEqual([]);
      expect(page.match(/<script/g)).toHaveLength(2 + scriptsInScript(page));
      expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    }
    console.log(`${texts.length} hostile texts are inert in reports`);
  });

  it('allows by its policy the script and the style sheet that it has, and nothing else', async () => {
    const document = scenarioDocument('gaussian');
    const run = { ...hostileRun(scenarioDocument('schedules'), ['x']), document, problems: [] };
    const page = reportText([run], scenarios);
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const sum = (contents: string) => createHash('sha256').update(contents).digest('base64');
    const script = /<script>([\s\S]*?)<\/script>/.exec(page)![1]!;
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1]!;
    expect(policy.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; script-src 'sha256-${sum(script)}'; style-src 'sha256-${sum(style)}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/<[a-z][^>]* style="/);
    expect(page).toMatch(/<html lang="en">/);
  });

  it('has every claim of the run with its proof as mathematics', async () => {
    const document = scenarioDocument('gaussian');
    const run = { ...hostileRun(scenarioDocument('schedules'), ['x']), document };
    const page = reportText([run], scenarios);
    for (const { claim } of document.checks) {
      expect(page).toContain(`href="#proof-${claim}"`);
      expect(page).toContain(`id="proof-${claim}"`);
    }
    expect(page.match(/<math/g)!.length).toBeGreaterThan(20);
    expect(page).not.toMatch(/temml-error|ParseError/);
    // A formula that no one has translated would still have its dollars.
    expect(page.slice(page.indexOf('id="proofs"'), page.indexOf('report-data'))).not.toMatch(/\$[^$<]*\$/);
  });

  it('of a scenario that this version does not know has the tables all the same', async () => {
    const document = { ...scenarioDocument('gaussian'), scenario: 'later' };
    const page = reportText([{ ...hostileRun(scenarioDocument('schedules'), ['x']), document }], scenarios);
    expect(page).toContain('which this version does not know');
    expect(page).toContain('data-table="curve"');
    expect(page).not.toContain('<figure');
  });

  it('is the same for the same runs', async () => {
    const run = hostileRun(scenarioDocument('schedules'), ['x']);
    const [first, second] = [reportText([run], scenarios), reportText([run], scenarios)];
    expect(first === second).toBe(true);
  });
});

/** Names of the elements of a page, what stands in its script and style sheet left out. */
function elementNames(page: string): ReadonlySet<string> {
  const own = page.replace(/<(script|style)\b[\s\S]*?<\/\1>/g, '<$1>');
  return new Set([...own.matchAll(/<\/?([a-zA-Z][^\s/>]*)/g)].map(([, name]) => name!));
}

/** How often the page's own script, which is Vega, has the word. */
function scriptsInScript(page: string): number {
  const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(page) ?? [];
  return script.match(/<script/g)?.length ?? 0;
}
