// Writes the table of docs/citing-papers.md from runs: npm run citing-papers. The thorough tests hold it against default runs.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolveParameters, runToDocument, scenarios } from 'overtrain';

const BEGIN = '<!-- verdicts: written by `npm run citing-papers` -->';
const END = '<!-- end of verdicts -->';
const file = new URL('../docs/citing-papers.md', import.meta.url);

const rows = [];
for (const scenario of scenarios.filter(({ paper }) => paper !== undefined)) {
  const context = { seed: 1, engine: 'auto', backend: 'auto' };
  const { verdict, checks } = await runToDocument(scenario, resolveParameters(scenario, {}), context);
  if (verdict === undefined) throw new Error(`${scenario.id} gave no verdict on its paper`);
  const failed = checks.filter((check) => check.verdict === 'fails');
  if (failed.length > 0) throw new Error(`${scenario.id}: ${failed[0].claim} fails: ${failed[0].reason}`);
  const { id, title, claim } = scenario.paper;
  rows.push(`| ${title} (${id}), \`${scenario.id}\` | ${claim} | ${verdict.reason} | **${verdict.verdict}** |`);
}
const heading = '| paper, scenario | what it claims | what the linear model says | verdict |\n|---|---|---|---|';
const table = [BEGIN, '', heading, ...rows, '', END].join('\n');
const text = readFileSync(file, 'utf8');
const start = text.indexOf(BEGIN);
const end = text.indexOf(END);
if (start < 0 || end < 0) throw new Error('docs/citing-papers.md lacks the marks between which the table stands');
const updated = text.slice(0, start) + table + text.slice(end + END.length);
writeFileSync(file, updated);
