import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runFiles } from '../../../../src/cli/results/run-files.js';
import { documentOf, freeFolder, saveRun } from '../../../../src/cli/tui/effects/saved-runs.js';
import { resolveParameters } from '../../../../src/sim/scenario/resolve.js';
import { runToDocument } from '../../../../src/sim/scenario/run-document.js';
import { scenarios } from '../../../../src/sim/scenarios/scenario-list.js';
import { Recorder } from '../support.js';

const [gaussian] = scenarios;
const folder = mkdtempSync(join(tmpdir(), 'overtrain-save-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a run is kept as run --out keeps it', async () => {
  const app = await new Recorder().press('enter').type('4').press('enter', 'r').compute();
  const run = app.state.experiment!.shown!;
  await saveRun(run, gaussian!, join(folder, 'kept'));
  const parameters = resolveParameters(gaussian!, { dim: '4' });
  const direct = await runToDocument(gaussian!, parameters, { seed: 1, engine: 'auto', backend: 'auto' });
  const kept = documentOf(run, gaussian!);
  expect({ ...kept, elapsed_ms: 0 }).toEqual({ ...direct, elapsed_ms: 0 });
  const command = `overtrain run gaussian --set dim=4 --seed 1 --engine modes --backend ${kept.compute.backend}`;
  for (const [name, contents] of await runFiles({ ...direct, elapsed_ms: kept.elapsed_ms }, command))
    expect(readFileSync(join(folder, 'kept', name)).length).toBe(Buffer.from(contents as string).length);
  expect(readdirSync(folder)).toEqual(['kept']);
});

test('a folder that is filled already is refused in the words of the command line', async () => {
  const app = await new Recorder().press('enter').compute();
  const saving = saveRun(app.state.experiment!.shown!, gaussian!, folder);
  await expect(saving).rejects.toThrow('a folder that does not exist yet or is empty');
});

test('the folder suggested is one that is free', () => {
  const taken = ['results/gaussian', 'results/gaussian-2'];
  expect(freeFolder('gaussian', (name) => taken.includes(name))).toBe('results/gaussian-3');
});
