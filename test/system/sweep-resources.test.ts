import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { scenarios } from '../../src/sim/scenarios/scenario-list.js';
import { SMALL } from '../support/scenario-documents.js';

/** Threads that a program on Node has before it starts any: its own, V8's and libuv's. */
const OF_NODE = 11;

/** Megabytes of Node and the program, with two workers where there are any. */
const MOST_MEGABYTES = 400;

const built = (path: string) => JSON.stringify(pathToFileURL(`dist/${path}`).href);

/** Watches the process that it is loaded into and says at the end how many threads it had, and how much memory. */
const WATCH = `
  import { readFileSync } from 'node:fs';
  let most = 0;
  const look = () => {
    most = Math.max(most, Number(/^Threads:\\s+(\\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]));
  };
  setInterval(look, 20).unref();
  process.on('exit', () => {
    look();
    const megabytes = process.resourceUsage().maxRSS / 1024;
    process.stderr.write('\\n' + JSON.stringify({ threads: most, megabytes }));
  });`;

function watched(parameters: readonly string[], input = '') {
  const watching = ['--import', `data:text/javascript,${encodeURIComponent(WATCH)}`, ...parameters];
  const { status, stderr } = spawnSync(process.execPath, watching, { encoding: 'utf8', input });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return JSON.parse(stderr.trim().split('\n').at(-1)!) as { threads: number; megabytes: number };
}

/** Eight points of every scenario side by side, as one thread of a sweep computes them. */
const POINTS = `
  import { scenarios } from ${built('sim/scenarios/scenario-list.js')};
  import { BackendPack } from ${built('sim/sweeps/backend-pack.js')};
  import { openOnThisThread, runPoints } from ${built('sim/sweeps/run-points.js')};
  import { Sweep } from ${built('sim/sweeps/sweep.js')};
  const settings = ${JSON.stringify(SMALL)};
  for (const scenario of scenarios) {
    const [[parameter, value], ...rest] = Object.entries(settings[scenario.id]);
    const sweep = new Sweep({
      scenario: scenario.id, params: Object.fromEntries(rest), axes: [{ parameter, list: [value] }], replicates: 8,
      seed: 1, randomNumbers: 'independent', backend: 'auto', table: Object.keys(scenario.tables)[0],
      engine: scenario.engines.includes('matrix') && scenario.id !== 'misalignment' ? 'matrix' : 'auto',
    });
    const pack = new BackendPack(openOnThisThread);
    const results = await runPoints(sweep, scenario, { from: 0, to: 8 }, pack);
    await pack.dispose();
    if (results.some(({ error, rows }) => error !== null || rows.length === 0)) process.exitCode = 1;
  }`;

const hasProc = existsSync('/proc/self/status');

test.skipIf(!hasProc)('points of a sweep share the thread that computes them, whatever the scenario', () => {
  expect(scenarios.filter(({ id }) => !(id in SMALL))).toEqual([]);
  const { threads, megabytes } = watched(['--input-type=module', '-'], POINTS);
  expect(threads).toBeGreaterThan(4);
  expect(threads).toBeLessThanOrEqual(OF_NODE);
  expect(megabytes).toBeLessThanOrEqual(MOST_MEGABYTES);
});

test.skipIf(!hasProc)('a sweep of large networks takes one more thread for each core, and their pool one', () => {
  const home = mkdtempSync(join(tmpdir(), 'overtrain-resources-'));
  try {
    const file = join(home, 'sweep.json');
    const params = { optimizers: 'gradient-descent', trainings: 2, finetuningGoal: 0.5 };
    const axes = [{ parameter: 'dim', list: [48] }];
    writeFileSync(file, JSON.stringify({ scenario: 'optimizer-consistency', params, axes, replicates: 8 }));
    const { threads, megabytes } = watched(['dist/cli/main.js', 'sweep', file, '--out', join(home, 'out')]);
    expect(threads).toBeGreaterThan(4);
    expect(threads).toBeLessThanOrEqual(OF_NODE + availableParallelism() + 1);
    expect(megabytes).toBeLessThanOrEqual(MOST_MEGABYTES);
  } finally {
    rmSync(home, { recursive: true });
  }
});
