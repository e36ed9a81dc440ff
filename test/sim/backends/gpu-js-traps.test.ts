import { GPU } from 'gpu.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/sim/backends/backend.js';
import { GpuJsBackend } from '../../../src/sim/backends/gpu-js/gpu-js-backend.js';
import { gpuJsModesHere } from '../../support/devices.js';
import { networksOracle, norm, unitRoundoff } from '../../support/float-oracle.js';
import { modeBatch, networkBatch } from '../../support/network-cases.js';

/*
 * What gpu.js 2.24.1 does silently, shown on gpu.js itself so that it is known which of our precautions a new version
 * makes needless, and what our backend does in the same place.
 */
describe.each(gpuJsModesHere)('traps of gpu.js, mode %s', (mode) => {
  let gpu: InstanceType<typeof GPU>;
  let backend: Backend;

  beforeAll(async () => {
    // First ours, which puts WebGPU where gpu.js looks for it.
    backend = await GpuJsBackend.open(mode);
    gpu = new GPU({ mode: mode as 'cpu' });
  });

  afterAll(async () => {
    await gpu.destroy();
    await backend.dispose();
  });

  test('a loop whose bound is an argument stops at 1000', async () => {
    const count = gpu.createKernel(
      'function (values, n) { let sum = 0; for (let k = 0; k < n; k++) { sum += values[k]; } return sum; }' as never,
      { output: [1] },
    );
    const ones = new Float32Array(1500).fill(1);
    expect(((await count(ones as never, 1500 as never)) as Float32Array)[0]).toBe(1000);
    // Ours sums all 1500 terms: W1 W2 = 1500 · 0.01² = 0.15 makes the residual −0.85; 1000 would make it −0.9.
    const batch = {
      shape: { rows: 1, hidden: 1500, cols: 1 },
      count: 1,
      first: new Float64Array(1500).fill(0.01),
      second: new Float64Array(1500).fill(0.01),
      target: Float64Array.of(1),
      rateScale: Float64Array.of(1),
    };
    const { first } = await backend.descendNetworks(batch, [0.1]);
    // 1500 roundings of 2⁻²⁴ on a change of 0.0017 to weights of 0.01.
    expect(Math.abs(first[0]! - (0.01 + 0.2 * 0.85 * 0.01))).toBeLessThan(1500 * 2 ** -24 * 0.0117);
  });

  test('an input that shrinks is read past its end', async () => {
    const total = gpu.createKernel(
      'function (values) { let sum = 0; for (let k = 0; k < 4; k++) { sum += values[k]; } return sum; }' as never,
      { output: [1] },
    );
    const call = async (values: number[]) => ((await total(Float32Array.from(values) as never)) as Float32Array)[0];
    expect(await call([1, 2, 3, 4])).toBe(10);
    // The webasm mode has learned to complain; cpu gives NaN, and devices what was there before.
    if (mode === 'webasm') await expect(call([1, 2])).rejects.toThrow('changed size');
    else expect(await call([1, 2])).toBe(mode === 'cpu' ? Number.NaN : 10);
    const [large, small] = [modeBatch(4, 4, 91), modeBatch(1, 2, 92)];
    await backend.descendModes(large, [0.1]);
    const shrunk = await backend.descendModes(small, [0.1]);
    const fresh = await GpuJsBackend.open(mode);
    expect(shrunk).toEqual(await fresh.descendModes(small, [0.1]));
    await fresh.dispose();
  });

  test('a run ends on the right step, however many launches it takes', async () => {
    // The steps of a launch are unrolled or compiled in; 64, 65 and 136 steps use every size of launch.
    const batch = networkBatch({ rows: 2, hidden: 2, cols: 2 }, 1, 93);
    for (const steps of [1, 7, 8, 9, 63, 64, 65, 136]) {
      const rates = new Array<number>(steps).fill(0.005);
      const result = await backend.descendNetworks(batch, rates);
      const expected = networksOracle(batch, rates, unitRoundoff('f32'));
      const error = expected.first.map((value, index) => value - result.first[index]!);
      expect(norm(error)).toBeLessThanOrEqual(expected.firstBounds[0]!);
      const oneMore = networksOracle(batch, [...rates, 0.005], unitRoundoff('f32'));
      const step = oneMore.first.map((value, index) => value - expected.first[index]!);
      expect(norm(step)).toBeGreaterThan(10 * expected.firstBounds[0]!);
    }
  });

  test('keeps every result, though a pipeline writes over its own', async () => {
    const batch = modeBatch(2, 3, 94);
    const results = [];
    for (const rate of [0.1, 0.2, 0.3]) results.push(await backend.descendModes(batch, [rate]));
    const copies = results.map((result) => result.slice());
    await backend.descendModes(batch, [0.4]);
    expect(results).toEqual(copies);
    expect(results[0]).not.toEqual(results[1]);
  });
});
