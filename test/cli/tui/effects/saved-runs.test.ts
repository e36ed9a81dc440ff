import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { readSavedRuns, saveRun } from '../../../../src/cli/tui/effects/saved-runs.js';
import { resultsOf } from '../../../../src/cli/tui/state/run.js';
import { scenarios } from '../../../../src/sim/scenarios/scenario-list.js';
import { Recorder } from '../support.js';

const folder = mkdtempSync(join(tmpdir(), 'overtrain-saved-'));
const results = join(folder, 'results');
const before = process.cwd();
beforeEach(() => process.chdir(folder));
afterEach(() => process.chdir(before));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what was saved is read back with its numbers and its settings', async () => {
  const [gaussian] = scenarios;
  const app = await new Recorder().press('enter').type('4').press('enter', 'r').compute();
  const saved = app.state.experiment!.shown!;
  await saveRun(saved, gaussian!, join('results', 'first'));
  const [run, ...others] = await readSavedRuns(scenarios, 5);
  expect(others).toEqual([]);
  expect(resultsOf(run!, gaussian!)).toEqual(resultsOf(saved, gaussian!));
  expect(run).toMatchObject({ folder: join('results', 'first'), status: 'finished', record: saved.record });
  expect(run!.order).toMatchObject({
    settings: { dim: '4' },
    seed: 1,
    engine: 'modes',
    backend: saved.compute!.backend,
  });
  const reopened = new Recorder().act({ kind: 'saved-runs-read', runs: [run!] }).press('G', 'enter');
  expect(reopened.state.experiment?.shown).toBe(run);
  expect(reopened.state.drafts.gaussian?.settings).toEqual({ dim: '4' });
});

test('a folder that holds anything else is passed over', async () => {
  for (const [name, contents] of [
    ['broken', '{'],
    ['other', '{"schema":1,"scenario":"nonsense"}'],
    [
      'older',
      '{"schema":1,"scenario":"gaussian","command":"overtrain run gaussian","tables":{"curve":{"rows":[[1]]}}}',
    ],
  ] as const) {
    mkdirSync(join(results, name), { recursive: true });
    writeFileSync(join(results, name, 'run.json'), contents);
  }
  mkdirSync(join(results, 'empty'));
  const runs = await readSavedRuns(scenarios, 5);
  expect(runs.map((run) => run.folder)).toEqual([join('results', 'first')]);
});

test('without the folder there are none', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'overtrain-none-'));
  process.chdir(elsewhere);
  expect(await readSavedRuns(scenarios, 5)).toEqual([]);
  process.chdir(folder);
  rmSync(elsewhere, { recursive: true });
});
