import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { csvText } from '../../../src/cli/output/text-table.js';
import type { Cell, Table } from '../../../src/sim/scenario/table.js';
import { samples } from '../../support/sample-size.js';

interface Field {
  readonly text: string;
  readonly quoted: boolean;
}

/** A reader after the grammar of RFC 4180, with line feeds between records. */
function readCsv(text: string): Field[][] {
  const records: Field[][] = [];
  let at = 0;
  while (at < text.length) {
    const record: Field[] = [];
    do {
      if (record.length > 0) at++;
      const quoted = text[at] === '"';
      let field = '';
      if (quoted) {
        for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
          if (text[at] === '"') at++;
          field += text[at];
        }
        at++;
      } else {
        while (text[at] !== ',' && text[at] !== '\n') field += text[at++];
      }
      record.push({ text: field, quoted });
    } while (text[at] === ',');
    expect(text[at++]).toBe('\n');
    records.push(record);
  }
  return records;
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'a,b', '"', '""', 'two\nlines', '\r\n', ' blank ', '=1+1', '1e5'),
);
const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 5e-324, Number.MAX_VALUE, 0.1 + 0.2),
  text,
  fc.boolean(),
  fc.constant(null),
);
const table: fc.Arbitrary<Table> = fc.integer({ min: 1, max: 5 }).chain((width) =>
  fc.record({
    columns: fc.array(
      text.map((name) => ({ name, unit: '1', description: '' })),
      { minLength: width, maxLength: width },
    ),
    rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 8 }),
  }),
);

function matches(value: Cell, { text, quoted }: Field): boolean {
  if (value === null) return text === '' && !quoted;
  if (typeof value === 'number') return !quoted && text !== '' && Object.is(Number(text), value);
  return text === String(value) && (text !== '' || quoted);
}

describe('CSV', () => {
  test.prop([table], { numRuns: samples(167) })('is read back cell by cell, numbers bit by bit', (written) => {
    const [header, ...records] = readCsv(csvText(written));
    expect(header!.map((field) => field.text)).toEqual(written.columns.map(({ name }) => name));
    expect(records.map((record) => record.length)).toEqual(written.rows.map((row) => row.length));
    written.rows.forEach((row, r) => {
      row.forEach((value, c) => {
        expect(matches(value, records[r]![c]!), `${String(value)} as ${records[r]![c]!.text}`).toBe(true);
      });
    });
  });

  it('writes no number for what is not finite', () => {
    const columns = ['a', 'b'].map((name) => ({ name, unit: '1', description: '' }));
    expect(csvText({ columns, rows: [[Number.NaN, Number.POSITIVE_INFINITY]] })).toBe('a,b\n,\n');
  });
});
