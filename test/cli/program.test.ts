import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvText } from '../../src/cli/output/text-table.js';
import type { RunDocument } from '../../src/sim/scenario/run-document.js';
import { scenarios } from '../../src/sim/scenarios/scenario-list.js';
import { claims } from '../../src/theory/claims/all-claims.js';
import { call } from './support/call.js';
import { parabola } from './support/parabola-scenario.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'overtrain-test-'));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function run(...argv: string[]): Promise<RunDocument> {
  const { code, stdout, stderr } = await call(['run', 'parabola', '--json', ...argv]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as RunDocument;
}

describe('overtrain run', () => {
  it('prints one JSON document in the contracted form', async () => {
    const document = await run('--seed', '7', '--set', 'count=3');
    expect(document).toMatchObject({
      schema: 1,
      scenario: 'parabola',
      params: { count: 3, gammas: [0.2, 0.1] },
      seed: 7,
      compute: { engine: 'exact', backend: 'host', requested: 'auto', precision: 'f64' },
      checks: [
        { claim: 'T1', verdict: 'holds', margin: 0.25, tolerance: 0.125 },
        { claim: 'T2', verdict: 'not-applicable', margin: null },
      ],
    });
    expect(document.tables.curve!.columns.map(({ name }) => name)).toEqual([
      'gamma',
      'time',
      'loss_theory',
      'loss_sim',
    ]);
    expect(document.tables.curve!.rows).toHaveLength(6);
  });

  it('gives the same numbers for the same seed and others for another', async () => {
    const [first, again, other] = [await run('--seed', '7'), await run('--seed', '7'), await run('--seed', '8')];
    expect(again.tables).toEqual(first.tables);
    expect(other.tables).not.toEqual(first.tables);
  });

  it('lets --set go before --config, and --config before the defaults', async () => {
    const file = join(home, 'c.yaml');
    await writeFile(file, 'params: {count: 5, gammas: [0.5]}\nseed: 3\nengine: modes\n');
    const fromFile = await run('--config', file);
    expect(fromFile).toMatchObject({ params: { count: 5, gammas: [0.5] }, seed: 3, compute: { engine: 'modes' } });
    const both = await run('--config', file, '--set', 'count=4', '--seed', '9', '--engine', 'exact');
    expect(both).toMatchObject({ params: { count: 4, gammas: [0.5] }, seed: 9, compute: { engine: 'exact' } });
  });

  it('exits with 1 when a check fails, and still shows everything', async () => {
    const { code, stdout, stderr } = await call(['run', 'parabola', '--set', 'fail=yes']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('T1 FAILS, margin -1 (tolerance 0.125)');
    expect((await call(['run', 'parabola', '--set', 'fail=yes', '--json'])).code).toBe(1);
  });

  it('prints the heading first, then chart, inflections, checks, warnings and the command that repeats it', async () => {
    const { stdout } = await call(['run', 'parabola', '--set', 'gammas=0.2,0.1']);
    const parts = [
      'Parabolas with their minima at 1/γ',
      'engine exact, f64, seed 1',
      'Loss over time',
      '● gamma = 0.2   ▲ gamma = 0.1',
      'Table curve: 80 rows, drawn above; --csv --table curve prints all',
      'gamma  time_theory  time_sim',
      '0.2        5.128         –',
      '✓ T1 holds, margin 0.25 (tolerance 0.125)',
      '– T2 not applicable',
      'diverged at step 3: learning rate 9',
      'warning: parabolas are not networks',
      'To repeat: overtrain run parabola --set gammas=0.2,0.1 --seed 1 --engine exact',
    ];
    let from = 0;
    for (const part of parts) {
      const at = stdout.indexOf(part, from);
      expect(at, part).toBeGreaterThanOrEqual(from);
      from = at;
    }
  });

  it('repeats itself by the command it prints', async () => {
    const file = join(home, 'c.json');
    await writeFile(file, '{"gammas": [0.25, 0.125], "count": 9}');
    const argv = ['run', 'parabola', '--config', file, '--seed', '5', '--engine', 'modes'];
    const { stdout } = await call(argv);
    const command = /^To repeat: overtrain (.*)$/m.exec(stdout)![1]!.split(' ');
    expect(command).toEqual(
      'run parabola --set gammas=0.25,0.125 --set count=9 --seed 5 --engine modes --backend simd64'.split(' '),
    );
    const named = stdout.replace('parabolas are exact', 'asked for by name');
    expect((await call(command)).stdout).toBe(named.replace(/^(To repeat:.*)$/m, '$1'));
  });

  it('prints one table as CSV, the first unless another is named', async () => {
    const { tables } = await run();
    expect((await call(['run', 'parabola', '--csv'])).stdout).toBe(csvText(tables.curve!));
    const named = await call(['run', 'parabola', '--csv', '--table', 'inflection']);
    expect(named.stdout).toBe(csvText(tables.inflection!));
    expect(named.stdout.split('\n')[0]).toBe('gamma,time_theory,time_sim,"note, ""quoted"""');
  });

  it('keeps a run in a folder: the document, the command, and every table', async () => {
    const folder = join(home, 'r1');
    const { code, stdout } = await call(['run', 'parabola', '--seed', '3', '--out', folder]);
    expect(code).toBe(0);
    expect(stdout).toContain('Saved in ');
    expect((await readdir(folder)).sort()).toEqual([
      'curve.csv',
      'curve.parquet',
      'inflection.csv',
      'inflection.parquet',
      'run.json',
    ]);
    const kept = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'));
    const { elapsed_ms: _, ...document } = await run('--seed', '3');
    expect(kept).toMatchObject({ ...document, command: 'overtrain run parabola --seed 3 --engine exact' });
    expect(await readFile(join(folder, 'curve.csv'), 'utf8')).toBe(csvText(document.tables.curve!));
  });

  it('keeps what was finished when interrupted, and leaves no folder', async () => {
    const controller = new AbortController();
    const argv = ['run', 'parabola', '--set', 'pause=60', '--set', 'gammas=0.5,0.4,0.3,0.2', '--out', join(home, 'r')];
    const cutOff: typeof parabola = {
      ...parabola,
      async *run(plan, context) {
        for await (const event of parabola.run(plan, context)) {
          yield event;
          if (event.kind === 'progress' && event.done === 2) controller.abort();
        }
      },
    };
    const loadScenarios = async () => [cutOff];
    const { code, stdout, stderr } = await call(argv, { signal: controller.signal, loadScenarios });
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'overtrain: interrupted\n' });
    expect(stdout).toContain('gamma = 0.5');
    expect(stdout).not.toContain('gamma = 0.2');
    expect(await readdir(home)).toEqual([]);
    const asJson = await call([...argv, '--json'], { signal: AbortSignal.abort() });
    expect(asJson).toEqual({ code: 130, stdout: '', stderr: 'overtrain: interrupted\n' });
  });

  it('shows progress on a terminal only, and wipes it away', async () => {
    const watched = await call(['run', 'parabola', '--json'], { columns: 80, env: { LANG: 'C.UTF-8', TERM: 'xterm' } });
    expect(watched.stderr).toContain('%');
    expect(watched.stderr.endsWith('\r\u001b[K')).toBe(true);
    JSON.parse(watched.stdout);
    const quiet = await call(['run', 'parabola', '--quiet'], { columns: 80 });
    expect(quiet.stderr).toBe('');
  });

  it.each([20, 40, 80, 200])('keeps within a window of %i cells', async (columns) => {
    const { stdout } = await call(['run', 'parabola'], { columns, env: { LANG: 'C.UTF-8', NO_COLOR: '1' } });
    const lines = stdout.split('\n').filter((line) => !line.startsWith('To repeat:'));
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns);
  });

  it('speaks ASCII where the locale is not UTF-8', async () => {
    for (const argv of [['run', 'parabola'], ['run', 'parabola', '--help'], ['list'], ['--help'], []]) {
      const { stdout } = await call(argv, { env: { LANG: 'C' } });
      expect(stdout).toMatch(/^\p{ASCII}+$/u);
    }
  });
});

