import { cp, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readResult } from '../../../src/cli/results/read-result.js';
import { runFiles } from '../../../src/cli/results/run-files.js';
import type { RunDocument } from '../../../src/sim/scenario/run-document.js';
import { InvalidInputError } from '../../../src/theory/invalid-input.js';
import { call } from '../support/call.js';

const FIRST_VERSION = fileURLToPath(new URL('../../fixtures/results/version-1', import.meta.url));
let home: string;
let folder: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'overtrain-read-'));
  folder = join(home, 'r');
  const { code } = await call(['run', 'parabola', '--set', 'count=4', '--quiet', '--out', folder]);
  expect(code).toBe(0);
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function refusal(path = folder): Promise<string> {
  const error = await readResult(path).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error.message).not.toContain('\n');
  return error.message;
}

async function rewrite(edit: (text: string) => string): Promise<void> {
  const file = join(folder, 'run.json');
  const before = await readFile(file, 'utf8');
  const after = edit(before);
  expect(after).not.toBe(before);
  await writeFile(file, after);
}

describe('a result folder', () => {
  it('is read back with the very document that the run gave', async () => {
    const stored = await readResult(folder);
    const { stdout } = await call(['run', 'parabola', '--set', 'count=4', '--json']);
    const { elapsed_ms, ...printed } = JSON.parse(stdout) as RunDocument;
    expect(stored.document).toEqual({ ...printed, elapsed_ms: expect.any(Number) });
    expect(elapsed_ms).toBeGreaterThanOrEqual(0);
    expect(stored).toMatchObject({
      folder,
      version: 2,
      command: 'overtrain run parabola --set count=4 --seed 1 --engine exact',
      problems: [],
    });
    expect(stored.finished).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect([...stored.files].sort()).toEqual([
      'curve.csv',
      'curve.parquet',
      'inflection.csv',
      'inflection.parquet',
      'run.json',
    ]);
  });

  it('of the first version, which had neither checksums nor Parquet, is read', async () => {
    const stored = await readResult(FIRST_VERSION);
    expect(stored).toMatchObject({
      version: 1,
      problems: [],
      gitCommit: null,
      finished: null,
      document: { schema: 1, scenario: 'gaussian', seed: 3, params: { dim: 4, replicates: 20 } },
    });
    expect(stored.document.tables.curve!.rows).toHaveLength(12);
    expect(stored.command).toMatch(/^overtrain run gaussian --set dim=4 /);
    await cp(FIRST_VERSION, join(home, 'old'), { recursive: true });
    await writeFile(join(home, 'old', 'curve.csv'), 'gamma\n1\n');
    const { problems } = await readResult(join(home, 'old'));
    expect(problems).toEqual([expect.stringMatching(/^curve\.csv was changed after the run/)]);
  });

  it.each<[string, string, (path: string) => Promise<unknown>]>([
    ['is missing', 'is missing', (path) => rm(path)],
    ['is cut short', 'no longer has its', (path) => truncate(path, 10)],
    ['has one byte changed', 'was changed after the run', flipByte],
    ['is a folder', 'cannot be read', (path) => rm(path).then(() => mkdir(path))],
    ['is a link to itself', 'cannot be read (ELOOP)', (path) => rm(path).then(() => symlink(path, path))],
    ['is a device that never ends', 'cannot be read', (path) => rm(path).then(() => symlink('/dev/zero', path))],
  ])('tells of a table that %s, and how to write it anew', async (_, words, damage) => {
    for (const name of ['curve.csv', 'inflection.parquet']) {
      await damage(join(folder, name));
      const { problems, document } = await readResult(folder);
      const problem = problems.find((line) => line.startsWith(name));
      expect(problem).toContain(words);
      expect(problem).toContain(`overtrain run parabola --set count=4 --seed 1 --engine exact --out ${folder}`);
      expect(document.tables.curve!.rows).toHaveLength(8);
    }
  });

  it.each<[string, string, (text: string) => string]>([
    ['is empty', 'it is empty', () => ''],
    ['is cut short', 'it is truncated', (text) => text.slice(0, text.length / 2)],
    ['is no JSON', 'that is valid JSON', (text) => text.replace('"seed"', 'seed')],
    ['has a number changed by hand', 'unchanged run.json', (text) => text.replace('"seed": 1', '"seed": 2')],
    ['has a blank added', 'unchanged run.json', (text) => `${text} `],
    ['lost a key', 'seed', (text) => text.replace('"seed": 1,', '')],
    ['lost its checksum', 'checksum', (text) => text.replace(/"checksum": ".*",\n/, '')],
    ['names a file outside', 'files', (text) => text.replace('"curve.csv"', '"../../etc/passwd"')],
    ['has a row too short', 'tables', (text) => text.replace(/\[0\.2,0,/, '[0.2,')],
    ['comes from a newer folder', 'update overtrain', (text) => text.replace('"folder": 2', '"folder": 3')],
    ['comes from a newer schema', 'update overtrain', (text) => text.replace('"schema": 1', '"schema": 2')],
    ['is a list', 'run.json', () => '[]'],
    ['is null', 'run.json', () => 'null'],
    ['is nested without end', 'deep', () => '['.repeat(100_000) + ']'.repeat(100_000)],
  ])('is refused in one line whose run.json %s', async (_, words, edit) => {
    await rewrite(edit);
    const message = await refusal();
    expect(message).toContain('run.json');
    expect(message).toContain(words);
  });

  it('is refused in one line where there is none, or no way to it', async () => {
    await symlink(join(home, 'loop'), join(home, 'loop'));
    await writeFile(join(home, 'file'), '');
    await mkdir(join(home, 'empty'));
    await mkdir(join(home, 'odd', 'run.json'), { recursive: true });
    await mkdir(join(home, 'large'));
    await writeFile(join(home, 'large', 'run.json'), '{');
    await truncate(join(home, 'large', 'run.json'), 2 ** 36);
    await mkdir(join(home, 'endless'));
    await symlink('/dev/zero', join(home, 'endless', 'run.json'));
    for (const [name, words] of [
      ['loop', 'cycle'],
      ['file', 'this is a file'],
      ['empty', 'there is none'],
      ['nothing', 'there is none'],
      ['odd', 'run.json is'],
      ['large', 'more than'],
      ['endless', 'neither a file nor'],
      ['x'.repeat(300), 'too long'],
    ] as const)
      expect(await refusal(join(home, name))).toContain(words);
    expect(await refusal('a\0b')).toContain('the name of a result folder');
    expect(await refusal(' ')).toContain('the name of a result folder');
  });

  it('keeps the checksums of whatever files its makers make', async () => {
    const { document } = await readResult(folder);
    const bytes = new Uint8Array([0, 255, 10]);
    const files = await runFiles(document, 'overtrain run parabola', [async () => new Map([['curve.png', bytes]])]);
    expect([...files.keys()]).toEqual(['curve.png', 'run.json']);
    for (const [name, contents] of files) await writeFile(join(folder, name), contents);
    expect((await readResult(folder)).problems).toEqual([]);
    await writeFile(join(folder, 'curve.png'), new Uint8Array([0, 254, 10]));
    expect((await readResult(folder)).problems).toHaveLength(1);
  });
});

async function flipByte(path: string): Promise<void> {
  const contents = await readFile(path);
  contents[contents.length >> 1]! ^= 1;
  await writeFile(path, contents);
}
