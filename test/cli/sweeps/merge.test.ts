import { readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mergeShards } from '../../../src/cli/sweeps/merge-sweep.js';
import { ShardStore } from '../../../src/cli/sweeps/shard-store.js';
import type { Shard } from '../../../src/cli/sweeps/shards.js';
import { enterSweepFolder, type SweepIdentity, sweepIdentity } from '../../../src/cli/sweeps/sweep-folder.js';
import type { Scenario } from '../../../src/sim/scenario/scenario.js';
import { PointCosts } from '../../../src/sim/sweeps/point-cost.js';
import type { PointResult } from '../../../src/sim/sweeps/run-points.js';
import { batchesOf, Sweep, type SweepDefinition, shardRanges } from '../../../src/sim/sweeps/sweep.js';
import { samples } from '../../support/sample-size.js';
import { parabola } from '../support/parabola-scenario.js';

const scenario = parabola as unknown as Scenario;
let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'overtrain-merge-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

interface Case {
  readonly sweep: Sweep;
  readonly results: readonly PointResult[];
  readonly shards: number;
  /** Order in which batches end. */
  readonly order: readonly number[];
}

const cell = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null));

const resultOf = (point: number): fc.Arbitrary<PointResult> =>
  fc
    .oneof(
      {
        weight: 5,
        arbitrary: fc.array(fc.tuple(cell, cell, cell, fc.oneof(fc.string(), fc.constant(null))), { maxLength: 3 }),
      },
      { weight: 1, arbitrary: fc.string({ minLength: 1 }) },
    )
    .map((outcome) =>
      typeof outcome === 'string'
        ? { point, compute: null, failed: [], diverged: null, error: outcome, rows: [] }
        : {
            point,
            compute: 'exact/host',
            failed: outcome.length === 2 ? ['T1'] : [],
            diverged: outcome.length === 1 ? 7 : null,
            error: null,
            rows: outcome,
          },
    );

const cases: fc.Arbitrary<Case> = fc
  .record({
    counts: fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 60 }),
    others: fc.integer({ min: 1, max: 5 }),
    replicates: fc.integer({ min: 1, max: 3 }),
    shards: fc.integer({ min: 1, max: 12 }),
  })
  .chain(({ counts, others, replicates, shards }) => {
    const definition: SweepDefinition = {
      ...{ scenario: 'parabola', params: {}, replicates, seed: 1, randomNumbers: 'common', table: 'inflection' },
      ...{ engine: 'exact', backend: 'auto' },
      axes: [
        { parameter: 'count', list: counts },
        { parameter: 'gammas', list: Array.from({ length: others }, (_, n) => n + 1) },
      ],
    };
    const sweep = new Sweep(definition);
    return fc.record({
      sweep: fc.constant(sweep),
      shards: fc.constant(shards),
      results: fc.tuple(...Array.from({ length: sweep.points }, (_, point) => resultOf(point))),
      order: fc.array(fc.nat(), { minLength: 50, maxLength: 50 }),
    });
  });

/** Writes one shard with its batches in some order, and begins anew in the middle. */
async function writeShard(
  folder: string,
  identity: SweepIdentity,
  { sweep, results, order }: Case,
  shard: Shard,
): Promise<void> {
  const costs = new PointCosts(sweep, scenario);
  const range = shardRanges(sweep.points, costs, shard.count)[shard.index - 1]!;
  const options = {
    ...{ folder, shard, resume: true, scheduled: false, task: undefined, onKept: () => {} },
    head: { sweep: identity.hash, ...shard, ...range },
  };
  const batches = batchesOf(range, costs).map((batch, index) => ({ batch, key: order[index % order.length]! }));
  batches.sort((a, b) => a.key - b.key);
  let store = (await ShardStore.open(options))!;
  for (const [place, { batch }] of batches.entries()) {
    if (place === Math.floor(batches.length / 2)) {
      await store.close();
      store = (await ShardStore.open(options))!;
    }
    expect(store.has(batch)).toBe(false);
    await store.keep({ ...batch, results: results.slice(batch.from, batch.to) });
  }
  await store.finish();
}

