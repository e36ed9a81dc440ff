import type { ScalingPoint } from '../../sim/scaling/laws.js';
import { InvalidInputError, readDecimal } from '../../theory/invalid-input.js';
import { codeOf, readBounded, reasonOf } from '../results/files.js';

/** Losses of one level of noise; `noise` is null where the table has no such column. */
export interface LossTable {
  readonly noise: number | null;
  readonly points: readonly ScalingPoint[];
}

const ARGUMENT = 'file';
const MOST_BYTES = 8 * 2 ** 20;
const MOST_ROWS = 20_000;
const MOST_LEVELS = 100;
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EFBIG: 'it is larger than 8 MiB',
  ENOTFILE: 'it is not a regular file',
  EISDIR: 'it is a folder',
};

/**
 * Reads a CSV file with the columns N, D, loss and perhaps noise, in any order; others are left alone.
 *
 * @returns one table for each level of noise, in increasing order
 * @throws InvalidInputError in one line where the file cannot be read or a number is missing, naming the line
 */
export async function readLosses(file: string): Promise<LossTable[]> {
  const lines = (await readText(file)).split(/\r?\n/);
  const rows = lines
    .map((line, at) => ({ cells: cellsOf(line), line: at + 1 }))
    .filter(({ cells }) => cells.length > 0);
  const [header, ...body] = rows;
  if (header === undefined) throw new InvalidInputError(ARGUMENT, file, 'a CSV file with a header; it is empty');
  const column = columnsOf(header.cells);
  if (body.length > MOST_ROWS)
    throw new InvalidInputError(ARGUMENT, file, `at most ${MOST_ROWS} rows; it has ${body.length}`);
  const levels = new Map<number | null, ScalingPoint[]>();
  for (const { cells, line } of body) {
    const at = (name: Column, least: string, isAllowed: (value: number) => boolean) => {
      const text = cells[column[name]!] ?? '';
      const value = readDecimal(text);
      if (Number.isFinite(value) && isAllowed(value)) return value;
      throw new InvalidInputError(`${name} in line ${line}`, text, least);
    };
    const positive = (name: Column) => at(name, 'a number above 0', (value) => value > 0);
    const noise = column.noise === undefined ? null : at('noise', 'a number', () => true);
    const point = { size: positive('N'), data: positive('D'), loss: positive('loss') };
    const level = levels.get(noise);
    if (level === undefined) levels.set(noise, [point]);
    else level.push(point);
    if (levels.size > MOST_LEVELS)
      throw new InvalidInputError(ARGUMENT, file, `at most ${MOST_LEVELS} levels of noise`);
  }
  return [...levels].map(([noise, points]) => ({ noise, points })).sort((a, b) => (a.noise ?? 0) - (b.noise ?? 0));
}

const REQUIRED = ['N', 'D', 'loss'] as const;
type Column = (typeof REQUIRED)[number] | 'noise';

/** Positions of the columns; names are the same in any case, since `n` and `N` are not two things here. */
function columnsOf(header: readonly string[]): Readonly<Partial<Record<Column, number>>> {
  const found = ([...REQUIRED, 'noise'] as const).map((name) => {
    const places = header.flatMap((cell, at) => (cell.toLowerCase() === name.toLowerCase() ? [at] : []));
    if (places.length > 1) throw new InvalidInputError(ARGUMENT, name, 'a header that has this column only once');
    if (places.length === 0 && name !== 'noise') {
      throw new InvalidInputError(
        ARGUMENT,
        header.join(','),
        `a header with the columns N, D and loss; it has no ${name}`,
      );
    }
    return [name, places[0]] as const;
  });
  return Object.fromEntries(found.filter(([, place]) => place !== undefined));
}

function cellsOf(line: string): string[] {
  return line.trim() === '' ? [] : line.split(',').map((cell) => cell.trim().replace(/^"([^"]*)"$/, '$1'));
}

async function readText(file: string): Promise<string> {
  try {
    return (await readBounded(file, MOST_BYTES)).toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw new InvalidInputError(ARGUMENT, file, `a readable file (${REASONS[code] ?? reasonOf(code)})`);
  }
}
