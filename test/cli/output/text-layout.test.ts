import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { cellWidth, fitCells, padCells, wrapCells } from '../../../src/cli/output/cell-width.js';
import { asciiText } from '../../../src/cli/output/terminal.js';
import { layOutTable, readableNumber } from '../../../src/cli/output/text-table.js';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('σ₁ ≥ 0', '数学 模型', '👍 e\u0301'),
);
const width = fc.integer({ min: 1, max: 60 });

describe('text in cells', () => {
  it('counts cells, not characters', () => {
    expect(cellWidth('abc')).toBe(3);
    expect(cellWidth('数学')).toBe(4);
    expect(cellWidth('e\u0301')).toBe(1);
    expect(cellWidth('\u001b[1;31mred\u001b[0m')).toBe(3);
    expect(cellWidth('σ ⠤ ●')).toBe(5);
  });

  test.prop([text, width])('cuts to a width and marks the cut', (long, cells) => {
    const fitted = fitCells(long, cells);
    expect(cellWidth(fitted)).toBeLessThanOrEqual(cells);
    if (fitted !== long) expect(fitted.endsWith('…') && long.startsWith(fitted.slice(0, -1))).toBe(true);
  });

  test.prop([text, width, fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })])(
    'wraps into lines of at most a width',
    (long, cells, first, rest) => {
      for (const line of wrapCells(long, cells, first, rest)) expect(cellWidth(line)).toBeLessThanOrEqual(cells);
    },
  );

  it('wraps at blanks and loses no word', () => {
    const lines = wrapCells('one two three four five', 9, 0, 2);
    expect(lines).toEqual(['one two', '  three', '  four', '  five']);
  });

  it('pads on either side', () => {
    expect(padCells('数', 4)).toBe('数  ');
    expect(padCells('1.5', 5, 'left')).toBe('  1.5');
  });

  test.prop([text])('turns anything into ASCII', (any) => {
    expect(asciiText(any)).toMatch(/^\p{ASCII}*$/u);
  });

  it('spells out mathematical symbols and drops accents', () => {
    expect(asciiText('γ ≥ 0.5·σ₁ — Hägele')).toBe('gamma >= 0.5-sigma? -- Hagele');
    expect(asciiText('≠')).toBe('!=');
  });
});

describe('numbers for reading', () => {
  it('keeps significant digits', () => {
    const cases: [number, string][] = [
      [0, '0'],
      [1234567, '1234567'],
      [2.71849, '2.718'],
      [0.000123456, '0.0001235'],
      [0.0000123456, '1.235e-5'],
      [123456.789, '123500'],
      [12345678.9, '1.235e7'],
      [-1e-7, '-1e-7'],
      [1e300, '1e300'],
      [Number.POSITIVE_INFINITY, '∞'],
      [Number.NaN, 'NaN'],
    ];
    for (const [value, expected] of cases) expect(readableNumber(value)).toBe(expected);
  });

  // Rounding a larger number may carry it beyond the largest of float64.
  test.prop([fc.double({ noNaN: true, min: -1e308, max: 1e308 })])(
    'is off by at most half of its last digit',
    (value) => {
      // Four significant digits: half a unit in the fourth of at least 1000 units.
      const relative = Math.abs(Number(readableNumber(value)) - value) / (Math.abs(value) || 1);
      expect(relative).toBeLessThanOrEqual(0.5 / 1000 + Number.EPSILON);
    },
  );
});

describe('tables', () => {
  const table = fc
    .integer({ min: 1, max: 6 })
    .chain((columns) =>
      fc.record({
        header: fc.array(text, { minLength: columns, maxLength: columns }),
        rows: fc.array(fc.array(text, { minLength: columns, maxLength: columns }), { maxLength: 5 }),
        numeric: fc.array(fc.boolean(), { minLength: columns, maxLength: columns }),
      }),
    );

  test.prop([table, width])('stay within the width and name the columns that are left out', (given, cells) => {
    const { lines, leftOut } = layOutTable(given, cells);
    expect(lines).toHaveLength(given.rows.length + 1);
    for (const line of lines) expect(cellWidth(line)).toBeLessThanOrEqual(cells);
    expect(given.header.slice(given.header.length - leftOut.length)).toEqual(leftOut);
    expect(leftOut.length).toBeLessThan(given.header.length);
  });

  it('align numbers on the right and texts on the left', () => {
    const rows = [
      ['a', '10'],
      ['bcd', '9'],
    ];
    const { lines } = layOutTable({ header: ['name', 'n'], rows, numeric: [false, true] }, 40);
    expect(lines).toEqual(['name   n', 'a     10', 'bcd    9']);
  });
});
