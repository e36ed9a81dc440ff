import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { csvText } from '../../../src/cli/output/text-table.js';
import { readResult } from '../../../src/cli/results/read-result.js';
import { listText, readList, readShard } from '../../../src/cli/sweeps/shards.js';
import { arrayScript, mergeScript } from '../../../src/cli/sweeps/submit-command.js';
import { scenarios } from '../../../src/sim/scenarios/scenario-list.js';
import { call, type Outcome } from '../support/call.js';
import { parabola } from '../support/parabola-scenario.js';

let home: string;
let file: string;
let out: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'overtrain-sweep-'));
  file = join(home, 'sweep.yaml');
  out = join(home, 'out');
});
afterEach(() => rm(home, { recursive: true, force: true }));

const PARABOLAS = `
scenario: parabola
params: {gammas: "0.2,0.5"}
axes:
  - parameter: count
    grid: linear:1:40:40
  - parameter: fail
    list: ["no", "yes"]
`;

const sweep = async (text: string, ...argv: string[]) => {
  await writeFile(file, text);
  return call(['sweep', file, '--out', out, ...argv]);
};

/** The sweep as one run writes it, made once for all tests. */
const plain = { home: '', out: '', outcome: {} as Outcome };
beforeAll(async () => {
  plain.home = await mkdtemp(join(tmpdir(), 'overtrain-sweep-'));
  plain.out = join(plain.home, 'out');
  const sweepFile = join(plain.home, 'sweep.yaml');
  await writeFile(sweepFile, PARABOLAS);
  plain.outcome = await call(['sweep', sweepFile, '--out', plain.out]);
});
afterAll(() => rm(plain.home, { recursive: true, force: true }));

/** The bytes of both merged files, as texts, which compare fast. */
const mergedFiles = (folder: string) =>
  ['merged.csv', 'merged.parquet'].map((name) => readFileSync(join(folder, name), 'latin1'));

/** The figures of {@link plain} stand for those of the others. */
const UNDRAWN = { isUndrawn: true };

test('a sweep keeps every point: its setting, its rows, failed checks, and why there are no numbers', async () => {
  const { out, outcome } = plain;
  expect(outcome).toMatchObject({ code: 1, stderr: '' });
  expect(outcome.stdout).toContain('80 points, 158 rows, 2 points without results');
  const lines = readFileSync(join(out, 'merged.csv'), 'utf8').trimEnd().split('\n');
  expect(lines[0]).toBe(
    'point,replicate,seed,count,fail,gamma,time_theory,time_sim,"note, ""quoted""",compute,failed_checks,diverged,error',
  );
  expect(lines[1]).toBe('0,0,1,1,no,,,,,,,,"gammas: [0.2,0.5] is not allowed; expected no more than count"');
  expect(lines.at(-1)).toMatch(/^79,0,1,40,yes,0\.5,[\d.]+,,"a, b",exact\/host,T1,3,$/);
  const names = (await readdir(out)).sort();
  const drawn = ['dark.png', 'dark.svg', 'png', 'svg', 'vl.json'];
  const figures = ['facets', 'heat-map', 'parallel'].flatMap((id) => drawn.map((ending) => `figure-${id}.${ending}`));
  expect(names).toEqual([...figures, 'merged.csv', 'merged.parquet', 'run.json', 'shards', 'sweep.json']);
  const { document, problems } = await readResult(out);
  expect(problems).toEqual([]);
  expect(Object.keys(document.tables)).toEqual(['points']);
  expect(csvText(document.tables.points!)).toBe(readFileSync(join(out, 'merged.csv'), 'utf8'));
  expect(document.warnings).toEqual([
    '2 of 80 points have no results; the column error says why',
    'checks failed at 39 of 80 points; see the column failed_checks',
  ]);
  expect(await readdir(join(out, 'shards'))).toEqual(['1-of-1.shard']);
});

test('the printed sweep file is read back and dry-run says how long it would take', async () => {
  const { stdout } = await call(['sweep', '--init']);
  await writeFile(file, stdout);
  const outcome = await call(['sweep', file, '--dry-run'], { loadScenarios: async () => scenarios });
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  expect(outcome.stdout).toMatch(
    /^points {3}12 \(12 settings, 1 replicate of each\)\nwork .*\nmemory {3}about \d+ MiB .*\ntime {5}about .*\nmeasured 12 points/,
  );
  expect(existsSync(out)).toBe(false);
});

