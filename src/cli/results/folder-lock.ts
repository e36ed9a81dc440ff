import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';

export interface FolderLock {
  /** Gives it back; without waiting, for a process that ends. */
  release(): void;
}

export class LockedFolder extends Error {
  constructor(
    readonly owner: LockOwner,
    readonly file: string,
  ) {
    super(`process ${owner.pid} on ${owner.host} has been working on it since ${owner.since}`);
  }
}

const PREFIX = 'lock.';
const ATTEMPTS = 4;

const ownerSchema = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  /** When it began, ISO 8601 in UTC. */
  since: z.string(),
  /** What distinguishes the process from a later one with the same number, where the system says. */
  process: z.string().nullable(),
});

/** Who works on a folder. */
export type LockOwner = z.infer<typeof ownerSchema>;

/**
 * Takes the lock of a folder that exists. Every process writes a file of its own, of a name that no other ever has, and then looks
 * for others: of two that come at once at least one sees the other, and a file left by a process that is gone may be removed by
 * anyone, for its name does not come again.
 *
 * @throws LockedFolder while another process that may be alive holds it
 * @throws Error with the `code` of the system; `ENOENT` also where the folder was removed meanwhile
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  for (let attempt = 1; ; attempt++) {
    const name = `${PREFIX}${process.pid}.${randomBytes(6).toString('hex')}`;
    const file = join(folder, name);
    // Whoever sees the name must see the owner in it.
    await writeFile(join(folder, `.${name}`), `${JSON.stringify(thisProcess())}\n`, { flag: 'wx' });
    await rename(join(folder, `.${name}`), file);
    const other = await livingOther(folder, name);
    if (other === undefined) return { release: () => rmSync(file, { force: true }) };
    await rm(file, { force: true });
    // Two that came at the same moment have both stepped back: they try again, not together.
    if (attempt === ATTEMPTS) throw other;
    await setTimeout(20 + 80 * Math.random());
  }
}

/** The owner of another lock in a folder that may be alive; locks of those that are not are removed. */
async function livingOther(folder: string, mine: string): Promise<LockedFolder | undefined> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(PREFIX) || name === mine) continue;
    const file = join(folder, name);
    const owner = await ownerOf(file);
    if (owner !== undefined && mayLive(owner)) return new LockedFolder(owner, file);
    await rm(file, { force: true });
  }
  return undefined;
}

/** The owners of all locks in a folder, whether they live or not. */
export async function lockOwners(folder: string): Promise<LockOwner[]> {
  const owners: LockOwner[] = [];
  for (const name of await readdir(folder)) {
    const owner = name.startsWith(PREFIX) ? await ownerOf(join(folder, name)) : undefined;
    if (owner !== undefined) owners.push(owner);
  }
  return owners;
}

/** A living process has written its lock whole: one that cannot be read was torn by a power cut. */
async function ownerOf(file: string): Promise<LockOwner | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whether the owner of a lock may still be running; on another machine or in another container there is no way to know. */
export function mayLive(owner: LockOwner): boolean {
  if (owner.host !== hostname()) return true;
  const [boot, space, start] = (owner.process ?? '').split(' ');
  const [ourBoot, ourSpace] = (processMark(process.pid) ?? '').split(' ');
  if (boot !== ourBoot) return false;
  if (space !== ourSpace) return true;
  const now = processMark(owner.pid);
  if (now !== null) return now.split(' ')[2] === start;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const SINCE = new Date().toISOString();

export function thisProcess(): LockOwner {
  return { pid: process.pid, host: hostname(), since: SINCE, process: processMark(process.pid) };
}

/** On Linux three words: the start of the machine, the container, the start of the process; null elsewhere. */
function processMark(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const space = readlinkSync('/proc/self/ns/pid');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything; the start time is the 20th field after it.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return start === undefined ? null : `${boot} ${space} ${start}`;
  } catch {
    return null;
  }
}
