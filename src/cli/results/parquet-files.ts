import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Cell, Table } from '../../sim/scenario/table.js';
import type { Files } from './files.js';

/** Key of the Parquet metadata under which units, descriptions and the origin of a table stand, as JSON. */
export const PARQUET_METADATA_KEY = 'overtrain';

/**
 * Every table of a run as Parquet, `TABLE.parquet`: numbers are DOUBLE, truth values BOOLEAN, texts STRING, and every column may
 * be null. The key-value metadata has units and descriptions under {@link PARQUET_METADATA_KEY}.
 */
export async function parquetFiles(document: RunDocument): Promise<Files> {
  // Loaded here, since most calls of the program write no Parquet.
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  return new Map(
    Object.entries(document.tables).map(([name, table]) => {
      const bytes = parquetWriteBuffer({
        columnData: table.columns.map((column, index) => parquetColumn(column.name, index, table)),
        kvMetadata: [{ key: PARQUET_METADATA_KEY, value: JSON.stringify(metadata(name, document)) }],
        createdBy: `overtrain version ${document.versions.overtrain ?? 'unknown'}`,
      });
      const contents = new Uint8Array(bytes);
      return [`${name}.parquet`, table.rows.length === 0 ? withListOfGroups(contents) : contents];
    }),
  );
}

function metadata(name: string, { scenario, params, seed, tables }: RunDocument) {
  return { schema: 1, scenario, table: name, params, seed, columns: tables[name]!.columns };
}

function parquetColumn(name: string, index: number, { rows }: Table) {
  const cells = rows.map((row) => row[index]!);
  const type = parquetType(new Set(cells.filter((cell) => cell !== null).map((cell) => typeof cell)));
  return { name, type, data: cells.map((cell) => parquetCell(cell, type)), nullable: true };
}

/**
 * The type of a column; one of nothing but null counts as numbers, for that is what is missing almost everywhere.
 *
 * @param kinds what `typeof` says of its values other than null
 */
export function parquetType(kinds: ReadonlySet<string>): 'DOUBLE' | 'BOOLEAN' | 'STRING' {
  if (kinds.size === 0 || (kinds.size === 1 && kinds.has('number'))) return 'DOUBLE';
  return kinds.size === 1 && kinds.has('boolean') ? 'BOOLEAN' : 'STRING';
}

export function parquetCell(cell: Cell, type: ReturnType<typeof parquetType>): Cell {
  if (cell === null || (typeof cell === 'number' && !Number.isFinite(cell))) return null;
  return type === 'STRING' ? String(cell) : cell;
}

/**
 * hyparquet-writer 0.17 writes the list of row groups of a table without rows as a list of nothing, which Arrow refuses to
 * read: the format wants the empty list to name its element, a structure.
 */
function withListOfGroups(contents: Uint8Array): Uint8Array {
  // Thrift: no rows (field 3, i64), then field 4, a list of no elements of type 0.
  const place = Buffer.from(contents.buffer, contents.byteOffset, contents.length).lastIndexOf(
    Uint8Array.of(0x16, 0x00, 0x19, 0x00),
  );
  if (place >= 0) contents[place + 3] = 0x0c;
  return contents;
}
