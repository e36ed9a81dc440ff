import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { run, runHere } from './support/program.js';

const START = fileURLToPath(new URL('slurm/start-slurm', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'overtrain-slurm-'));
const state = join(home, 'slurm');
const before = process.cwd();
afterAll(() => {
  process.chdir(before);
  if (existsSync(state)) execFileSync(START, [state, 'stop']);
  delete process.env.SLURM_CONF;
  // The end of a job that was just merged may still be written.
  rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

const SWEEP = `
scenario: gaussian
params: {dim: 32, times: "log:0.1:300:12", replicates: 32}
axes:
  - random: {count: 500, seed: 7, parameters: {tau: "uniform:3:6", gammas: "log-uniform:0.03:0.1"}}
replicates: 2
engine: modes
backend: simd
`;

/** Starts Slurm, or gives the reason why there is none. */
function started(): string | undefined {
  try {
    process.env.SLURM_CONF = execFileSync(START, [state], { encoding: 'utf8', stdio: 'pipe' }).trim();
    return undefined;
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: string };
    // 3 says that Slurm cannot be installed here; that it does not start is a failure.
    if (status === 3 && process.env.CI !== 'true') return stderr.trim();
    throw error;
  }
}

interface Status {
  readonly shards: readonly {
    readonly index: number;
    readonly state: string;
    readonly kept: number;
    readonly points: number;
  }[];
  readonly again: string | null;
}

async function statusOf(folder: string): Promise<Status> {
  return JSON.parse((await runHere(['status', folder, '--json'], home)).stdout) as Status;
}

/** Waits until something is so. */
async function until<Value>(what: string, look: () => Promise<Value | undefined>): Promise<Value> {
  const end = performance.now() + 240_000;
  while (performance.now() < end) {
    const value = await look();
    if (value !== undefined) return value;
    await setTimeout(100);
  }
  throw new Error(`${what} never came: ${(await runHere(['status', 'cluster'], home)).stdout}`);
}

/**
 * A running shard of which some points are kept and some are not, and its process: held still, so that it cannot come to its end before
 * what is to stop it has reached it.
 */
function heldMidway(except: number) {
  return until('a shard midway', async () => {
    const text = (await runHere(['status', 'cluster'], home)).stdout;
    const running = text.matchAll(/^running .* shard (\d+) of 8: (\d+) of \d+ points kept, process (\d+) on/gm);
    const found = [...running]
      .map((match) => match.slice(1).map(Number) as [number, number, number])
      .find(([index, kept]) => kept > 0 && index !== except);
    if (found === undefined) return undefined;
    const [index, , pid] = found;
    const signalled = (signal: NodeJS.Signals) => {
      try {
        return process.kill(pid, signal);
      } catch {
        return false;
      }
    };
    if (!signalled('SIGSTOP')) return undefined;
    const now = (await statusOf('cluster')).shards.find((shard) => shard.index === index)!;
    if (now.state === 'running' && now.kept < now.points) return { index, pid };
    signalled('SIGCONT');
    return undefined;
  });
}

test('on a real Slurm a task that is cancelled and one that is killed are named, submitted again, and merged to the same bytes', async ({
  skip,
}) => {
  const reason = started();
  if (reason !== undefined) {
    console.log(`Left out: sweeps on Slurm: ${reason}`);
    skip(reason);
  }
  writeFileSync(join(home, 'sweep.yaml'), SWEEP);
  expect(await run(['sweep', 'sweep.yaml', '--out', 'plain', '--quiet'], home)).toMatchObject({ code: 0 });
  const submitted = await run(
    ['submit', 'slurm', 'sweep.yaml', '--out', 'cluster', '--shards', '8', '--', '--cpus-per-task=1'],
    home,
  );
  expect(submitted).toMatchObject({ code: 0, stderr: '' });
  const job = /array job (\d+)/.exec(submitted.stdout)![1]!;

  const cancelled = await heldMidway(0);
  execFileSync('scancel', [`${job}_${cancelled.index}`]);
  const killed = await heldMidway(cancelled.index);
  process.kill(killed.pid, 'SIGKILL');

  const stopped = await until('the end of the array job', async () => {
    const status = await statusOf('cluster');
    const isOver = status.shards.every(({ state }) => state === 'done' || state === 'failed');
    return isOver ? status : undefined;
  });
  const failed = stopped.shards.filter(({ state }) => state === 'failed');
  const lost = [cancelled.index, killed.index].sort((a, b) => a - b);
  expect(failed.map(({ index }) => index)).toEqual(lost);
  for (const { kept } of failed) expect(kept).toBeGreaterThan(0);
  expect(stopped.again).toContain(
    `submit slurm ${join(home, 'sweep.yaml')} --out cluster --shards 8 --only ${lost[1]! - lost[0]! === 1 ? lost.join('-') : lost.join(',')}`,
  );
  const merge = await run(['merge', 'cluster'], home);
  expect(merge).toMatchObject({ code: 2, stdout: '' });
  for (const index of lost) expect(merge.stderr).toContain(`${index}/8`);

  const words = stopped.again!.split(' ').slice(1);
  expect(await run(words, home)).toMatchObject({ code: 0, stderr: '' });
  await until('the merged file', async () => existsSync(join(home, 'cluster', 'merged.parquet')) || undefined);
  expect((await run(['status', 'cluster'], home)).code).toBe(0);
  for (const name of ['merged.csv', 'merged.parquet'])
    expect(readFileSync(join(home, 'cluster', name)).equals(readFileSync(join(home, 'plain', name)))).toBe(true);
  console.log(
    `Slurm: of 8 shards ${cancelled.index} was cancelled and ${killed.index} killed midway; submitted again, and the bytes are those of one machine`,
  );
}, 600_000);
