import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writePage } from '../../../src/cli/report/write-report.js';

describe('a page', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'overtrain-page-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  test('replaces the one that is there, and leaves nothing beside it', async () => {
    const file = join(folder, 'page.html');
    writeFileSync(file, 'old');
    await writePage(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['page.html']);
  });

  test.each([
    ['', 'the name of a file'],
    ['a\0b', 'the name of a file'],
    ['nowhere/page.html', 'its folder does not exist'],
    ['taken', 'a folder of that name exists'],
    ['x'.repeat(300), 'the name is too long'],
  ])('that cannot be written is told in one line: %j', async (name, reason) => {
    mkdirSync(join(folder, 'taken'));
    const file = name === '' ? '' : join(folder, name);
    await expect(writePage(file, 'page')).rejects.toThrow(reason);
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});
