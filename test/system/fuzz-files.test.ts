import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { referencesOf } from '../../src/cli/cite/references.js';
import { compareRuns } from '../../src/cli/compare/compare-runs.js';
import { comparisonReport } from '../../src/cli/compare/comparison-report.js';
import { findingsOn, publishedSources } from '../../src/cli/published/comparisons.js';
import { readResult, type StoredRun } from '../../src/cli/results/read-result.js';
import { resolveRun } from '../../src/cli/settings/run-request.js';
import { scenarioById, scenarios } from '../../src/sim/scenarios/scenario-list.js';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { samples } from '../support/sample-size.js';
import { Draws, hostileTexts, mutateBytes, mutateValue, sealed } from './support/hostile.js';
import { run } from './support/program.js';

const SEED = 20261123;
/** Among so many every kind of change is drawn twenty times and more, and every bomb twice. OVERTRAIN_TEST_SCALE=5 tries 5,000. */
const CASES = samples(1000);
/** A generous limit in milliseconds of computing for one file; a clock would measure what else the machine does. */
const HANG = 5_000;
const ROUND = 200;

const home = mkdtempSync(join(tmpdir(), 'overtrain-fuzz-'));
const before = process.cwd();
let whole: StoredRun;
const contents = new Map<string, Buffer>();

beforeAll(async () => {
  process.chdir(home);
  const argv = 'run gaussian --set dim=3 --set times=1,2,5 --set gammas=0.1,0.2 --set replicates=30'.split(' ');
  expect((await run([...argv, '--quiet', '--out', 'whole'], home)).code).toBe(0);
  whole = await readResult('whole');
  for (const name of readdirSync('whole')) contents.set(name, await readFile(join('whole', name)));
});
afterAll(() => {
  process.chdir(before);
  rmSync(home, { recursive: true, force: true });
});

/** Runs one case; what it may throw is one line for the user. */
async function survives(label: string, act: () => Promise<void>): Promise<'read' | 'refused'> {
  const started = process.cpuUsage();
  try {
    await act();
    return 'read';
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return 'refused';
  } finally {
    expect(process.cpuUsage(started).user / 1000, label).toBeLessThan(HANG);
  }
}

function expectUntouched(): void {
  expect(existsSync('CANARY')).toBe(false);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect('polluted' in {}).toBe(false);
}

/** Everything that is done with a result that was read. */
function use(stored: StoredRun): void {
  const { document } = stored;
  const scenario = scenarios.find(({ id }) => id === document.scenario);
  referencesOf(document, scenario);
  for (const source of publishedSources) findingsOn(document, source);
  if (document.scenario !== whole.document.scenario) return;
  const gaussian = scenarioById('gaussian');
  const terminal = { width: 60, colour: 'none', unicode: true, live: false } as const;
  for (const [a, b] of [
    [whole, stored],
    [stored, whole],
  ] as const) {
    const comparison = compareRuns(a, b, gaussian.figures);
    JSON.stringify(comparison);
    const lines = comparisonReport(comparison, gaussian, [a.document, b.document], terminal);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: nothing in a file may steer the terminal
    for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f]/);
  }
}

function mutateFolder(draws: Draws, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const files = new Map(contents);
  const kind = draws.next();
  if (kind < 0.35) files.set('run.json', mutateBytes(draws, contents.get('run.json')!));
  else if (kind < 0.85) {
    let value: unknown = JSON.parse(contents.get('run.json')!.toString('utf8'));
    for (let count = 1 + draws.below(3); count > 0; count--) value = mutateValue(draws, value);
    files.set('run.json', Buffer.from(sealed(value) ?? ''));
  } else {
    const name = draws.one([...files.keys()]);
    files.set(name, mutateBytes(draws, files.get(name)!));
  }
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  if (draws.next() > 0.1) return;
  const path = join(folder, draws.one([...files.keys()]));
  rmSync(path);
  const odd = draws.below(5);
  if (odd === 0) mkdirSync(path);
  else if (odd === 1) symlinkSync(path, path);
  else if (odd === 2) symlinkSync('/dev/zero', path);
  else if (odd === 3) execFileSync('mkfifo', [path]);
}

test(`${CASES} mutated result folders never crash, hang or run anything`, async () => {
  const draws = new Draws(SEED);
  const seen = { read: 0, refused: 0, problems: 0 };
  for (let index = 0; index < CASES; index++) {
    mutateFolder(draws, 'mutated');
    const outcome = await survives(`case ${index}`, async () => {
      const stored = await readResult('mutated');
      if (stored.problems.length > 0) seen.problems++;
      for (const problem of stored.problems) expect(problem).not.toContain('\n');
      use(stored);
    });
    seen[outcome]++;
    if (index % ROUND === 0) expectUntouched();
  }
  expectUntouched();
  console.log(
    `fuzz: ${CASES} mutated result folders (seed ${SEED}): ${seen.refused} refused in one line, ${seen.read} read, ${seen.problems} of them with problems told`,
  );
  // A fuzzer whose every case is refused at the door tests the door alone.
  expect(seen.read).toBeGreaterThan(CASES / 20);
  expect(seen.refused).toBeGreaterThan(CASES / 4);
}, 600_000);

