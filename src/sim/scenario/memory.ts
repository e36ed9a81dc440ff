import { totalmem } from 'node:os';
import { InvalidInputError } from '../../theory/invalid-input.js';
import type { NetworkShape } from '../backends/backend.js';

const GIBIBYTE = 2 ** 30;

/** Share of the machine's memory that a run may plan to take; the rest belongs to the system and to other programs. */
const SHARE = 0.5;

/**
 * Refuses a problem that would not fit, before anything of it is allocated.
 *
 * @param option the parameter to reduce
 * @param value its value
 * @param bytes what the run would need at its peak
 * @throws InvalidInputError naming the size that it would need and the size that there is
 */
export function requireMemory(option: string, value: unknown, bytes: number): void {
  const available = totalmem() * SHARE;
  if (bytes <= available) return;
  throw new InvalidInputError(
    option,
    value,
    `a run that fits in ${inGibibytes(available)}; this one would need ${inGibibytes(bytes)}`,
  );
}

function inGibibytes(bytes: number): string {
  const size = bytes / GIBIBYTE;
  return `${size >= 100 ? Math.round(size).toLocaleString('en-US') : size.toFixed(1)} GiB`;
}

/**
 * Refuses networks that would not fit, naming `dim` where they are square and the three dimensions where they are not.
 *
 * @param bytes what the run would need at its peak
 * @throws InvalidInputError naming the size that it would need
 */
export function requireShapeMemory({ rows, hidden, cols }: NetworkShape, bytes: number): void {
  const isSquare = rows === hidden && rows === cols;
  if (isSquare) requireMemory('dim', rows, bytes);
  else requireMemory('rows,hidden,cols', `${rows},${hidden},${cols}`, bytes);
}

/** Matrices of one network that are held at the same time, in float64. */
const LIVE_MATRICES = 12;

/**
 * Refuses an ensemble of networks that are trained together as full matrices where it would not fit.
 *
 * @param trainings number of networks
 * @throws InvalidInputError naming the size that it would need
 */
export function requireEnsembleMemory({ rows, hidden, cols }: NetworkShape, trainings: number): void {
  const matrices = rows * hidden + hidden * cols + rows * cols;
  const bases = 3 * (rows * rows + hidden * hidden + cols * cols);
  requireShapeMemory({ rows, hidden, cols }, 8 * (LIVE_MATRICES * trainings * matrices + bases));
}

/** Bytes of one cell of a table while a run holds it: the row's array, the boxed number, and its share of the output. */
const CELL_BYTES = 48;

/**
 * Refuses tables that would not fit.
 *
 * @param option the parameter that makes the table long
 * @param value what to show of its value
 * @param cells rows times columns
 * @throws InvalidInputError naming the size that it would need
 */
export function requireTableMemory(option: string, value: unknown, cells: number): void {
  requireMemory(option, value, cells * CELL_BYTES);
}

/** Bytes that one replicate takes: float64 noise, its float32 copies, and both displacements on the device. */
export function bytesPerReplicate({ rows, hidden, cols }: NetworkShape): number {
  return 16 * (rows * hidden + hidden * cols) + 8 * rows * cols + 24 * 5 * rows;
}
