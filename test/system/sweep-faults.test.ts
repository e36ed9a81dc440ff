import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endStarted, run, runHere, start } from './support/program.js';

const home = mkdtempSync(join(tmpdir(), 'overtrain-sweep-faults-'));
const mounted: string[] = [];
const before = process.cwd();
afterAll(async () => {
  process.chdir(before);
  await endStarted();
  for (const folder of mounted) execFileSync('umount', ['-l', folder]);
  rmSync(home, { recursive: true, force: true });
});

const SWEEP = `
scenario: gaussian
params: {dim: 16, times: "log:0.1:300:12", replicates: 32}
axes:
  - random: {count: 1000, seed: 7, parameters: {tau: "uniform:3:6", gammas: "log-uniform:0.03:0.1"}}
engine: modes
backend: simd
`;
const MERGED = ['merged.csv', 'merged.parquet'];
const ONE_LINE = /^overtrain: [^\n]+\n$/;

const bytesOf = (folder: string) => MERGED.map((name) => readFileSync(join(folder, name)));

let plain: readonly Buffer[];
beforeAll(async () => {
  writeFileSync(join(home, 'sweep.yaml'), SWEEP);
  const ended = await run(['sweep', 'sweep.yaml', '--out', 'plain', '--threads', '1', '--quiet'], home);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  plain = bytesOf(join(home, 'plain'));
  // Loads what looks at a sweep, so that a first look at one that is going on comes in time.
  expect((await runHere(['status', 'plain'], home)).code).toBe(0);
});

async function keptIn(out: string): Promise<number> {
  const { stdout } = await runHere(['status', out, '--json'], home);
  return stdout === '' ? 0 : JSON.parse(stdout).shards[0].kept;
}

/** Starts the sweep or goes on with it, and waits until more points are kept. */
async function midway(out: string, before: number) {
  const going = start(['sweep', 'sweep.yaml', '--out', out, '--resume', '--quiet'], home);
  for (;;) {
    const kept = await keptIn(out);
    if (kept > before) return { going, kept };
  }
}

test('after SIGINT, SIGTERM and SIGKILL finished points are kept, and --resume ends with the same bytes', async () => {
  const out = 'stopped';
  let before = 0;
  // One after the other on one folder, for the files with the figures at its end take longer than the points.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    const { going, kept } = await midway(out, before);
    going.kill(signal);
    const ended = await going.ended;
    expect([signal, ended.code]).toEqual([signal, signal === 'SIGKILL' ? null : 130]);
    if (signal !== 'SIGKILL') expect(ended.stderr).toContain('finished and saved');
    expect(existsSync(join(home, out, 'merged.parquet'))).toBe(false);
    before = await keptIn(out);
    expect(before).toBeGreaterThanOrEqual(kept);
  }
  const resumed = await run(['sweep', 'sweep.yaml', '--out', out, '--resume', '--quiet'], home);
  expect(resumed).toMatchObject({ code: 0, stderr: '' });
  expect(Number(/^1000 points \((\d+) of them earlier\)/.exec(resumed.stdout)?.[1])).toBe(before);
  expect(bytesOf(join(home, out)).map((bytes, index) => bytes.equals(plain[index]!))).toEqual([true, true]);
  expect(readdirSync(join(home, out, 'shards'))).toEqual(['1-of-1.shard']);
});

test('a full disk ends a sweep in one line; once there is room it goes on and ends with the same bytes', async ({
  skip,
}) => {
  const folder = join(home, 'full');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=60k', 'tmpfs', folder], { stdio: 'pipe' });
  } catch {
    console.log('Left out: a full disk under a sweep, for this user may not mount a file system');
    skip('this user may not mount a file system');
  }
  mounted.push(folder);
  let full = 0;
  let kept = 0;
  // Full midway, then as files are merged, then as figures are drawn.
  for (let size = 60; ; size *= 4) {
    execFileSync('mount', ['-o', `remount,size=${size}k`, folder]);
    const ended = await run(['sweep', 'sweep.yaml', '--out', 'full/s', '--resume', '--quiet'], home);
    if (ended.code === 0) break;
    full++;
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(ONE_LINE) });
    expect(ended.stderr).toMatch(
      /no space left; (finished points are saved|the shards are safe|the merged files are complete)/,
    );
    const { shards } = JSON.parse((await runHere(['status', 'full/s', '--json'], home)).stdout);
    expect(shards[0].kept).toBeGreaterThanOrEqual(kept);
    kept = shards[0].kept;
    // Both merged files are there, or none.
    const merged = MERGED.filter((name) => existsSync(join(folder, 's', name)));
    expect(merged).toEqual(ended.stderr.includes('the merged files are complete') ? MERGED : []);
  }
  expect(full).toBeGreaterThan(1);
  expect(kept).toBeGreaterThan(0);
  expect(bytesOf(join(folder, 's')).map((bytes, index) => bytes.equals(plain[index]!))).toEqual([true, true]);
  const names = readdirSync(join(folder, 's')).filter((name) => !name.startsWith('figure-'));
  expect(names.sort()).toEqual([...MERGED, 'run.json', 'shards', 'sweep.json']);
  console.log(`full disk: ${full} times full, ${kept} points kept, then the same bytes`);
}, 300_000);