async function mergedBytes(folder: string, one: Case, count: number): Promise<readonly Buffer[]> {
  const identity = await sweepIdentity(one.sweep.definition);
  await enterSweepFolder(folder, identity, true);
  const indices = Array.from({ length: count }, (_, index) => index + 1);
  indices.sort((a, b) => one.order[a]! - one.order[b]!);
  for (const index of indices) await writeShard(folder, identity, one, { index, count });
  await mergeShards(folder, [scenario], async () => new Map());
  return ['merged.csv', 'merged.parquet'].map((name) => readFileSync(join(folder, name)));
}

test('shards merge to the bytes of the unsharded sweep, whatever their number and the order in which points come', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const folder = join(home, String(round++));
      const whole = await mergedBytes(join(folder, 'whole'), { ...one, order: Array(50).fill(0) }, 1);
      const parts = await mergedBytes(join(folder, 'parts'), one, one.shards);
      expect(parts[0]!.toString()).toBe(whole[0]!.toString());
      expect(parts[1]!.equals(whole[1]!)).toBe(true);
      await rm(folder, { recursive: true });
    }),
    { numRuns: samples(5) },
  );
});

const fixed: Case = (() => {
  const sweep = new Sweep({
    ...{ scenario: 'parabola', params: {}, replicates: 1, seed: 1, randomNumbers: 'common', table: 'inflection' },
    ...{ engine: 'exact', backend: 'auto' },
    axes: [{ parameter: 'count', list: Array.from({ length: 100 }, (_, n) => n + 1) }],
  });
  const results = Array.from({ length: 100 }, (_, point) => ({
    ...{ point, compute: 'exact/host', failed: [], diverged: null, error: null },
    rows: [[1, 2, 3, 'a']],
  }));
  return { sweep, results, shards: 4, order: Array(50).fill(0) };
})();

async function parts(indices: readonly number[], count = 4): Promise<SweepIdentity> {
  const identity = await sweepIdentity(fixed.sweep.definition);
  await enterSweepFolder(home, identity, true);
  for (const index of indices) await writeShard(home, identity, fixed, { index, count });
  return identity;
}

const merge = () => mergeShards(home, [scenario], async () => new Map());

test('missing points are named, and their shards', async () => {
  await parts([1, 3]);
  await expect(merge()).rejects.toThrow(
    'each of 100 points exactly once; missing: points 25 to 49, points 75 to 99 (shards 2/4, 4/4)',
  );
  expect(await readdir(home)).toEqual(['shards', 'sweep.json']);
});

test('points that are there twice are named', async () => {
  await parts([1, 2, 3, 4]);
  await parts([2], 10);
  await expect(merge()).rejects.toThrow('present twice: points 10 to 19 in 2/10');
});

test('a shard of another configuration is refused', async () => {
  await parts([1, 2, 3]);
  const other = join(home, 'other');
  await mkdir(other);
  const definition = { ...fixed.sweep.definition, seed: 2 };
  const identity = await sweepIdentity(definition);
  await enterSweepFolder(other, identity, true);
  await writeShard(other, identity, fixed, { index: 4, count: 4 });
  await copyFile(join(other, 'shards/4-of-4.shard'), join(home, 'shards/4-of-4.shard'));
  await rm(other, { recursive: true });
  await expect(merge()).rejects.toThrow(/4-of-4\.shard was computed with a different configuration/);
});

test.each([
  ['cut short', (path: string) => truncate(path, 900)],
  ['without its end', async (path: string) => truncate(path, readFileSync(path).length - 20)],
  ['empty', (path: string) => writeFile(path, '')],
  [
    'changed',
    (path: string) =>
      writeFile(
        path,
        readFileSync(path).map((byte, index) => (index === 700 ? byte ^ 1 : byte)),
      ),
  ],
])('a file of a shard that is %s is refused, and nothing is written', async (_, damage) => {
  await parts([1, 2, 3, 4]);
  await damage(join(home, 'shards/2-of-4.shard'));
  await expect(merge()).rejects.toThrow(/2-of-4\.shard.* damaged: remove it/);
  expect(await readdir(home)).toEqual(['shards', 'sweep.json']);
});

test('a folder that is of no sweep is refused', async () => {
  await expect(merge()).rejects.toThrow('a sweep folder with its sweep.json (there is none)');
  await writeFile(join(home, 'sweep.json'), '{"schema": 1}');
  await expect(merge()).rejects.toThrow('sweep.json has not been changed');
});
