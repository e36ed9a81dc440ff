import { tableFromIPC } from '@uwdata/flechette';
import { readParquet } from 'parquet-wasm/node';
import { expect, test } from 'vitest';
import { PARQUET_METADATA_KEY, parquetFiles } from '../../../src/cli/results/parquet-files.js';
import type { RunDocument } from '../../../src/sim/scenario/run-document.js';
import type { Cell, Table } from '../../../src/sim/scenario/table.js';
import { scenarios } from '../../../src/sim/scenarios/scenario-list.js';
import { scenarioDocument } from '../../support/scenario-documents.js';

/** Reads Parquet by the reader of the Rust project Arrow, which shares no code with our writer. */
function readByArrow(bytes: Uint8Array): { names: string[]; rows: Cell[][]; metadata: Map<string, string> } {
  const table = tableFromIPC(readParquet(bytes).intoIPCStream());
  const columns = table.schema.fields.map(({ name }) => table.getChild(name).toArray());
  const rows = Array.from({ length: table.numRows }, (_, row) => columns.map((column) => column[row] as Cell));
  return { names: table.schema.fields.map(({ name }) => name), rows, metadata: table.schema.metadata! };
}

const column = (name: string) => ({ name, unit: 's', description: `the ${name}, “quoted”` });

function documentOf(table: Table): RunDocument {
  return { scenario: 'made-up', params: {}, seed: 1, versions: {}, tables: { odd: table } } as unknown as RunDocument;
}

test.each(scenarios.map((scenario) => scenario.id))('another implementation reads the same numbers: %s', async (id) => {
  const document = scenarioDocument(id);
  const files = await parquetFiles(document);
  expect([...files.keys()]).toEqual(Object.keys(document.tables).map((name) => `${name}.parquet`));
  let cells = 0;
  for (const [name, table] of Object.entries(document.tables)) {
    const read = readByArrow(files.get(`${name}.parquet`) as Uint8Array);
    expect(read.names).toEqual(table.columns.map((one) => one.name));
    expect(read.rows).toEqual(table.rows);
    expect(JSON.parse(read.metadata.get(PARQUET_METADATA_KEY)!)).toEqual({
      schema: 1,
      scenario: id,
      table: name,
      params: JSON.parse(JSON.stringify(document.params)),
      seed: 1,
      columns: table.columns,
    });
    cells += table.rows.length * table.columns.length;
  }
  expect(cells).toBeGreaterThan(0);
});

test('numbers keep every bit; what is no number is null; texts and truth values keep their type', async () => {
  const rows: Cell[][] = [
    [5e-324, null, 'γ, "µ"', true, null, 1],
    [-0, Number.NaN, '', false, null, 'two'],
    [Number.MAX_VALUE, Number.POSITIVE_INFINITY, null, null, null, true],
    [0.1 + 0.2, Number.NEGATIVE_INFINITY, 'x'.repeat(5000), true, null, null],
  ];
  const columns = ['tiny', 'none', 'text', 'flag', 'nothing', 'mixed'].map(column);
  const files = await parquetFiles(documentOf({ columns, rows }));
  expect(readByArrow(files.get('odd.parquet') as Uint8Array).rows).toEqual([
    [5e-324, null, 'γ, "µ"', true, null, '1'],
    [-0, null, '', false, null, 'two'],
    [Number.MAX_VALUE, null, null, null, null, 'true'],
    [0.1 + 0.2, null, 'x'.repeat(5000), true, null, null],
  ]);
});

test('a table without rows is a file without rows', async () => {
  const files = await parquetFiles(documentOf({ columns: [column('a')], rows: [] }));
  expect(readByArrow(files.get('odd.parquet') as Uint8Array)).toMatchObject({ names: ['a'], rows: [] });
});

test('many rows are whole', async () => {
  const rows = Array.from({ length: 150_000 }, (_, index) => [Math.sin(index), index % 7 === 0 ? null : index]);
  const files = await parquetFiles(documentOf({ columns: [column('a'), column('b')], rows }));
  const read = readByArrow(files.get('odd.parquet') as Uint8Array).rows;
  // As texts, which give every finite number back: `toEqual` takes seconds for so many rows.
  expect(JSON.stringify(read) === JSON.stringify(rows)).toBe(true);
});
