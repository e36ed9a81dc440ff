import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunDocument } from '../../src/sim/scenario/run-document.js';
import { run } from './support/program.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'overtrain-examples-'));
const folder = join(home, 'two words µ');
let document: RunDocument;

beforeAll(async () => {
  const argv = ['run', 'gaussian', '--set', 'dim=4', '--quiet', '--json', '--out', folder];
  const { code, stdout } = await run(argv, home);
  expect(code).toBe(0);
  document = JSON.parse(stdout);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('the example states a wrong theorem and refutes it in one dimension', () => {
  const printed = execFileSync(process.execPath, ['examples/wrong-theorem.mjs'], { cwd: root, encoding: 'utf8' });
  expect(printed).toContain('Wrong is refuted: Along gradient flow from any start');
  expect(printed).toMatch(/spectrum: [\d.]+ · scale/);
  expect(printed).toMatch(/replay with seed 1 and path \d+(:\d+)*/);
});

/** What both readers print. */
function expectedLines(): string[] {
  const tables = Object.entries(document.tables).map(([name, { columns, rows }]) => {
    const units = columns.map((column) => `${column.name} [${column.unit}]`);
    return `${name} ${rows.length} rows: ${units.join(', ')}`;
  });
  const command = 'overtrain run gaussian --set dim=4 --seed 1 --engine modes --backend simd64';
  return [`gaussian seed 1 again: ${command}`, ...tables];
}

test('the reader in JavaScript reads a result folder with nothing but Node', () => {
  cpSync(join(root, 'examples', 'read-result.mjs'), join(home, 'reader.mjs'));
  const printed = execFileSync(process.execPath, ['reader.mjs', folder], { cwd: home, encoding: 'utf8' });
  expect(printed.trimEnd().split('\n')).toEqual(expectedLines());
});

/** Debian's pandas is for Debian's python3, which another may hide. */
const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import pandas']).status === 0);

test('the reader in Python has ten lines', () => {
  const lines = readFileSync(join(root, 'examples', 'read_result.py'), 'utf8')
    .trimEnd()
    .split('\n');
  expect(lines).toHaveLength(10);
});

test('the reader in Python reads a result folder, and pandas gets the same numbers', ({ skip }) => {
  if (python === undefined) return skip('python3 with pandas is absent (Debian: python3-pandas)');
  const reader = join(root, 'examples', 'read_result.py');
  const printed = execFileSync(python, [reader, folder], { encoding: 'utf8' });
  expect(printed.trimEnd().split('\n')).toEqual(expectedLines());
  const script =
    'import json, sys, pandas\nt = pandas.read_csv(sys.argv[1], float_precision="round_trip")\n' +
    'print(json.dumps([[None if pandas.isna(c) else c for c in row] for row in t.values.tolist()]))';
  for (const [name, { rows }] of Object.entries(document.tables)) {
    const read = execFileSync(python, ['-c', script, join(folder, `${name}.csv`)], { encoding: 'utf8' });
    expect(JSON.parse(read)).toEqual(rows);
  }
});
