import { oneLine } from '../one-line.js';
import { cellWidth, fitCells, padCells } from './cell-width.js';

/** A table of texts for reading. */
export interface TextTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of numbers stand on the right. */
  readonly numeric: readonly boolean[];
}

/** A table laid out, and the names of the columns that found no room. */
export interface TextTableLayout {
  /** The header first. */
  readonly lines: readonly string[];
  readonly leftOut: readonly string[];
}

const GAP = '  ';

/**
 * Aligns a table in columns of at most `width` cells in all. Columns that do not fit are left out from the right; the
 * first always stays, cut if it must be.
 */
export function layOutTable(table: TextTable, width: number): TextTableLayout {
  const cells = [table.header, ...table.rows].map((row) => row.map((text) => oneLine(text)));
  const widths = table.header.map((_, column) =>
    Math.max(...cells.map((row) => cellWidth(row[column] ?? ''))),
  );
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