const LONG = 300_000;
const aliases = (count: number) =>
  Array.from({ length: count }, (_, i) => `a${i}: &a${i} [${i === 0 ? '1' : Array(9).fill(`*a${i - 1}`)}]`);
const bombs: readonly string[] = [
  aliases(12).join('\n'),
  aliases(40).join('\n'),
  `a: &a {b: 1}\n${Array.from({ length: 2000 }, (_, i) => `k${i}: {<<: [*a, *a]}`).join('\n')}`,
  'a: &a [*a]',
  'gammas: &a [1, *a]',
  '&a *a',
  '['.repeat(LONG),
  '{a: '.repeat(LONG / 4),
  '- '.repeat(LONG / 2),
  '? '.repeat(LONG / 2),
  `${'a: '.repeat(LONG / 3)}`,
  `"${'\\u0000'.repeat(LONG / 6)}"`,
  Array.from({ length: LONG / 4 }, (_, i) => `k${i}: 1`).join('\n'),
  `gammas: [${'0.1,'.repeat(LONG / 4)}0.1]`,
  `times: log:0.1:300:${'9'.repeat(LONG)}`,
  `dim: ${'9'.repeat(LONG)}`,
  "!!js/function \"function () { require('fs').writeFileSync('CANARY', '') }\"",
  'dim: !!js/undefined ""',
  'dim: !!python/object/apply:os.system ["touch CANARY"]',
  'dim: !<tag:yaml.org,2002:binary> gICAgA==',
  '%YAML 9.9\n---\ndim: 4',
  '--- 1\n--- 2\n',
  '__proto__: {polluted: true}\ndim: 4',
  'params: {__proto__: {polluted: true}}',
  'params: {constructor: {prototype: {polluted: true}}}',
  '? [a, b]\n: 1',
  '? {a: 1}\n: 2',
  'dim: 0o17\ntau: 0x1F\nseed: 1_000',
  'dim: .inf\ntau: .nan',
  'times: 2026-11-23T00:00:00Z',
  '\ufeffdim: 4',
  '\u0000',
  '\tdim: 4',
  'dim: |\n  4\n',
  'dim: "4\\n5"',
  'null',
  '[]',
];
const plain: readonly string[] = [
  'params:\n  dim: 4\n  gammas: [0.1, 0.2]\n  times: log:0.5:20:5\nseed: 3\nengine: exact\n',
  'dim: &d 4\nreplicates: *d\nspectrum: "3,2,1,0.5"\n',
  '{"params": {"dim": 4, "gammas": [0.1], "times": [1, 2, 3]}, "seed": 7, "engine": "modes", "backend": "reference"}',
];

test(`${CASES} mutated configuration files, YAML bombs included, never crash, hang or run anything`, async () => {
  const draws = new Draws(SEED + 1);
  const seen = { read: 0, refused: 0 };
  const json: unknown = JSON.parse(plain[2]!);
  for (let index = 0; index < CASES; index++) {
    const file = draws.one(['config.yaml', 'config.json']);
    const kind = draws.next();
    const bytes =
      index < 2 * bombs.length
        ? Buffer.from(bombs[index >> 1]!)
        : kind < 0.4
          ? mutateBytes(draws, Buffer.from(draws.one(plain)))
          : kind < 0.6
            ? mutateBytes(draws, Buffer.from(draws.one(bombs).slice(0, 2000)))
            : Buffer.from(JSON.stringify(mutateValue(draws, json)) ?? draws.one(hostileTexts));
    const path = index < 2 * bombs.length ? ['config.yaml', 'config.json'][index & 1]! : file;
    writeFileSync(path, bytes);
    const outcome = await survives(`case ${index}: ${bytes.toString('utf8', 0, 200)}`, async () => {
      const request = await resolveRun('gaussian', { config: path }, scenarios);
      JSON.stringify(request.parameters);
    });
    seen[outcome]++;
    if (index % ROUND === 0) expectUntouched();
  }
  expectUntouched();
  console.log(
    `fuzz: ${CASES} configuration files (seed ${SEED + 1}, ${bombs.length} bombs in two forms): ${seen.refused} refused in one line, ${seen.read} read`,
  );
  expect(seen.read).toBeGreaterThan(CASES / 50);
  expect(seen.refused).toBeGreaterThan(CASES / 4);
}, 600_000);