describe('help, list and overview', () => {
  it('lists the parameters of a scenario with unit, range, default and meaning', async () => {
    const { code, stdout } = await call(['run', 'parabola', '--help']);
    expect(code).toBe(0);
    for (const part of [
      'pause [ms]: wait between events',
      'a number of at least 0; default 0',
      'an integer from 1 to 1000; default 40',
      'inflection: gamma, time_theory',
      'overtrain run parabola --set count=40',
    ])
      expect(stdout).toContain(part);
    expect((await call(['help', 'run', 'parabola'])).stdout).toBe(stdout);
  });

  it('lists scenarios by group, and claims in their natural order', async () => {
    const { stdout } = await call(['list']);
    expect(stdout).toContain('Scenarios from the main paper\n  parabola: Parabolas');
    expect(stdout.indexOf('  T2: parabola')).toBeLessThan(stdout.indexOf('  T10: parabola'));
    const document = JSON.parse((await call(['list', '--json'])).stdout);
    expect(document).toMatchObject({
      schema: 1,
      scenarios: [
        {
          id: 'parabola',
          parameters: [{ name: 'count', range: 'an integer from 1 to 1000', default: '40' }, {}, {}, {}],
        },
      ],
    });
    expect(document.claims.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(['T1', 'T2', 'T10']));
  });

  it('lists every claim object, also those that no scenario bears on, and scenarios name no other', async () => {
    const document = JSON.parse((await call(['list', '--json'])).stdout);
    const listed = new Map(document.claims.map((claim: { id: string }) => [claim.id, claim]));
    for (const { id, title } of claims) expect(listed.get(id)).toMatchObject({ id, title });
    const known = claims.map(({ id }) => id);
    for (const scenario of scenarios) expect(known).toEqual(expect.arrayContaining([...scenario.claims]));
  });

  it('prints the overview without a command and the version on request', async () => {
    const { code, stdout } = await call([]);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: overtrain');
    expect(stdout).toContain('parabola');
    expect((await call(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('examines the machine', async () => {
    const { code, stdout } = await call(['doctor', '--json']);
    expect(code).toBe(0);
    const { versions, machine, backends } = JSON.parse(stdout);
    expect(versions.node).toBe(process.versions.node);
    expect(machine.cores).toBeGreaterThanOrEqual(1);
    expect(backends).toContainEqual(expect.objectContaining({ name: 'reference', available: true }));
    expect((await call(['doctor'])).stdout).toContain('✓ reference  ml-matrix, 1 thread, float64\n');
  });
});

describe('a wrong request', () => {
  it.each<[string, string]>([
    ['foo', 'command: "foo" is not allowed; expected list, '],
    ['parabolla', 'did you mean "overtrain run parabola"?'],
    ['rnu parabola', 'did you mean "overtrain run"?'],
    ['help foo', 'command: "foo" is not allowed'],
    ['parabola --help', 'did you mean "overtrain run parabola"?'],
    ['fit', 'file: missing; see --help'],
    ['--foo', 'option: "--foo" is not allowed'],
    ['run', 'scenario: missing; expected one of parabola'],
    ['run parabol', 'scenario: "parabol" is not allowed; expected a scenario; did you mean parabola?'],
    ['run __proto__', 'scenario: "__proto__" is not allowed'],
    ['run parabola more', "too many arguments for 'run'"],
    ['run parabola --sed 3', '--sed: not an option of this command; did you mean one of --seed, --set?'],
    ['run parabola --set', '--set: no value was given; expected --set <name=value>'],
    [
      'run parabola --set cuont=3',
      '--set: "cuont=3" is not allowed; expected a parameter of parabola; did you mean count?',
    ],
    ['run parabola --set count=0', 'count: "0" is not allowed; expected an integer from 1 to 1000'],
    ['run parabola --set count=1e400', 'count: "1e400" is not allowed'],
    ['run parabola --set count=NaN', 'count: "NaN" is not allowed'],
    ['run parabola --set gammas=', 'gammas: "" is not allowed; expected positive numbers'],
    ['run parabola --set count=1', 'gammas: [0.2,0.1] is not allowed; expected no more than count'],
    ['run parabola --set __proto__=1', '--set: "__proto__=1" is not allowed'],
    ['run parabola --seed -1', '--seed: "-1" is not allowed'],
    ['run parabola --seed 1 --seed 2', '--seed: "2" is not allowed; expected the option once'],
    ['run parabola --engine matrix', '--engine: "matrix" is not allowed; expected auto, exact, modes'],
    ['run parabola --backend webgl', '--backend: "webgl" is not allowed; expected auto, '],
    ['run parabola --json --csv', '--csv: "--json --csv" is not allowed'],
    ['run parabola --table curve', '--table: "curve" is not allowed'],
    ['run parabola --csv --table crve', 'did you mean curve?'],
    ['run parabola --out /dev/null', '--out: "/dev/null" is not allowed'],
    ['run parabola --config nothing.yaml', '--config: "nothing.yaml" is not allowed'],
    ['help run nothing', 'scenario: "nothing" is not allowed'],
  ])('%s is answered by one line', async (words, part) => {
    const { code, stdout, stderr } = await call(words.split(' '));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^overtrain: [^\n]+\n$/);
    expect(stderr).toContain(part);
  });

  it('names a parameter that only the file has as the file’s', async () => {
    const file = join(home, 'c.json');
    await writeFile(file, '{"cuont": 3}');
    const { code, stderr } = await call(['run', 'parabola', '--config', file]);
    expect(code).toBe(2);
    expect(stderr).toContain('--config: "cuont" is not allowed; expected parameters of parabola; did you mean count?');
    await writeFile(file, '{"scenario": "gaussian"}');
    expect((await call(['run', 'parabola', '--config', file])).stderr).toContain('a file for the scenario parabola');
  });

  it('cannot steer the terminal', async () => {
    const { stderr } = await call(['\u001b[31mred\u001b[0m\nsecond line\u202e']);
    expect(stderr).toMatch(/^overtrain: [ -~]+\n$/);
  });
});
