import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, type TestContext, test } from 'vitest';
import { readResult } from '../../src/cli/results/read-result.js';
import { samples } from '../support/sample-size.js';
import { endStarted, run, runHere, start, tableChecksums } from './support/program.js';

const home = mkdtempSync(join(tmpdir(), 'overtrain-disk-'));
const mounted: string[] = [];
const before = process.cwd();
afterAll(async () => {
  process.chdir(before);
  await endStarted();
  for (const folder of mounted) execFileSync('umount', ['-l', folder]);
  rmSync(home, { recursive: true, force: true });
});

const LONG = 'run gaussian --set dim=12 --set replicates=1500 --engine matrix --quiet --csv --out'.split(' ');
const SHORT = 'run incremental --set dim=3 --engine exact --quiet --csv --out'.split(' ');
const ONE_LINE = /^overtrain: [^\n]+\n$/;

/** Mounts a small file system in memory; leaves the test out, with the reason, where that is not allowed. */
function mount(name: string, options: string, { skip }: TestContext): string {
  const folder = join(home, name);
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
  } catch {
    console.log(`Left out: a ${name} disk, for this user may not mount a file system`);
    skip('this user may not mount a file system');
  }
  mounted.push(folder);
  return folder;
}

test('a full disk ends a run in one line; once there is room it goes on and ends with the same bytes', async (context) => {
  const folder = mount('full', 'size=300k', context);
  expect((await run([...LONG, 'plain'], home)).code).toBe(0);
  const expected = tableChecksums(join(home, 'plain'));
  let attempts = 0;
  let code: number | null = 2;
  for (let size = 300; code === 2; size *= 4) {
    attempts++;
    execFileSync('mount', ['-o', `remount,size=${size}k`, folder]);
    const ended = await run([...LONG, 'r', '--resume'], folder);
    code = ended.code;
    if (code === 0) break;
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(ONE_LINE) });
    expect(ended.stderr).toContain('no space left');
    expect(ended.stderr).toContain('repeat the command with --resume');
    expect(readdirSync(folder).filter((name) => !name.endsWith('.partial'))).toEqual([]);
  }
  expect(code).toBe(0);
  expect(attempts).toBeGreaterThan(1);
  expect(tableChecksums(join(folder, 'r'))).toEqual(expected);
  expect(readdirSync(folder)).toEqual(['r']);
  console.log(`full disk: ${attempts - 1} times full, then the same bytes`);
}, 300_000);

test('a read-only disk is refused before anything is computed', async (context) => {
  const folder = mount('read-only', 'size=300k', context);
  execFileSync('mount', ['-o', 'remount,ro', folder]);
  const ended = await run([...SHORT, 'r'], folder);
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(ONE_LINE) });
  expect(ended.stderr).toContain('the file system is read-only');
});

test('a folder without the right to write is refused', async ({ skip }) => {
  if (process.getuid?.() === 0) skip('root may write everywhere; the read-only disk stands for it');
  const folder = join(home, 'closed');
  mkdirSync(folder);
  chmodSync(folder, 0o555);
  const { code, stderr } = await run([...SHORT, 'r'], folder);
  expect(code).toBe(2);
  expect(stderr).toContain('permission denied');
});

test('of two processes on one folder one computes, and the other names it', async () => {
  const rounds = samples(2);
  for (let round = 0; round < rounds; round++) {
    const processes = [start([...LONG, 'two'], home), start([...LONG, 'two'], home)];
    const [first, second] = await Promise.all(processes.map((one) => one.ended));
    const [winner, loser] = first!.code === 0 ? [0, second!] : [1, first!];
    expect([first!.code, second!.code].sort()).toEqual([0, 2]);
    expect(loser.stderr).toMatch(ONE_LINE);
    expect(loser.stderr).toContain(`process ${processes[winner]!.pid} on `);
    expect((await readResult(join(home, 'two'))).problems).toEqual([]);
    expect(readdirSync(home).filter((name) => name.includes('two'))).toEqual(['two']);
    rmSync(join(home, 'two'), { recursive: true });
  }
  console.log(`two processes on one folder: ${rounds} times exactly one ran`);
}, 120_000);

test.each([
  'two words',
  'µ–数学 🙂',
  '../beside',
  './a/../b',
  'quote\'s "both" $HOME `id`',
  '-dash',
  'x'.repeat(255),
  `${'d'.repeat(200)}/${'e'.repeat(200)}`,
])('a folder named %j is written, read back and resumed', async (name) => {
  const cwd = join(home, 'names', 'below');
  mkdirSync(cwd, { recursive: true });
  const argv = [...SHORT.slice(0, -1), `--out=${name}`];
  expect(await runHere(argv, cwd)).toMatchObject({ code: 0, stderr: '' });
  expect((await readResult(join(cwd, name))).problems).toEqual([]);
  expect(await runHere([...argv, '--resume'], cwd)).toMatchObject({ code: 0, stderr: '' });
  const kept = readdirSync(join(cwd, name, '..'));
  expect(kept).toContain(basename(name));
  expect(kept.filter((entry) => entry.endsWith('.partial'))).toEqual([]);
  process.chdir(before);
  rmSync(join(home, 'names'), { recursive: true });
});

test('a name of 300 characters is refused in one line, and nothing is left', async () => {
  const cwd = join(home, 'long');
  mkdirSync(cwd);
  for (const name of ['x'.repeat(300), `${'x'.repeat(300)}/r`, `r/${'數'.repeat(100)}`]) {
    const { code, stderr } = await runHere([...SHORT, name], cwd);
    expect(code).toBe(2);
    expect(stderr).toMatch(ONE_LINE);
    expect(stderr).toContain('the name is too long');
  }
  expect(existsSync(cwd) && readdirSync(cwd)).toEqual([]);
});
