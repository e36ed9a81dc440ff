import type { Cell, Table } from '../../sim/scenario/table.js';
import { cellWidth, fitCells, oneLine, padCells } from './cell-width.js';

/** A number of at most so many digits, plain between 1e-4 and 1e6; integers up to seven digits keep them all. */
export function readableNumber(value: number, digits = 4): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e6) return String(Number(value.toPrecision(digits)));
  return value
    .toExponential(digits - 1)
    .replace(/\.?0*e/, 'e')
    .replace('e+', 'e');
}

/** The theorems of proofs.md as they are written. */
export function sectionsOf(markdown: string) {
  return markdown.split(/\n(?=#{1,2} )/).flatMap((section) => {
    const [first = '', ...lines] = section.split('\n');
    const [, id, title] = /^## ([A-Z][A-Za-z0-9]*(?:-[a-z0-9]+)*) — (.+)$/.exec(first) ?? [];
    return id === undefined || title === undefined ? [] : [{ id, title, body: lines.join('\n') }];
  });
}

const GAP = '  ';

/** Texts in columns, numbers on the right. Columns that do not fit are left out from the right; the first stays, cut if it must be. */
export function layOutTable(
  table: {
    readonly header: readonly string[];
    readonly rows: readonly (readonly string[])[];
    readonly numeric: readonly boolean[];
  },
  width: number,
): { readonly lines: readonly string[]; readonly leftOut: readonly string[] } {
  const cells = [table.header, ...table.rows].map((row) => row.map((text) => oneLine(text)));
  const widths = table.header.map((_, column) => Math.max(...cells.map((row) => cellWidth(row[column] ?? ''))));
  let shown = 0;
  let used = 0;
  for (const columnWidth of widths) {
    const next = used + (shown === 0 ? 0 : GAP.length) + columnWidth;
    if (shown > 0 && next > width) break;
    used = next;
    shown++;
  }
  const lines = cells.map((row) => {
    const texts = widths.slice(0, shown).map((columnWidth, column) => {
      const side = table.numeric[column] ? 'left' : 'right';
      return padCells(row[column] ?? '', columnWidth, side);
    });
    return fitCells(texts.join(GAP).trimEnd(), width);
  });
  return { lines, leftOut: table.header.slice(shown) };
}

/** The order of two cells: numbers by size, then text; what is missing comes last for either sign. */
export function compareCells(a: Cell | undefined, b: Cell | undefined, sign: 1 | -1): number {
  if (a == null || b == null) return Number(a == null) - Number(b == null);
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
  return sign * String(a).localeCompare(String(b), 'en', { numeric: true });
}

/** A table as RFC 4180 has it, but for lines that end with a line feed alone; null is empty, an empty text `""`. */
export function csvText(table: Table): string {
  const header = table.columns.map(({ name }) => csvField(name)).join(',');
  const lines = table.rows.map((row) => row.map(csvField).join(','));
  return `${[header, ...lines].join('\n')}\n`;
}

function csvField(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Object.is(cell, -0) ? '-0' : Number.isFinite(cell) ? String(cell) : '';
  const text = String(cell);
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
