import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LockedFolder, lockFolder, mayLive, thisProcess } from '../../../src/cli/results/folder-lock.js';
import { samples } from '../../support/sample-size.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'overtrain-lock-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const leave = (name: string, contents: unknown) => writeFile(join(home, name), JSON.stringify(contents));

test('the second is told who has it, and gets it once the first has left', async () => {
  const lock = await lockFolder(home);
  const error = await lockFolder(home).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(LockedFolder);
  expect(error.message).toMatch(new RegExp(`^process ${process.pid} on .+ has been working on it since \\d{4}-`));
  expect(await readdir(home)).toHaveLength(1);
  lock.release();
  (await lockFolder(home)).release();
  expect(await readdir(home)).toEqual([]);
});

test('never more than one of many that come at once has it', async () => {
  for (let round = 0; round < samples(5); round++) {
    const locks = await Promise.allSettled(Array.from({ length: 6 }, () => lockFolder(home)));
    const held = locks.filter((outcome) => outcome.status === 'fulfilled');
    expect(held.length).toBeLessThanOrEqual(1);
    for (const { value } of held) value.release();
  }
});

test('a lock of a process that is gone, or torn by a power cut, is no hindrance', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.once('exit', resolve));
  await leave('lock.1', { ...thisProcess(), pid: child.pid });
  await writeFile(join(home, 'lock.2'), '');
  await writeFile(join(home, 'lock.3'), '{"pid": 1,');
  // The number of a living process, given anew after the first had ended.
  const [boot, space] = (thisProcess().process ?? '').split(' ');
  if (boot !== '') await leave('lock.4', { ...thisProcess(), process: `${boot} ${space} 1` });
  (await lockFolder(home)).release();
  expect(await readdir(home)).toEqual([]);
});

test('of another machine nobody can tell: its lock stays, and the file is named', async () => {
  const owner = { ...thisProcess(), host: 'elsewhere', pid: 1 };
  await leave('lock.1', owner);
  const error = await lockFolder(home).catch((thrown) => thrown);
  expect(error).toMatchObject({ owner, file: join(home, 'lock.1') });
  expect(await readdir(home)).toEqual(['lock.1']);
});

test.runIf(process.platform === 'linux')(
  'of another container nobody can tell either; after a restart of the machine everyone can',
  () => {
    const self = thisProcess();

    const [boot, space, start] = self.process!.split(' ');
    expect(mayLive(self)).toBe(true);
    expect(mayLive({ ...self, process: `${boot} pid:[1] ${start}` })).toBe(true);
    expect(mayLive({ ...self, process: `other ${space} ${start}` })).toBe(false);
  },
);