test('shards merge to what one run writes; status says how far they are', async () => {
  for (const shard of ['3/3', '1/3']) expect((await sweep(PARABOLAS, '--shard', shard)).code).toBe(0);
  const status = await call(['status', out]);
  expect(status).toMatchObject({ code: 1, stderr: '' });
  expect(status.stdout).toContain('done          2  shard 1,3 of 3\nmissing       1  shard 2 of 3\n');
  expect(status.stdout).toContain(
    `for i in 2; do overtrain sweep ${join(out, 'sweep.json')} --out ${out} --shard $i/3 --resume; done`,
  );
  expect((await call(['merge', out])).stderr).toMatch(/missing: points 27 to 52 \(shards 2\/3\)/);
  const indexed = { LANG: 'C.UTF-8', JOB_COMPLETION_INDEX: '1' };
  const second = await call(['sweep', file, '--out', out, '--shard', 'auto/3'], { env: indexed });
  expect(second.stdout).toMatch(/^shard 2\/3: 26 points in /);
  expect((await call(['status', out])).code).toBe(0);
  expect((await call(['merge', out], UNDRAWN)).code).toBe(1);
  expect(mergedFiles(out)).toEqual(mergedFiles(plain.out));
});

test('the sweep.json of a folder is a sweep file, which gives the same bytes and goes on', async () => {
  const recorded = join(plain.out, 'sweep.json');
  const again = join(home, 'again');
  const document = JSON.parse(readFileSync(join(plain.out, 'run.json'), 'utf8'));
  expect(document.command).toBe(`overtrain sweep ${recorded}`);
  expect((await call(['sweep', recorded, '--out', again], UNDRAWN)).stderr).toBe('');
  expect(mergedFiles(again)).toEqual(mergedFiles(plain.out));
  const resumed = await call(['sweep', recorded, '--out', again, '--resume'], UNDRAWN);
  expect(resumed.stdout).toContain('the sweep was already finished');
  // The text in run.json is a sweep file, too.
  const copied = join(home, 'copied.json');
  await writeFile(copied, document.sweep.file);
  const from = await call(['sweep', copied, '--out', again, '--resume'], UNDRAWN);
  expect(from.stdout).toContain('the sweep was already finished');
});

test('what was interrupted goes on, and ends with the same bytes', async () => {
  await writeFile(file, PARABOLAS);
  const interruption = new AbortController();
  let begun = 0;
  const cutOff: typeof parabola = {
    ...parabola,
    run(plan, context) {
      if (++begun === 70) interruption.abort();
      return parabola.run(plan, context);
    },
  };
  const cut = await call(['sweep', file, '--out', out], {
    signal: interruption.signal,
    loadScenarios: async () => [cutOff],
  });
  expect(cut.code).toBe(130);
  expect(cut.stderr).toMatch(/^overtrain: \d+ of 80 points are finished and saved; .*--resume to continue\n/);
  expect(JSON.parse((await call(['status', out, '--json'])).stdout).shards[0].state).toBe('failed');
  expect((await call(['sweep', file, '--out', out])).stderr).toMatch(/this one holds a sweep/);
  const resumed = await call(['sweep', file, '--out', out, '--resume'], UNDRAWN);
  expect(resumed.stdout).toMatch(/^80 points \(\d+ of them earlier\) in /);
  expect(mergedFiles(out)).toEqual(mergedFiles(plain.out));
  expect((await call(['sweep', file, '--out', out, '--resume'], UNDRAWN)).stdout).toMatch(
    /^the sweep was already finished\n/,
  );
});

