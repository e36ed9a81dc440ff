import { availableParallelism } from 'node:os';
import { versions } from '../scenario/versions.js';
import type { Backend } from './backend.js';
import type { Environment } from './environment.js';
import type { DescentRates } from './gpu-js/gpu-threshold.js';
import { measureRates } from './measure-rates.js';
import { cacheFolder, keepRates, rateFile, readRates } from './rate-cache.js';
import { SimdBackend } from './simd-backend.js';

/** Where graphics cards come from, and where their rates are kept. */
export interface CardSource {
  /** Opens the card; throws where there is none. */
  open(): Promise<Backend>;
  readonly env: Environment;
  /** What measures a card; by the clock beside `simd`, if not given. */
  readonly measure?: (card: Backend) => Promise<DescentRates>;
}

/** Rates of a card, and what became of them. */
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
  try {
    return await measureRates(card, simd);
  } finally {
    await simd.dispose();
  }
}

function inWords({ card, simd, pass }: DescentRates): string {
  const billions = (rate: number) => `${Number((rate / 1e9).toPrecision(2))} GFLOP/s`;
  const microseconds = Number((pass * 1e6).toPrecision(2));
  return `measured here: the card ${billions(card)} and ${microseconds} µs a launch, simd ${billions(simd)}`;
}
