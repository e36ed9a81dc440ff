import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { Environment } from './card-rates.js';
import type { DescentRates } from './gpu-js/gpu-threshold.js';

/** What rates depend on; others are measured where any of it changes. */
export interface RateKey {
  /** The card in words, with its driver. */
  readonly device: string;
  /** Version of this program. */
  readonly overtrain: string;
  /** Cores that `simd` may use. */
  readonly cores: number;
}

const positive = z.number().positive();

export const kept = z.object({
  device: z.string(),
  overtrain: z.string(),
  cores: z.number(),
  rates: z.object({ card: positive, simd: positive, pass: positive }),
});

/** The folder in which this user's programs keep what they can compute again. */
export function cacheFolder(env: Environment, platform: NodeJS.Platform): string {
  // The specification of XDG says to ignore relative ones.
  if (env.XDG_CACHE_HOME !== undefined && isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME;
  if (platform === 'win32') return env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
  return platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}

/** The file of measured rates for a key. */
export function rateFile(folder: string, { device, overtrain, cores }: RateKey): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([device, overtrain, cores]))
    .digest('hex');
  return join(folder, 'overtrain', `card-rates-${digest.slice(0, 16)}.json`);
}

/** Rates that were measured earlier; undefined where there are none or the file is of no use. */
export function readRates(folder: string, key: RateKey): DescentRates | undefined {
  try {
    const { rates, ...of } = kept.parse(JSON.parse(readFileSync(rateFile(folder, key), 'utf8')));
    const matches = of.device === key.device && of.overtrain === key.overtrain && of.cores === key.cores;
    return matches ? rates : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps measured rates, whole or not at all.
 *
 * @returns why they could not be kept, or undefined where they are
 */
export function keepRates(folder: string, key: RateKey, rates: DescentRates): string | undefined {
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