describe('refused in one line, before anything is written:', () => {
  const AXIS = 'axes: [{parameter: count, list: [3]}]';
  it.each([
    ['no mapping', '- 1', /^overtrain: file: .* holds a mapping/],
    ['no scenario', AXIS, /^overtrain: scenario: missing; expected the id/],
    ['an unknown scenario', `scenario: parabole\n${AXIS}`, /did you mean parabola\?/],
    ['no axes', 'scenario: parabola', /^overtrain: axes: /],
    ['an empty list of axes', 'scenario: parabola\naxes: []', /^overtrain: axes: /],
    [
      'an unknown key',
      `scenario: parabola\nreplicate: 2\n${AXIS}`,
      /^overtrain: key: "replicate" .* did you mean replicates\?/,
    ],
    [
      'an unknown axis',
      'scenario: parabola\naxes: [{parameter: coutn, list: [3]}]',
      /^overtrain: axes: "coutn" .* did you mean count\?/,
    ],
    ['an unknown parameter', `scenario: parabola\nparams: {gama: 1}\n${AXIS}`, /^overtrain: params: "gama"/],
    [
      'overlapping axes',
      'scenario: parabola\naxes: [{parameter: count, list: [3]}, {zip: {count: [4]}}]',
      /two of them set this parameter/,
    ],
    ['an axis that is fixed, too', `scenario: parabola\nparams: {count: 1}\n${AXIS}`, /not both/],
    ['an empty grid', 'scenario: parabola\naxes: [{parameter: count, grid: "linear:1:2:0"}]', /this one is empty/],
    ['an empty list', 'scenario: parabola\naxes: [{parameter: count, list: []}]', /this one is empty/],
    ['an axis of no form', 'scenario: parabola\naxes: [{parameter: count, steps: 3}]', /^overtrain: axes\.0: /],
    [
      'a value out of range',
      'scenario: parabola\naxes: [{parameter: count, list: [3, 0]}]',
      /^overtrain: count: 0 is not allowed/,
    ],
    ['no replicates', `scenario: parabola\nreplicates: 0\n${AXIS}`, /^overtrain: replicates: 0/],
    ['an unknown table', `scenario: parabola\noutput: {table: curves}\n${AXIS}`, /did you mean curve\?/],
    ['an engine that it lacks', `scenario: parabola\nengine: matrix\n${AXIS}`, /^overtrain: engine: "matrix"/],
    ['what is not YAML', 'scenario: [', /^overtrain: file: .* valid YAML/],
  ])('%s', async (_, text, message) => {
    const outcome = await sweep(text);
    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
    expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(out)).toBe(false);
  });

  it.each(['0/3', '4/3', '3', '-1/3', 'a/b', '1/0', '1.5/3', ''])('--shard %j', async (shard) => {
    const outcome = await sweep(PARABOLAS, `--shard=${shard}`);
    expect(outcome).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^overtrain: --shard: .* I\/N with 1 <= I <= N/),
    });
    expect(existsSync(out)).toBe(false);
  });

  it('no file, no folder, no such threads', async () => {
    expect((await call(['sweep'])).stderr).toMatch(/^overtrain: file: missing; .*--init/);
    await writeFile(file, PARABOLAS);
    expect((await call(['sweep', file])).stderr).toMatch(/^overtrain: --out: missing/);
    expect((await sweep(PARABOLAS, '--threads', '0')).stderr).toMatch(/^overtrain: --threads: "0"/);
  });
});

