import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

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
  return { pid: child.pid!, ended, kill: (signal) => child.kill(signal) };
}

/** Runs the built program to its end. */
export function run(argv: readonly string[], cwd: string): Promise<Ended> {
  return start(argv, cwd).ended;
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
