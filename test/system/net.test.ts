import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SMALL } from '../support/scenario-documents.js';
import { endStarted, run, runHere } from './support/program.js';

/*
 * What the built program says, as checksums: moving and merging files changes none of them. A change of numbers or of words that is
 * meant takes them along, in a commit that says which and why: OVERTRAIN_NET=record npm run test:system net.
 */

const FILE = new URL('../fixtures/net.json', import.meta.url);
const RECORDS = process.env.OVERTRAIN_NET === 'record';
const BACKENDS = ['reference', 'simd64', 'simd'] as const;

const before = process.cwd();
let home: string;
const known: Record<string, string> = {};
const seen: Record<string, string> = {};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'overtrain-net-'));
  Object.assign(known, JSON.parse(await readFile(FILE, 'utf8').catch(() => '{}')));
});

// Math.exp and its like are those of V8, whose last bits are another version's affair.
beforeEach(({ skip }) => {
  seen.v8 = process.versions.v8;
  if (!RECORDS && known.v8 !== seen.v8) skip(`recorded on V8 ${known.v8}, and this is V8 ${seen.v8}`);
});

afterAll(async () => {
  process.chdir(before);
  await endStarted();
  await rm(home, { recursive: true });
  if (RECORDS) await writeFile(FILE, `${JSON.stringify(seen, null, 1)}\n`);
});

/** Where a run took place, how long it took and by what versions is no part of what it found. */
const OF_THE_MACHINE = new Set(['elapsed_ms', 'device', 'versions', 'command', 'git', 'created']);

function said(name: string, value: unknown): void {
  const text = JSON.stringify(value, (key, inner) => (OF_THE_MACHINE.has(key) ? undefined : inner));
  seen[name] = createHash('sha256').update(text.replaceAll(home, '')).digest('hex').slice(0, 16);
  if (!RECORDS) expect({ [name]: seen[name] }).toEqual({ [name]: known[name] });
}

async function json(...argv: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runHere([...argv, '--json'], home);
  expect({ argv, code: code! <= 1, stderr }).toEqual({ argv, code: true, stderr: '' });
  return JSON.parse(stdout);
}

test.each(Object.entries(SMALL))('runs of %s', async (id, settings) => {
  const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  for (const backend of BACKENDS) said(`run ${id} ${backend}`, await json('run', id, ...set, '--backend', backend));
});

test('claims', async () => {
  said('verify', await json('verify', '--runs', '40'));
  said('verify --falsify', await json('verify', '--runs', '20', '--falsify'));
});

test('a sweep, a report of it, a fit and a comparison', async () => {
  const lines = [
    'scenario: gaussian',
    'backend: simd64',
    'params: {dim: 3, times: "1,3,9", replicates: 8}',
    'axes: [{parameter: tau, list: [2, 3]}, {parameter: gammas, list: ["0.1", "0.2"]}]',
  ];
  await writeFile(join(home, 'sweep.yaml'), lines.join('\n'));
  expect((await run(['sweep', 'sweep.yaml', '--out', 'sweep', '--quiet'], home)).code).toBe(0);
  said('sweep', await readFile(join(home, 'sweep/merged.csv'), 'utf8'));
  const small = '--set dim=3 --set times=1,3,9 --set replicates=8 --backend simd64 --quiet'.split(' ');
  for (const seed of ['1', '2'])
    expect((await run(['run', 'gaussian', ...small, '--seed', seed, '--out', `run${seed}`], home)).code).toBe(0);
  expect((await run(['report', 'run1', 'run2', '--html', 'report.html'], home)).code).toBe(0);
  const page = await readFile(join(home, 'report.html'), 'utf8');
  const [, data = ''] = /<script type="application\/json"[^>]*>([\s\S]*?)<\/script>/.exec(page) ?? [];
  expect(data.length).toBeGreaterThan(100);
  said('report', JSON.parse(data));
  said('compare', await json('compare', 'run1', 'run2'));
  const losses = [1, 2, 4, 8].flatMap((n) =>
    [1, 3, 9, 27].map((d) => `${n},${d},${0.5 + 1 / n ** 0.5 + 2 / d ** 0.4}`),
  );
  await writeFile(join(home, 'losses.csv'), ['N,D,loss', ...losses].join('\n'));
  said('fit', await json('fit', 'losses.csv', '--law', 'chinchilla'));
});
