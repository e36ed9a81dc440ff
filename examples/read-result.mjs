// Reads a result folder: node examples/read-result.mjs results/first
// run.json has every table with its units; no package is needed. The Parquet files have the same numbers, for hyparquet and others.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = 'results/first'] = process.argv.slice(2);
const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
console.log(`${run.scenario} seed ${run.seed} again: ${run.command}`);
for (const [name, { columns, rows }] of Object.entries(run.tables)) {
  const records = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column.name, row[index]])));
  const units = columns.map((column) => `${column.name} [${column.unit}]`);
  console.log(name, records.length, 'rows:', units.join(', '));
}
