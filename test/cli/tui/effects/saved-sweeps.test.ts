import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { readSavedRuns, readSavedSweeps, readSweepContents } from '../../../../src/cli/tui/effects/saved-runs.js';
import type { Scenario } from '../../../../src/sim/scenario/scenario.js';
import { call } from '../../support/call.js';
import { parabola } from '../../support/parabola-scenario.js';

const folder = mkdtempSync(join(tmpdir(), 'overtrain-saved-sweeps-'));
const before = process.cwd();
beforeEach(() => process.chdir(folder));
afterEach(() => process.chdir(before));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FILE = `
scenario: parabola
axes: [{parameter: count, list: [10, 20]}]
`;

test('finished sweeps, searches and sweeps that were not finished are found, and anything else is passed over', async () => {
  const known = [parabola as unknown as Scenario];
  writeFileSync('sweep.yaml', FILE);
  await call(['sweep', 'sweep.yaml', '--out', 'results/whole', '--quiet']);
  await call(['sweep', 'sweep.yaml', '--out', 'results/part', '--shard', '1/2', '--quiet']);
  await call(['sweep', 'sweep.yaml', '--out', 'results/apart', '--shard', '1/2', '--quiet']);
  await call(['sweep', 'sweep.yaml', '--out', 'results/apart', '--shard', '2/2', '--quiet']);
  writeFileSync('find.yaml', FILE.replace('list: [10, 20]', 'grid: "linear:10:20:2"'));
  await call(['sweep', 'find.yaml', '--out', 'results/search', '--find', 'inflection', '--levels', '1', '--quiet']);
  mkdirSync('results/damaged');
  writeFileSync('results/damaged/sweep.json', '{');
  const sweeps = [...(await readSavedSweeps(known, 9))].sort((a, b) => a.folder.localeCompare(b.folder));
  const common = { scenario: 'parabola', points: 2 };
  expect(sweeps).toEqual([
    { ...common, folder: 'results/apart', kept: 2, state: 'partial', command: 'overtrain merge results/apart' },
    {
      ...{ ...common, folder: 'results/part', kept: 1, state: 'partial' },
      command: 'for i in 2; do overtrain sweep results/part/sweep.json --out results/part --shard $i/2 --resume; done',
    },
    { ...common, folder: 'results/search', kept: 2, state: 'complete', command: null },
    { ...common, folder: 'results/whole', kept: 2, state: 'complete', command: null },
  ]);
  expect(await readSavedRuns(known, 9)).toEqual([]);
  const contents = await readSweepContents('results/whole');
  if (typeof contents === 'string') throw new Error(contents);
  expect(contents.summary).toMatchObject({ points: 2, table: 'points' });
  expect(contents.table.rows).toHaveLength(4);
  expect(await readSweepContents('results/part')).toContain('there is none');
});
