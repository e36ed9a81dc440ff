import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { runCommandLine } from '../../../src/cli/program.js';

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const COMMAND_LINE = new URL('../../../dist/cli/program.js', import.meta.url).href;

/** What a call of the built program left behind. */
export interface Ended {
  /** null for a process that was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A call of the built program that may still be running. */
export interface Started {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

const going = new Set<Started>();

/**
 * Ends what was started and has not ended, as after a test that failed midway: nothing writes any more into a folder that is about to be removed.
 */
export async function endStarted(): Promise<void> {
  for (const one of going) one.kill('SIGKILL');
  await Promise.all([...going].map(({ ended }) => ended));
}

/** Starts the built program in a folder. */
export function start(argv: readonly string[], cwd: string): Started {
  const child = spawn(process.execPath, [MAIN, ...argv], {
    cwd,
    env: { ...process.env, LANG: 'C.UTF-8', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, ...written }));
  });
  const started: Started = { pid: child.pid!, ended, kill: (signal) => child.kill(signal) };
  going.add(started);
  void ended.then(() => going.delete(started));
  return started;
}

/** Runs the built program to its end. */
export function run(argv: readonly string[], cwd: string): Promise<Ended> {
  return start(argv, cwd).ended;
}

/**
 * Calls the command line of the built program in this process, of which the folder becomes the current one: for what is no matter of the
 * process. Loading the program and what draws figures takes every new process a second and more, and here the first call alone.
 */
export async function runHere(argv: readonly string[], cwd: string): Promise<Ended> {
  process.chdir(cwd);
  const built = (await import(COMMAND_LINE)) as { runCommandLine: typeof runCommandLine };
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const env = { ...process.env, LANG: 'C.UTF-8', NO_COLOR: '1' };
  const code = await built.runCommandLine(argv, { stdout: stream('stdout'), stderr: stream('stderr'), env });
  return { code, ...written };
}

/** Checksums of the tables of a result folder by file name. */
export function tableChecksums(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => /\.(csv|parquet)$/.test(name));
  return Object.fromEntries(
    names.sort().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}
