// Writes the table of hypotheses into proofs.md, or with --check says whether it is up to date: npm run hypotheses
import { readFileSync, writeFileSync } from 'node:fs';
import { claims, falsifyClaim } from 'overtrain';

const RUNS = 2000;
const SEED = 1;
const BEGIN = '<!-- hypotheses: written by `npm run hypotheses` -->';
const END = '<!-- end of hypotheses -->';
const file = new URL('../proofs.md', import.meta.url);

const rows = claims.flatMap((claim) =>
  falsifyClaim(claim, { runs: RUNS, seed: SEED }).map(({ name, verdict, cases, counterexample }) => {
    const finding =
      verdict === 'needed'
        ? `needed: ${inline(counterexample.instance)}`
        : `not known to be needed: none found in ${cases} cases`;
    return `| ${claim.id} | ${name} | ${finding} |`;
  }),
);
const table = [BEGIN, '', '| claim | hypothesis | without it |', '|---|---|---|', ...rows, '', END].join('\n');
const text = readFileSync(file, 'utf8');
const start = text.indexOf(BEGIN);
const end = text.indexOf(END);
if (start < 0 || end < 0) throw new Error('proofs.md lacks the marks between which the table stands');
const updated = text.slice(0, start) + table + text.slice(end + END.length);
if (process.argv.includes('--check')) {
  if (updated !== text) {
    console.error('the table of hypotheses in proofs.md is not what the claims give; run: npm run hypotheses');
    process.exit(1);
  }
  console.log(`the table of hypotheses in proofs.md is up to date (${rows.length} hypotheses)`);
} else writeFileSync(file, updated);

function inline(instance) {
  return `\`${JSON.stringify(instance).replaceAll('"', '').replaceAll('|', '\\|')}\``;
}
