import { type ScalingLaw, scalingLaws } from '../../sim/scaling/laws.js';
import { eventLoopTurns } from '../../sim/scenario/compute.js';
import { nearestName } from '../../sim/scenario/nearest-name.js';
import { readDecimal } from '../../theory/decimal.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import type { CommandLineIo } from '../io.js';
import { terminalOf } from '../output/terminal.js';
import { DEFAULT_SEED, readSeed } from '../settings/seed.js';
import { fitDocument } from './fit-document.js';
import { fitReport } from './fit-report.js';
import { readLosses } from './read-losses.js';

/** Options of `overtrain fit` as commander gives them. */
export interface FitOptions {
  readonly law?: readonly string[];
  readonly fitSize?: string;
  readonly fitData?: string;
  readonly resamples?: string;
  readonly seed?: string;
  readonly json?: true;
}

const DEFAULT_RESAMPLES = 200;
const MOST_RESAMPLES = 100_000;

/**
 * `overtrain fit FILE`.
 *
 * @throws InvalidInputError where the file or an option is not right
 */
export async function fitTable(file: string, options: FitOptions, io: CommandLineIo): Promise<void> {
  const request = {
    laws: lawsOf(options.law),
    fitSize: readLimit('--fit-size', options.fitSize),
    fitData: readLimit('--fit-data', options.fitData),
    resamples: readResamples(options.resamples),
    seed: options.seed === undefined ? DEFAULT_SEED : readSeed(options.seed),
  };
  const document = await fitDocument(file, await readLosses(file), request, eventLoopTurns(io.signal));
  const text = options.json
    ? JSON.stringify(document)
    : fitReport(document, terminalOf(io.stdout, io.env)).join('\n');
  io.stdout.write(`${text}\n`);
}

function lawsOf(asked: readonly string[] | undefined): readonly ScalingLaw[] {
  if (asked === undefined) return scalingLaws;
  const known = scalingLaws.map(({ name }) => name);
  for (const name of asked) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    throw new InvalidInputError('--law', name, `${known.join(', ')}${hint}`);
  }
  return scalingLaws.filter(({ name }) => asked.includes(name));
}

function readLimit(option: string, text: string | undefined): number {
  if (text === undefined) return Infinity;
  const value = readDecimal(text);
  if (value > 0 && value < Infinity) return value;
  throw new InvalidInputError(option, text, 'a number above 0');
}

function readResamples(text: string | undefined): number {
  if (text === undefined) return DEFAULT_RESAMPLES;
  const count = /^\d{1,6}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (count >= 2 && count <= MOST_RESAMPLES) return count;
  throw new InvalidInputError('--resamples', text, `an integer from 2 to ${MOST_RESAMPLES}`);
}
