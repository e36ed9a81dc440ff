import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { versions } from '../../sim/backends/versions.js';
import { contentHash, type SweepDefinition } from '../../sim/sweeps/sweep.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { codeOf, makeFolders, notWritable, readBounded } from '../results/files.js';
import { gitCommit } from '../results/run-files.js';
import { shellWord } from '../settings/run-request.js';
import type { SweepRequest } from './sweep-file.js';

/** What a folder of a sweep is of: `sweep.json`. Shards that were computed for another are not merged with it. */
export interface SweepIdentity {
  readonly schema: 1;
  readonly definition: SweepDefinition;
  readonly versions: Readonly<Record<string, string>>;
  readonly git_commit: string | null;
  /** Content hash of the fields above. */
  readonly hash: string;
}

/** The part of `sweep.json` that says which sweep it is. */
export const recordedSweep = z.looseObject({
  schema: z.literal(1),
  definition: z.looseObject({ scenario: z.string(), axes: z.array(z.unknown()), table: z.string() }),
});

const identitySchema = recordedSweep.extend({
  versions: z.record(z.string(), z.string()),
  git_commit: z.string().nullable(),
  hash: z.string(),
});

const NAME = 'sweep.json';
const MOST_BYTES = 256 * 2 ** 20;

export function sweepPlaces(folder: string) {
  return { identity: join(folder, NAME), shards: join(folder, 'shards') };
}

export async function sweepIdentity(definition: SweepDefinition): Promise<SweepIdentity> {
  const rest = { schema: 1, definition, versions: versions(), git_commit: await gitCommit() } as const;
  return { ...rest, hash: contentHash(rest) };
}

/**
 * Makes the folder of a sweep, or makes sure that the one that is there is of the same sweep. Shards that begin at the same
 * moment agree on one `sweep.json`.
 *
 * @param mayGoOn whether a sweep that was begun there may be gone on with
 * @throws InvalidInputError where another sweep or other files are there, or nothing can be written
 */
export async function enterSweepFolder(folder: string, wanted: SweepIdentity, mayGoOn: boolean): Promise<void> {
  if (folder.trim() === '' || folder.includes('\0'))
    throw new InvalidInputError('--out', folder, 'the name of a folder');
  const { identity, shards } = sweepPlaces(resolve(folder));
  try {
    if (!existsSync(identity)) {
      const names = await readdir(folder).catch(() => []);
      if (names.some((name) => !/^(sweep\.json|shards|slurm|submitted\.json|\.)/.test(name)))
        throw new InvalidInputError('--out', folder, 'a new or empty folder, or the folder of this sweep');
      await makeFolders(shards, []);
      await writeOnce(identity, `${JSON.stringify(wanted, null, 2)}\n`);
    } else if (!mayGoOn)
      throw new InvalidInputError(
        '--out',
        folder,
        'a new or empty folder; this one holds a sweep (--resume continues it)',
      );
    const kept = await readIdentity(folder);
    const difference = differenceOf(kept, wanted);
    if (difference !== undefined)
      throw new InvalidInputError(
        mayGoOn ? '--resume' : '--out',
        folder,
        `the folder of this same sweep; the one begun there differs in ${difference}: choose another folder`,
      );
    await makeFolders(shards, []);
  } catch (error) {
    throw notWritable(folder, error);
  }
}

/** A link is made whole or not at all, and only where there is none, also on a shared file system. */
async function writeOnce(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, text, { flush: true });
  try {
    await link(temporary, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Reads what a folder is of. @throws InvalidInputError where it is no folder of a sweep */
export async function readIdentity(folder: string): Promise<SweepIdentity> {
  let text: string;
  try {
    text = (await readBounded(sweepPlaces(folder).identity, MOST_BYTES)).toString('utf8');
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'there is none' : (codeOf(error) ?? String(error));
    throw new InvalidInputError('folder', folder, `a sweep folder with its ${NAME} (${reason})`);
  }
  try {
    return identitySchema.parse(JSON.parse(text)) as unknown as SweepIdentity;
  } catch {
    throw new InvalidInputError('folder', folder, `a folder whose ${NAME} has not been changed`);
  }
}

function differenceOf(kept: SweepIdentity, wanted: SweepIdentity): string | undefined {
  if (kept.hash === wanted.hash) return undefined;
  const fields = Object.keys(wanted.definition) as (keyof SweepDefinition)[];
  const differing = fields
    .filter((field) => contentHash(kept.definition[field] ?? null) !== contentHash(wanted.definition[field] ?? null))
    .map((field) => `the sweep file's ${field}`);
  if (contentHash(kept.versions) !== contentHash(wanted.versions))
    differing.push('versions of overtrain, Node or a library');
  if (kept.git_commit !== wanted.git_commit) differing.push('the commit of overtrain');
  return differing.join(', ') || 'its content hash';
}

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

/** The folder of a sweep. @throws InvalidInputError where neither the file nor the command line names one */
export function requireFolder({ folder }: SweepRequest): string {
  if (folder !== undefined) return folder;
  throw new InvalidInputError('--out', folder, 'a results folder, given here or as output.folder in the file');
}
