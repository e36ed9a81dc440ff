import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Backend, NetworkBatch } from './backend.js';
import { type DescentRates, descentWork } from './gpu-js/gpu-threshold.js';
import { SimdBackend } from './simd-backend.js';
import { versions } from './versions.js';

const positive = z.number().positive();

/** Rates as they are kept, with what they depend on: others are measured where any of it changes. */
const kept = z.object({
  /** The card in words, with its driver. */
  device: z.string(),
  /** Version of this program. */
  overtrain: z.string(),
  /** Cores that `simd` may use. */
  cores: z.number(),
  rates: z.object({ card: positive, simd: positive, pass: positive }),
});

type RateKey = Omit<z.infer<typeof kept>, 'rates'>;

/**
 * The folder in which this user's programs keep what they can compute again.
 *
 * @param platform as Node names it; a plain word, since who uses the library may lack Node's types
 */
export function cacheFolder(env: Environment, platform: string): string {
  // The specification of XDG says to ignore relative ones.
  if (env.XDG_CACHE_HOME !== undefined && isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME;
  if (platform === 'win32') return env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
  return platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}

function rateFile(folder: string, { device, overtrain, cores }: RateKey): string {
  const key = JSON.stringify([device, overtrain, cores]);
  const digest = createHash('sha256').update(key).digest('hex');
  return join(folder, 'overtrain', `card-rates-${digest.slice(0, 16)}.json`);
}

/** Rates that were measured earlier; undefined where there are none or the file is of no use. */
export function readRates(folder: string, key: RateKey): DescentRates | undefined {
  try {
    const { rates, ...of } = kept.parse(JSON.parse(readFileSync(rateFile(folder, key), 'utf8')));
    return isDeepStrictEqual(of, key) ? rates : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps measured rates, whole or not at all. @returns why they could not be kept, or undefined where they are */
function keepRates(folder: string, key: RateKey, rates: DescentRates): string | undefined {
  const file = rateFile(folder, key);
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    try {
      writeFileSync(draft, `${JSON.stringify({ ...key, rates }, null, 2)}\n`);
      renameSync(draft, file);
    } finally {
      rmSync(draft, { force: true });
    }
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** Environment variables by name; so written that who uses the library needs no types of Node. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Enough entries, 2^18, for every core of all but the largest cards. */
const ENSEMBLE = squareNetworks(64, 64);

/** So little arithmetic that what takes time is to start each kernel. */
const SPECK = squareNetworks(2, 1);

/** Seconds that one timed run on a card may take. */
const MOST_SECONDS = 0.1;

/** Steps of a short and of a long run on a card; both are sizes that get compiled. */
const [SHORT, LONG] = [8, 128];

/** Steps on the processor: 3 · 10⁹ operations, a tenth of a second on two busy cores. */
const SIMD_STEPS = 32;

/**
 * Measures descent on a card beside `simd`, in a third of a second or less; a run before each makes threads and compiled
 * kernels. What is uncertain counts against the card: its passes include what a call costs, and a slow one is timed by
 * a short run with its transfers.
 */
export async function measureRates(card: Backend, simd: Backend): Promise<DescentRates> {
  const pass = (await secondsOf(card, SPECK, LONG)) / descentWork(SPECK.shape, 1, LONG).passes;
  const short = await secondsOf(card, ENSEMBLE, SHORT);
  const slow = short * (LONG / SHORT) > MOST_SECONDS;
  const long = slow ? 0 : await secondsOf(card, ENSEMBLE, LONG);
  // The difference leaves only steps, without the way to the card and back, unless the clock or other work spoilt it.
  const [steps, seconds] = long > short ? [LONG - SHORT, long - short] : [SHORT, short];
  return {
    card: rounded(flopsOf(steps) / seconds),
    simd: rounded(flopsOf(SIMD_STEPS) / (await secondsOf(simd, ENSEMBLE, SIMD_STEPS))),
    pass: rounded(pass),
  };
}

function flopsOf(steps: number): number {
  return descentWork(ENSEMBLE.shape, ENSEMBLE.count, steps).flops;
}

/** Two digits are what such a measurement is worth. */
const rounded = (value: number) => Number(value.toPrecision(2));

async function secondsOf(backend: Backend, batch: NetworkBatch, steps: number): Promise<number> {
  const rates = new Array<number>(steps).fill(1e-3);
  await backend.descendNetworks(batch, rates);
  const start = performance.now();
  await backend.descendNetworks(batch, rates);
  return (performance.now() - start) / 1000;
}

function squareNetworks(dim: number, count: number): NetworkBatch {
  // Cards take less power, and so less time, for zeros than for numbers of many digits.
  const values = (seed: number) =>
    Float64Array.from({ length: count * dim * dim }, (_, index) => Math.sin(seed + index) / dim);
  return {
    shape: { rows: dim, hidden: dim, cols: dim },
    count,
    first: values(1),
    second: values(2),
    target: values(3),
    rateScale: new Float64Array(count).fill(1),
  };
}

/** Where graphics cards come from, and where their rates are kept. */
export interface CardSource {
  /** Opens the card; throws where there is none. */
  open(): Promise<Backend>;
  readonly env: Environment;
  /** What measures a card; by the clock beside `simd`, if not given. */
  readonly measure?: (card: Backend) => Promise<DescentRates>;
}

export interface CardRates extends DescentRates {
  /** File that keeps them; null where that was not possible. */
  readonly file: string | null;
  /** The rates in words, for the record of a run. */
  readonly words: string;
}

/**
 * Rates of a card beside `simd`, from the user's cache or measured now and kept there.
 *
 * @throws Error when they cannot be measured
 */
export async function ratesOf(
  card: Backend,
  { env, measure = measured }: Pick<CardSource, 'env' | 'measure'>,
): Promise<CardRates> {
  const key = { device: card.device, overtrain: versions().overtrain!, cores: availableParallelism() };
  const folder = cacheFolder(env, process.platform);
  const file = rateFile(folder, key);
  const known = readRates(folder, key);
  if (known !== undefined) return { ...known, file, words: inWords(known) };
  const rates = await measure(card);
  const failure = keepRates(folder, key, rates);
  if (failure === undefined) return { ...rates, file, words: inWords(rates) };
  return { ...rates, file: null, words: `${inWords(rates)}, which could not be kept (${failure})` };
}

async function measured(card: Backend): Promise<DescentRates> {
  const simd = await SimdBackend.open();
  return measureRates(card, simd).finally(() => simd.dispose());
}

function inWords({ card, simd, pass }: DescentRates): string {
  const billions = (rate: number) => `${rounded(rate / 1e9)} GFLOP/s`;
  return `measured here: the card ${billions(card)} and ${rounded(pass * 1e6)} µs a launch, simd ${billions(simd)}`;
}
