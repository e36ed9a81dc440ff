import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JournalFile } from '../../../src/cli/results/journal-file.js';

const LONG = 1000;
const KEY = 'ab'.repeat(16);
let home: string;
let path: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'overtrain-journal-'));
  path = join(home, 'journal');
});
afterEach(() => rm(home, { recursive: true, force: true }));

const open = (run = 'mine') => JournalFile.open(path, run, (error) => error as Error);

async function withCalls(...results: readonly (readonly Float64Array[])[]): Promise<void> {
  const journal = await open();
  for (const [call, result] of results.entries()) await journal.keep(call, KEY, result, LONG);
  await journal.close();
}

async function recalled(call: number, fingerprint = KEY) {
  const journal = await open('another');
  const result = await journal.recall(call, fingerprint);
  await journal.close();
  return result;
}

test('what is kept comes back bit for bit, whichever NaN and zero it is', async () => {
  const odd = new Float64Array([0, -0, Number.NaN, 5e-324, -Infinity, 0.1]);
  new Uint32Array(odd.buffer)[4] = 0x1234;
  await withCalls([odd, new Float64Array(0)], [new Float64Array(1000).fill(Math.PI)]);
  const [first, empty, ...others] = (await recalled(0))!;
  expect(Buffer.from(first!.buffer).equals(Buffer.from(odd.buffer))).toBe(true);
  expect({ length: empty!.length, others }).toEqual({ length: 0, others: [] });
  expect((await recalled(1))![0]).toEqual(new Float64Array(1000).fill(Math.PI));
});

test('a call is answered only for the same inputs, and keeps the run that it was begun for', async () => {
  await withCalls([new Float64Array(3)]);
  expect(await recalled(0, 'cd'.repeat(16))).toBeUndefined();
  expect(await recalled(1)).toBeUndefined();
  const journal = await open('another');
  expect(journal.run).toBe('mine');
  await journal.close();
});

test('a record cut at any byte is dropped, those before stay, and writing goes on after them', async () => {
  await withCalls([new Float64Array([1])], [new Float64Array([2, 3])]);
  const whole = await readFile(path);
  const lastRecord = 8 + 24 + 4 + 16;
  for (let cut = 1; cut <= lastRecord; cut++) {
    await writeFile(path, whole);
    await truncate(path, whole.length - cut);
    const journal = await open();
    expect(journal.size).toBe(1);
    await journal.keep(7, KEY, [new Float64Array([9])], LONG);
    await journal.close();
    expect((await recalled(0))![0]).toEqual(new Float64Array([1]));
    expect(await recalled(1)).toBeUndefined();
    expect((await recalled(7))![0]).toEqual(new Float64Array([9]));
  }
});

test('a changed byte anywhere ends the journal there, and never gives a wrong number', async () => {
  await withCalls([new Float64Array([1])], [new Float64Array([2])]);
  const whole = await readFile(path);
  for (let place = 0; place < whole.length; place++) {
    const changed = Buffer.from(whole);
    changed[place]! ^= 0x10;
    await writeFile(path, changed);
    for (const [call, number] of [
      [0, 1],
      [1, 2],
    ] as const) {
      const result = await recalled(call);
      if (result !== undefined) expect(result).toEqual([new Float64Array([number])]);
    }
  }
});

test('what follows the last record is no hindrance, whatever it is', async () => {
  await withCalls([new Float64Array([1])]);
  await appendFile(path, Buffer.alloc(5000, 0xff));
  expect((await recalled(0))![0]).toEqual(new Float64Array([1]));
});

test('short calls and those with more bytes than a disk takes on the way are left out', async () => {
  const journal = await open();
  await journal.keep(0, KEY, [new Float64Array(10)], 0.5);
  await journal.keep(1, KEY, [new Float64Array(100_000)], 10);
  expect(journal.size).toBe(0);
  await journal.keep(2, KEY, [new Float64Array(10)], 10);
  expect(journal.size).toBe(1);
  await journal.close();
  expect((await stat(path)).size).toBeLessThan(400);
});

test('calls are counted from 0', async () => {
  const journal = await open();
  expect([journal.nextCall(), journal.nextCall()]).toEqual([0, 1]);
  await journal.close();
});
