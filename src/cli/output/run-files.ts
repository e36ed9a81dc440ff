import type { RunDocument } from '../../sim/run-document.js';
import { csvText } from './csv.js';

/**
 * The files of a result folder by name: `run.json` with the whole document and the command that gives it again, and one
 * CSV file for each table.
 */
export function runFiles(document: RunDocument, command: string): ReadonlyMap<string, string> {
  const files = new Map([['run.json', runJson(document, command)]]);
  for (const [name, table] of Object.entries(document.tables)) files.set(`${name}.csv`, csvText(table));
  return files;
}

/** JSON with one line for each row of a table, so that it reads well and compares line by line. */
function runJson(document: RunDocument, command: string): string {
  const { tables, ...rest } = document;
  const head = JSON.stringify({ ...rest, command }, null, 2).replace(/\n}$/, '');
  const body = Object.entries(tables).map(([name, { columns, rows }]) => {
    const lines = rows.map((row) => `        ${JSON.stringify(row)}`).join(',\n');
    return `    ${JSON.stringify(name)}: {\n      "columns": ${JSON.stringify(columns)},\n      "rows": [\n${lines}\n      ]\n    }`;
  });
  return `${head},\n  "tables": {\n${body.join(',\n')}\n  }\n}\n`;
}
