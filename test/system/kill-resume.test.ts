import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readResult } from '../../src/cli/results/read-result.js';
import { samples } from '../support/sample-size.js';
import { endStarted, run, start, tableChecksums } from './support/program.js';

const SEED = 20261123;
/**
 * Moments drawn anew over a run of two seconds: a stretch of it in which a kill does harm goes unseen by twelve once in thirty times
 * if it is a quarter of the run, once in five hundred if it is two fifths. OVERTRAIN_TEST_SCALE tries more.
 */
const KILLS = samples(8);
const RUN = 'run gaussian --set dim=12 --set replicates=1500 --engine matrix --quiet --csv --out r'.split(' ');

const home = mkdtempSync(join(tmpdir(), 'overtrain-kill-'));
afterAll(async () => {
  await endStarted();
  rmSync(home, { recursive: true, force: true });
});

test(`killed at ${KILLS} random moments and resumed, a run loses nothing, doubles nothing and leaves no half file`, async () => {
  const plain = [...RUN.slice(0, -1), 'plain'];
  await run(plain, home);
  const started = performance.now();
  expect((await run([...plain, '--force'], home)).code).toBe(0);
  const duration = performance.now() - started;
  const expected = tableChecksums(join(home, 'plain'));
  expect(Object.keys(expected)).toHaveLength(6);

  const random = uniform(SEED);
  let kills = 0;
  let finished = 0;
  let cutOff = 0;
  while (kills < KILLS) {
    const process = start([...RUN, '--resume'], home);
    const timer = setTimeout(() => process.kill('SIGKILL'), random() * duration);
    const { code, stderr } = await process.ended;
    clearTimeout(timer);
    if (code === null) kills++;
    else expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // The folder is there whole or not at all, whatever the moment.
    if (!existsSync(join(home, 'r'))) {
      cutOff++;
      continue;
    }
    expect((await readResult(join(home, 'r'))).problems).toEqual([]);
    expect(tableChecksums(join(home, 'r'))).toEqual(expected);
    expect((await run([...RUN, '--resume'], home)).code).toBe(0);
    expect(readdirSync(home).sort()).toEqual(['plain', 'r']);
    rmSync(join(home, 'r'), { recursive: true });
    finished++;
  }
  const last = await run([...RUN, '--resume'], home);
  expect(last).toMatchObject({ code: 0, stderr: '' });
  expect(tableChecksums(join(home, 'r'))).toEqual(expected);
  expect(readdirSync(home).sort()).toEqual(['plain', 'r']);
  console.log(
    `kill -9: ${kills} kills at random moments (seed ${SEED}) of a run of ${Math.round(duration)} ms, ${cutOff} before its end; ${finished + 1} runs ended, all with the same bytes`,
  );
  expect(cutOff).toBeGreaterThan(KILLS / 4);
}, 600_000);

/** Uniform numbers in [0, 1): the generator mulberry32. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
