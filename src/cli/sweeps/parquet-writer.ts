import type { FileHandle } from 'node:fs/promises';
import type { ParquetWriter } from 'hyparquet-writer';
import type { Cell, Column, Row } from '../../sim/scenario/table.js';
import { PARQUET_METADATA_KEY } from '../results/parquet-files.js';

/** Which kinds of values the columns of a long table hold, gathered as its rows go by. */
export class ColumnTypes {
  private readonly kinds: readonly Set<string>[];

  constructor(count: number) {
    this.kinds = Array.from({ length: count }, () => new Set<string>());
  }

  /** Takes note of some rows. */
  see(rows: readonly Row[]): void {
    for (const row of rows)
      row.forEach((cell, index) => {
        if (cell !== null) this.kinds[index]!.add(typeof cell);
      });
  }

  /** Type of a column; one without a value counts as numbers. */
  at(index: number): 'DOUBLE' | 'BOOLEAN' | 'STRING' {
    const kinds = this.kinds[index]!;
    if (kinds.size === 0 || (kinds.size === 1 && kinds.has('number'))) return 'DOUBLE';
    return kinds.size === 1 && kinds.has('boolean') ? 'BOOLEAN' : 'STRING';
  }
}

/** Writes a table as Parquet group by group, so that it need not be in memory; columns as in `parquetFiles`. */
export class TableWriter {
  private constructor(
    private readonly writer: ParquetWriter,
    private readonly columns: readonly Column[],
    private readonly types: ColumnTypes,
  ) {}

  /** Begins a file. */
  static async open(
    file: FileHandle,
    columns: readonly Column[],
    types: ColumnTypes,
    metadata: object,
    version: string,
  ): Promise<TableWriter> {
    const { ByteWriter, ParquetWriter, schemaFromColumnData } = await import('hyparquet-writer');
    const bytes = new ByteWriter();
    const flush = async () => {
      await file.appendFile(new Uint8Array(bytes.buffer, 0, bytes.index));
      bytes.index = 0;
    };
    const columnData = columns.map(({ name }, index) => ({
      ...{ name, type: types.at(index), nullable: true },
      data: [],
    }));
    const writer = new ParquetWriter({
      writer: Object.assign(bytes, { flush, finish: flush }),
      schema: schemaFromColumnData({ columnData }),
      kvMetadata: [{ key: PARQUET_METADATA_KEY, value: JSON.stringify(metadata) }],
      createdBy: `overtrain version ${version}`,
    });
    return new TableWriter(writer, columns, types);
  }

  /** Writes some rows as one group. */
  async write(rows: readonly Row[]): Promise<void> {
    const columnData = this.columns.map(({ name }, index) => ({
      name,
      data: rows.map((row) => parquetCell(row[index]!, this.types.at(index))),
    }));
    await this.writer.write({ columnData, rowGroupSize: rows.length });
  }

  /** Ends the file. */
  async finish(): Promise<void> {
    await this.writer.finish();
  }
}

function parquetCell(cell: Cell, type: string): Cell {
  if (cell === null || (typeof cell === 'number' && !Number.isFinite(cell))) return null;
  return type === 'STRING' ? String(cell) : cell;
}