test('a sweep file that was changed is refused on resume, naming what changed', async () => {
  await sweep(PARABOLAS, '--shard', '1/2');
  const changed = await sweep(PARABOLAS.replace('40:40', '41:41'), '--shard', '1/2', '--resume');
  expect(changed).toMatchObject({ code: 2, stdout: '' });
  expect(changed.stderr).toMatch(/^overtrain: --resume: .* differs in the sweep file's axes: choose another folder\n$/);
  const shard = await sweep(PARABOLAS.replace('"0.2,0.5"', '"0.2"'), '--shard', '1/2');
  expect(shard.stderr).toContain("the sweep file's params");
});

test('a folder with other files is left alone', async () => {
  await mkdir(out);
  await writeFile(join(out, 'thesis.tex'), '');
  expect((await sweep(PARABOLAS)).stderr).toMatch(/a new or empty folder/);
  expect(await readdir(out)).toEqual(['thesis.tex']);
});

test('a shard on which another process works is refused, unless a scheduler vouches that it is gone', async () => {
  await sweep(PARABOLAS, '--shard', '1/2');
  const partial = join(out, 'shards', '2-of-2.partial');
  await mkdir(partial);
  const owner = { pid: 1, host: `not-${hostname()}`, since: '2026-01-01T00:00:00Z', process: null };
  await writeFile(join(partial, 'lock.1.abc'), JSON.stringify(owner));
  const refused = await sweep(PARABOLAS, '--shard', '2/2', '--resume');
  expect(refused.stderr).toMatch(/no one else is working on shard 2\/2: process 1 on not-/);
  expect((await call(['status', out])).stdout).toMatch(/running +1 {2}shard 2 of 2: 0 of 40 points kept, process 1/);
  const env = { LANG: 'C.UTF-8', SLURM_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '2' };
  expect((await call(['sweep', file, '--out', out, '--shard', 'auto/2', '--resume'], { env })).code).toBe(0);
});

describe('the shard of a job', () => {
  it('comes from Slurm or Kubernetes', () => {
    expect(readShard(undefined, {})).toBeUndefined();
    expect(readShard('3/8', { SLURM_ARRAY_TASK_ID: '5' })).toEqual({ index: 3, count: 8 });
    const slurm = { SLURM_ARRAY_TASK_ID: '12', SLURM_ARRAY_TASK_MIN: '10', SLURM_ARRAY_TASK_COUNT: '8' };
    expect(readShard('auto', slurm)).toEqual({ index: 3, count: 8 });
    expect(readShard('auto/20', slurm)).toEqual({ index: 12, count: 20 });
    expect(readShard('auto/4', { JOB_COMPLETION_INDEX: '3' })).toEqual({ index: 4, count: 4 });
  });

  it.each([
    ['auto', {}, /neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX/],
    ['auto/8', { SLURM_ARRAY_TASK_ID: '9' }, /^SLURM_ARRAY_TASK_ID: "9"/],
    ['auto', { JOB_COMPLETION_INDEX: '0' }, /auto\/N/],
    ['auto/2', { JOB_COMPLETION_INDEX: '2' }, /^JOB_COMPLETION_INDEX: "2"/],
  ])('%s in %j is refused', (text, env, message) => {
    expect(() => readShard(text, env)).toThrow(message);
  });
});

test('lists of shards are written and read as Slurm has them', () => {
  expect(listText([1, 2, 3, 5, 8, 9])).toBe('1-3,5,8-9');
  expect(readList('--only', '8-9, 1-3,5,2', 9)).toEqual([1, 2, 3, 5, 8, 9]);
  for (const text of ['0', '10', '3-2', '', 'x', '1,,2']) expect(() => readList('--only', text, 9)).toThrow('--only');
});

describe('batch scripts', () => {
  const job = {
    program: ['/usr/bin/node', '/opt/over train/main.js'],
    ...{ file: '/data/s/slurm/sweep.yaml', folder: '/data/s', scenario: 'gaussian', shards: 8, only: [1, 2, 5] },
    options: ['--time=1:00:00', '--mem', '2G', '--comment=a "b"'],
  };
  it('read as a person would write them', () => {
    expect(arrayScript(job)).toBe(`#!/bin/bash
# 3 of 8 shards of a sweep of gaussian; task I computes shard I. Written by overtrain submit slurm.
#SBATCH --job-name=overtrain-gaussian
#SBATCH --array=1-2,5
#SBATCH --ntasks=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=/data/s/slurm/%A_%a.log
#SBATCH --time=1:00:00
#SBATCH --mem 2G
#SBATCH "--comment=a \\"b\\""
exec /usr/bin/node '/opt/over train/main.js' sweep /data/s/slurm/sweep.yaml --out /data/s --shard auto/8 --resume --quiet
`);
    expect(mergeScript(job)).toContain("exec /usr/bin/node '/opt/over train/main.js' merge /data/s\n");
  });

  it('are printed by --dry-run, and refused where they would not do', async () => {
    await writeFile(file, PARABOLAS);
    const submit = (...words: string[]) => call(['submit', 'slurm', file, '--out', out, ...words]);
    const printed = await submit('--shards', '4', '--dry-run', '--', '--mem=1G');
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    expect(printed.stdout).toMatch(/#SBATCH --array=1-4\n[\s\S]*#SBATCH --mem=1G\n[\s\S]*--shard auto\/4 --resume/);
    expect(existsSync(out)).toBe(false);
    expect((await submit()).stderr).toMatch(/^overtrain: --shards: missing/);
    expect((await submit('--shards', '0')).stderr).toMatch(/^overtrain: --shards: "0"/);
    expect((await submit('--shards', '4', '--only', '5')).stderr).toMatch(/^overtrain: --only: "5"/);
    expect((await submit('--shards', '4', '--', '--array=1-2')).stderr).toMatch(/^overtrain: sbatch: "--array/);
    expect((await call(['submit', 'pbs', file])).stderr).toMatch(/^overtrain: scheduler: "pbs"/);
  });
});
