import { claims } from '../../theory/claims/all-claims.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { exitCode, isAbort } from '../output/error-line.js';
import { progressLine } from '../output/progress-line.js';
import { type CommandLineIo, terminalOf } from '../output/terminal.js';
import { DEFAULT_SEED, readSeed } from '../settings/run-request.js';
import { readChoice } from '../settings/setting.js';
import { type ClaimJob, type ClaimOutcome, tryClaims } from './try-claims.js';
import { verifyDocument, verifyReport } from './verify-document.js';

export interface VerifyOptions {
  readonly claim?: readonly string[];
  readonly runs?: string;
  readonly seed?: string;
  readonly path?: string;
  readonly falsify?: true;
  readonly json?: true;
  readonly quiet?: true;
}

const DEFAULT_RUNS = 1000;
const FEWEST_RUNS = 10;
const MOST_RUNS = 1_000_000;

/**
 * `overtrain verify`: tries claims, attacks their hypotheses where asked, prints what that showed.
 *
 * @returns the exit code: 0 when all hold, 1 when one is refuted or met by too few cases
 * @throws InvalidInputError for a wrong request, before anything is tried
 * @throws DOMException `AbortError` when interrupted, after printing what was finished
 */
export async function verifyClaims(options: VerifyOptions, io: CommandLineIo): Promise<number> {
  const ids = claimIds(options.claim);
  const runs = readRuns(options.runs);
  const seed = options.seed === undefined ? DEFAULT_SEED : readSeed(options.seed);
  const falsify = options.falsify === true;
  const { path } = options;
  if (path !== undefined && ids.length !== 1)
    throw new InvalidInputError('--path', path, 'to be used with exactly one --claim');
  if (path !== undefined && falsify)
    throw new InvalidInputError('--path', path, 'to be used without --falsify, which draws its own cases');
  const jobs = ids.map((id): ClaimJob => ({ id, runs, seed, falsify, ...(path === undefined ? {} : { path }) }));
  const progress = progressLine(io.stderr, io.env, options.quiet === true);
  const outcomes = new Map<string, ClaimOutcome>();
  const print = () => {
    progress.clear();
    const document = verifyDocument(ids, outcomes, { seed, runs: path === undefined ? runs : 1 });
    const text = options.json
      ? JSON.stringify(document)
      : verifyReport(document, terminalOf(io.stdout, io.env)).join('\n');
    io.stdout.write(`${text}\n`);
  };
  progress.update(0, 1, `trying ${ids.length} claims`);
  try {
    await tryClaims(jobs, {
      signal: io.signal,
      onProgress: (done, total) => progress.update(done, total, `${outcomes.size} of ${ids.length} claims`),
      onOutcome: ({ id }, outcome) => outcomes.set(id, outcome),
    });
  } catch (error) {
    progress.clear();
    if (isAbort(error) && outcomes.size > 0 && !options.json) print();
    throw error;
  }
  print();
  const allHold = [...outcomes.values()].every(({ result }) => result.verdict === 'holds');
  return allHold ? exitCode.done : exitCode.refuted;
}

function claimIds(asked: readonly string[] | undefined): string[] {
  const known = claims.map(({ id }) => id);
  if (asked === undefined) return known;
  const chosen = new Set(asked.map((id) => readChoice('--claim', id, known)));
  return known.filter((id) => chosen.has(id));
}

function readRuns(text: string | undefined): number {
  if (text === undefined) return DEFAULT_RUNS;
  const runs = /^\d+(e\d)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
  if (runs >= FEWEST_RUNS && runs <= MOST_RUNS) return runs;
  throw new InvalidInputError('--runs', text, `an integer from ${FEWEST_RUNS} to ${MOST_RUNS}`);
}
