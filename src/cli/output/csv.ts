import type { Cell, Table } from '../../sim/scenario/table.js';

/**
 * A table as RFC 4180 has it, except that lines end with a line feed alone, as other Unix tools write them. The first line
 * names the columns; numbers are the shortest that read back as the same float64; null is empty, an empty text `""`.
 */
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
