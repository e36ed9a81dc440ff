import { statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { partialFolder } from '../../../src/cli/results/files.js';
import type { Plan, RunContext, Scenario } from '../../../src/sim/scenario/scenario.js';
import { scenarios } from '../../../src/sim/scenarios/scenario-list.js';
import { call } from '../support/call.js';

let home: string;
let folder: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'overtrain-keep-'));
  folder = join(home, 'r');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(home, { recursive: true, force: true });
});

const RUN = 'run parabola --set count=4 --out'.split(' ');
const LONG =
  'run undrawn --set dim=6 --set times=log:1:100:9 --set replicates=40 --engine matrix --quiet --csv --out'.split(' ');
/** Under a name of its own, which has no figures: drawing them would take longer than all else. */
const undrawn: Scenario = { ...scenarios.find(({ id }) => id === 'gaussian')!, id: 'undrawn' };
const withScenarios = { loadScenarios: async () => [undrawn] };

/** The scenario, of which a run is interrupted once it has told rows so many times. */
const cutOffAfter = (times: number, controller: AbortController) => ({
  signal: controller.signal,
  loadScenarios: async () => [
    {
      ...undrawn,
      async *run(plan: Plan, context: RunContext) {
        let told = 0;
        for await (const event of undrawn.run(plan, context)) {
          yield event;
          if (event.kind === 'rows' && ++told === times) controller.abort();
        }
      },
    },
  ],
});

describe('run --out', () => {
  it.each([
    [['--resume'], '--out: missing; expected the folder that --resume is about'],
    [['--force'], '--out: missing; expected the folder that --force is about'],
    [['--out', 'r', '--force', '--resume'], 'only one of them'],
  ])('%j is refused', async (options, words) => {
    const { code, stdout, stderr } = await call(['run', 'parabola', ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
  });

  it('--resume begins a run that is not there, and shows one that has ended without computing it', async () => {
    const first = await call([...RUN, folder, '--resume']);
    expect(first.code).toBe(0);
    const written = await readFile(join(folder, 'run.json'), 'utf8');
    expect(await call([...RUN, folder, '--resume'])).toEqual(first);
    expect(await readFile(join(folder, 'run.json'), 'utf8')).toBe(written);
    expect((await call([...RUN, folder, '--resume', '--engine', 'exact'])).code).toBe(0);
    const { tables } = JSON.parse((await call([...RUN, folder, '--resume', '--json'])).stdout);
    expect(tables.curve.rows).toHaveLength(8);
    expect(await readdir(home)).toEqual(['r']);
  });

  it.each([
    [['--seed', '2'], 'differs in seed'],
    [['--set', 'pause=1'], 'differs in parameters'],
    [['--engine', 'modes'], 'differs in engine'],
  ])('--resume onto another run is refused in one line: %j', async (options, words) => {
    await call([...RUN, folder]);
    const { code, stdout, stderr } = await call([...RUN, folder, '--resume', ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^overtrain: --resume: [^\n]+\n$/);
    expect(stderr).toContain(words);
  });

  it('--resume onto a damaged result names the file; --force writes it anew', async () => {
    await call([...RUN, folder]);
    await writeFile(join(folder, 'curve.csv'), 'gone');
    const { code, stderr } = await call([...RUN, folder, '--resume']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^overtrain: --resume: [^\n]+curve\.csv[^\n]+--force\n$/);
    expect((await call([...RUN, folder, '--force'])).code).toBe(0);
    expect((await call([...RUN, folder, '--resume'])).code).toBe(0);
  });

  it('an interrupted run keeps what was computed and ends, resumed, with the very same bytes', async () => {
    // Only calls that took long are kept: to the run, all of these did.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 40));
    const whole = await call([...LONG, join(home, 'whole')], withScenarios);
    expect(whole.code).toBe(0);
    const controller = new AbortController();
    const cutOff = await call([...LONG, folder], cutOffAfter(5, controller));
    expect(cutOff).toMatchObject({ code: 130, stdout: '' });
    expect(statSync(partialFolder(folder).journal).size).toBeGreaterThan(1000);
    const [, kept] = /to continue: overtrain (.+)\n/.exec(cutOff.stderr)!;
    expect(kept).toBe(
      `run undrawn --set dim=6 --set times=log:1:100:9 --set replicates=40 --seed 1 --engine matrix --out ${folder} --resume`,
    );
    const without = await call([...LONG, folder], withScenarios);
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('--resume continues it') });
    const other = await call([...LONG, folder, '--resume', '--seed', '2'], withScenarios);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('differs in seed (--force') });

    expect(await call([...LONG, folder, '--resume'], withScenarios)).toEqual(whole);
    for (const name of ['curve', 'inflection', 'accuracy'])
      for (const form of ['csv', 'parquet'])
        expect(await readFile(join(folder, `${name}.${form}`))).toEqual(
          await readFile(join(home, 'whole', `${name}.${form}`)),
        );
    expect((await readdir(home)).sort()).toEqual(['r', 'whole']);
  });
});
