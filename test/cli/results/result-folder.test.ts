import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { partialFolder } from '../../../src/cli/results/files.js';
import { readResult } from '../../../src/cli/results/read-result.js';
import { reserveResultFolder } from '../../../src/cli/results/result-folder.js';
import { runFiles } from '../../../src/cli/results/run-files.js';
import { InvalidInputError } from '../../../src/theory/invalid-input.js';

const files = new Map([
  ['run.json', '{}\n'],
  ['curve.csv', 'a,b\n1,2\n'],
]);
const FIRST_VERSION = fileURLToPath(new URL('../../fixtures/results/version-1', import.meta.url));
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'overtrain-test-'));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function store(folder: string, signal?: AbortSignal): Promise<void> {
  const reserved = await reserveResultFolder(folder);
  await reserved.write(files, signal).finally(() => reserved.release());
}

describe('result folder', () => {
  it('holds every file and leaves nothing beside it', async () => {
    await store(join(home, 'r1'));
    expect(await readdir(home)).toEqual(['r1']);
    expect((await readdir(join(home, 'r1'))).sort()).toEqual(['curve.csv', 'run.json']);
    expect(await readFile(join(home, 'r1', 'curve.csv'), 'utf8')).toBe('a,b\n1,2\n');
  });

  it('may exist as long as it is empty, and its parents need not', async () => {
    await mkdir(join(home, 'empty'));
    await store(join(home, 'empty'));
    await store(join(home, 'a', 'b', 'c'));
    expect(await readdir(join(home, 'empty'))).toHaveLength(2);
    expect(await readdir(join(home, 'a', 'b', 'c'))).toHaveLength(2);
  });

  it('takes names with blanks, dots, Unicode and 200 letters', async () => {
    for (const name of ['two words', '.hidden', 'µ–数学', 'x'.repeat(200)]) await store(join(home, name));
    expect(await readdir(home)).toHaveLength(4);
  });

  it.each([
    ['a folder with files', 'full', 'this one holds files'],
    ['a file', 'full/file', 'this is a file'],
    ['a link', 'link', 'a file or a link'],
    ['a folder under a file', 'full/file/below', 'part of the path is a file'],
    ['a name of 300 letters', 'x'.repeat(300), 'the name is too long'],
    ['a parent with a name of 300 letters', `${'x'.repeat(300)}/r`, 'the name is too long'],
    ['a name with a zero byte', 'a\0b', 'the name of a folder'],
  ])('is refused as %s, and nothing is left behind', async (_, name, reason) => {
    await mkdir(join(home, 'full'));
    await writeFile(join(home, 'full', 'file'), 'kept');
    await symlink(home, join(home, 'link'));
    const error = await reserveResultFolder(name.startsWith('a\0') ? name : join(home, name)).catch((e) => e);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toContain('--out: ');
    expect(error.message).toContain(reason);
    expect((await readdir(home)).sort()).toEqual(['full', 'link']);
    expect(await readFile(join(home, 'full', 'file'), 'utf8')).toBe('kept');
  });

  it('is refused where no folder can be made, without waiting for ever', async () => {
    if (process.platform !== 'linux') return;
    await expect(reserveResultFolder('/proc/overtrain/r')).rejects.toThrow(InvalidInputError);
  });

  it('does not come to be when the run is given up, nor do its parents', async () => {
    const reserved = await reserveResultFolder(join(home, 'a', 'b'));
    expect(await readdir(join(home, 'a'))).toHaveLength(1);
    await reserved.release();
    expect(await readdir(home)).toEqual([]);
  });

  it('does not come to be when interrupted while it is written', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(store(join(home, 'a', 'r'), controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(home)).toEqual([]);
  });

  it('never mixes with what someone else has put there meanwhile', async () => {
    const reserved = await reserveResultFolder(join(home, 'r'));
    await mkdir(join(home, 'r'));
    await writeFile(join(home, 'r', 'theirs'), '');
    const error = await reserved.write(files).catch((e) => e);
    await reserved.release();
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toContain('meantime');
    expect(await readdir(home)).toEqual(['r']);
    expect(await readdir(join(home, 'r'))).toEqual(['theirs']);
  });
});

describe('replacing a result', () => {
  let first: Awaited<ReturnType<typeof filesOf>>;
  let second: typeof first;
  // Drawing the figures takes most of the time, and is the same for all tests.
  beforeAll(async () => {
    first = await filesOf('first');
    second = await filesOf('second');
  });
  const folder = () => join(home, 'r');
  const replace = async (signal?: AbortSignal) => {
    const reserved = await reserveResultFolder(folder(), { force: true });
    await reserved.write(second, signal).finally(() => reserved.release());
  };
  beforeEach(async () => {
    const reserved = await reserveResultFolder(folder());
    await reserved.write(first);
    await reserved.release();
  });

  it('needs the wish, and says how to utter it', async () => {
    await expect(reserveResultFolder(folder())).rejects.toThrow('--force replaces it');
    await replace();
    expect(await readFile(join(folder(), 'run.json'), 'utf8')).toContain('second');
    expect(await readdir(home)).toEqual(['r']);
  });

  it('keeps the earlier one until the new one is whole', async () => {
    await expect(replace(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    expect((await readResult(folder())).command).toBe('first');
    expect(await readdir(home)).toEqual(['r']);
  });

  it.each([
    ['a file that is not of the run', () => writeFile(join(folder(), 'notes.txt'), 'mine'), 'notes.txt'],
    ['a folder', () => mkdir(join(folder(), 'more')), 'more'],
    ['a damaged run.json', () => writeFile(join(folder(), 'run.json'), '{}'), 'run.json'],
    ['no run at all', () => rm(join(folder(), 'run.json')), 'this one holds files'],
  ])('is refused where the folder holds %s, and nothing is touched', async (_, change, words) => {
    await change();
    const before = await readdir(folder());
    await expect(replace()).rejects.toThrow(words);
    expect(await readdir(folder())).toEqual(before);
    expect(await readdir(home)).toEqual(['r']);
  });

  it('is undone by the next who comes when it was cut off half way', async () => {
    const { path, replaced, fresh } = partialFolder(folder());
    await mkdir(path);
    await rename(folder(), replaced);
    await mkdir(fresh);
    await expect(readResult(folder())).rejects.toThrow('a replacement was cut off; the earlier run is intact in');
    await expect(reserveResultFolder(folder())).rejects.toThrow('--force replaces it');
    expect((await readResult(folder())).command).toBe('first');
    expect(await readdir(home)).toEqual(['r']);
  });

  it('is refused to two at once', async () => {
    const earlier = await reserveResultFolder(folder(), { force: true });
    await expect(reserveResultFolder(folder(), { force: true })).rejects.toThrow(`process ${process.pid} on `);
    await earlier.release();
    await replace();
  });
});

async function filesOf(command: string) {
  const { document } = await readResult(FIRST_VERSION);
  return runFiles(document, command);
}
