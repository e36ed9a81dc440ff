import {
  bootstrapIntervals,
  explainedShare,
  type FittedLaw,
  fitLaw,
  formulaParameters,
} from '../../sim/scaling/fit-law.js';
import { type ScalingLaw, type ScalingPoint, scalingLaws } from '../../sim/scaling/laws.js';
import { eventLoopTurns } from '../../sim/scenario/event-loop.js';
import { InvalidInputError, readDecimal } from '../../theory/invalid-input.js';
import { type CommandLineIo, paragraph, styleFor, type Terminal, terminalOf } from '../output/terminal.js';
import { layOutTable, readableNumber } from '../output/text-table.js';
import { DEFAULT_SEED, readSeed } from '../settings/run-request.js';
import { readChoice } from '../settings/setting.js';
import { type LossTable, readLosses } from './read-losses.js';

/** What is fitted to which points, and how often a bootstrap fits it again. */
export interface FitRequest {
  readonly laws: readonly ScalingLaw[];
  readonly fitSize: number;
  readonly fitData: number;
  readonly resamples: number;
  readonly seed: number;
}

export interface FitRecord {
  readonly law: string;
  readonly formula: string;
  readonly noise: number | null;
  readonly points: number;
  readonly held_out: number;
  /** R² of ln loss on the points that were fitted; null where all losses are the same. */
  readonly r_squared: number | null;
  readonly r_squared_held_out: number | null;
  readonly parameters: readonly { name: string; value: number; low: number; high: number }[];
}

export interface FitDocument {
  readonly schema: 1;
  readonly file: string;
  readonly seed: number;
  readonly resamples: number;
  readonly fits: readonly FitRecord[];
  /** R² of ln loss on all levels of noise together, each with its own fit. */
  readonly pooled: readonly {
    readonly law: string;
    readonly r_squared: number | null;
    readonly r_squared_held_out: number | null;
  }[];
}

/**
 * Fits every law to every level of noise.
 *
 * @param turn awaited between fits, for the event loop
 * @throws InvalidInputError where a level has fewer points than a law needs
 */
export async function fitDocument(
  file: string,
  tables: readonly LossTable[],
  request: FitRequest,
  turn: () => Promise<void>,
): Promise<FitDocument> {
  const { laws, fitSize, fitData, resamples, seed } = request;
  const split = tables.map(({ noise, points }) => {
    const isInside = ({ size, data }: ScalingPoint) => size <= fitSize && data <= fitData;
    return { noise, inside: points.filter(isInside), outside: points.filter((point) => !isInside(point)) };
  });
  for (const { noise, inside } of split) for (const law of laws) requireEnough(law, inside, noise);
  const fits: FitRecord[] = [];
  const pooled: FitDocument['pooled'][number][] = [];
  for (const law of laws) {
    const all: { fit: FittedLaw; inside: readonly ScalingPoint[]; outside: readonly ScalingPoint[] }[] = [];
    for (const { noise, inside, outside } of split) {
      await turn();
      const fit = fitLaw(law, inside);
      all.push({ fit, inside, outside });
      const intervals = await bootstrapIntervals(fit, inside, resamples, seed, turn);
      const values = formulaParameters(fit);
      fits.push({
        ...{ law: law.name, formula: law.formula, noise, points: inside.length, held_out: outside.length },
        r_squared: explainedShare([{ fit, points: inside }]),
        r_squared_held_out: explainedShare([{ fit, points: outside }]),
        parameters: law.parameters.map(({ name }, at) => ({ name, value: values[at]!, ...intervals[at]! })),
      });
    }
    pooled.push({
      law: law.name,
      r_squared: explainedShare(all.map(({ fit, inside }) => ({ fit, points: inside }))),
      r_squared_held_out: explainedShare(all.map(({ fit, outside }) => ({ fit, points: outside }))),
    });
  }
  return { schema: 1, file, seed, resamples, fits, pooled };
}

function requireEnough(law: ScalingLaw, points: readonly ScalingPoint[], noise: number | null): void {
  const needed = law.parameters.length;
  const distinct = new Set(points.map(({ size, data }) => `${size} ${data}`)).size;
  if (distinct > needed) return;
  const where = noise === null ? '' : ` at noise ${noise}`;
  throw new InvalidInputError(
    'file',
    `${distinct} points`,
    `more than ${needed} distinct points (N, D) to fit the ${law.name} law${where}, which has ${needed} parameters`,
  );
}

export function fitReport({ fits, pooled }: FitDocument, terminal: Terminal): string[] {
  const style = styleFor(terminal.colour);
  const lines = fits.flatMap((fit) => [
    ...paragraph(heading(fit), terminal, style.strong),
    ...paragraph(fit.formula, terminal, style.faint, 2),
    ...layOutTable(
      {
        header: ['  parameter', 'value', '95 % from', 'to'],
        rows: fit.parameters.map(({ name, value, low, high }) => [
          `  ${name}`,
          ...[value, low, high].map((number) => readableNumber(number)),
        ]),
        numeric: [false, true, true, true],
      },
      terminal.width,
    ).lines,
    '',
  ]);
  const summary = layOutTable(
    {
      header: ['law', 'R2 of ln loss', 'held out'],
      rows: pooled.map(({ law, r_squared, r_squared_held_out }) => [law, share(r_squared), share(r_squared_held_out)]),
      numeric: [false, true, true],
    },
    terminal.width,
  );
  return [...lines, ...paragraph('All noise levels', terminal, style.strong), ...summary.lines];
}

function heading({ law, noise, points, held_out }: FitRecord): string {
  const level = noise === null ? '' : `, noise ${readableNumber(noise)}`;
  const rest = held_out === 0 ? '' : `, ${held_out} held out`;
  return `${law}${level}: ${points} points${rest}`;
}

function share(value: number | null): string {
  return value === null ? '-' : readableNumber(value);
}

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

/** `overtrain fit FILE`. @throws InvalidInputError where the file or an option is not right */
export async function fitTable(file: string, options: FitOptions, io: CommandLineIo): Promise<void> {
  const request = {
    laws: lawsOf(options.law),
    fitSize: readLimit('--fit-size', options.fitSize),
    fitData: readLimit('--fit-data', options.fitData),
    resamples: readResamples(options.resamples),
    seed: options.seed === undefined ? DEFAULT_SEED : readSeed(options.seed),
  };
  const document = await fitDocument(file, await readLosses(file), request, eventLoopTurns(io.signal));
  const text = options.json ? JSON.stringify(document) : fitReport(document, terminalOf(io.stdout, io.env)).join('\n');
  io.stdout.write(`${text}\n`);
}

function lawsOf(asked: readonly string[] | undefined): readonly ScalingLaw[] {
  if (asked === undefined) return scalingLaws;
  const known = scalingLaws.map(({ name }) => name);
  for (const name of asked) readChoice('--law', name, known);
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
