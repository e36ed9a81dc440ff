import { join } from 'node:path';
import type { SweepDefinition } from '../../sim/sweeps/sweep.js';
import { shellWord } from '../reproduce.js';
import { recordedSweep, sweepPlaces } from './sweep-folder.js';

/** The content of a sweep file that asks for this very sweep. */
export function sweepFileOf({ table, ...rest }: SweepDefinition): Readonly<Record<string, unknown>> {
  return { ...rest, output: { table } };
}

/** What a file asks for: a sweep file says it itself, and the `sweep.json` of a folder asks for what was computed there. */
export function askedFor(content: unknown): unknown {
  const { success, data } = recordedSweep.safeParse(content);
  return success ? sweepFileOf(data.definition as unknown as SweepDefinition) : content;
}

/** The command line that computes the sweep of a folder, but for where its results go. */
export function commandOf(folder: string): string {
  return `overtrain sweep ${shellWord(sweepPlaces(folder).identity)}`;
}

/** The same for the folder of a search, whose first level is the sweep that was asked for. */
export function searchCommandOf(folder: string, levels: number): string {
  return `${commandOf(join(folder, 'level-0'))} --find inflection --levels ${levels}`;
}
