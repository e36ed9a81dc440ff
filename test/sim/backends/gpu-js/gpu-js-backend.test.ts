import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/sim/backends/backend.js';
import { GpuJsBackend } from '../../../../src/sim/backends/gpu-js/gpu-js-backend.js';
import { gpuJsModesHere } from '../../../support/devices.js';
import { modeBatch, networkBatch } from '../../../support/network-cases.js';

const { fround } = Math;

/** `Σ x y` with every product and every sum rounded to float32, in order. */
function sequentialDot(x: readonly number[], y: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum = fround(sum + fround(x[k]! * y[k]!));
  return sum;
}

describe('webasm', () => {
  let backend: Backend;

  beforeAll(async () => {
    backend = await GpuJsBackend.open('webasm');
  });

  afterAll(async () => {
    await backend.dispose();
  });

  test('is the recurrence in sequential float32, bit for bit', async () => {
    const batch = modeBatch(2, 5, 81);
    const rates = Array.from({ length: 40 }, (_, step) => 0.1 / (1 + step));
    const expected = Float64Array.from(batch.factors, (start, index) => {
      const sigma = fround(batch.sigmas[index]!);
      const scale = fround(2 * fround(batch.rateScale[Math.floor(index / 5)]!));
      let factor = fround(start);
      for (const rate of rates) {
        const pull = fround(fround(fround(scale * fround(rate)) * factor) * fround(fround(factor * factor) - sigma));
        factor = fround(factor - pull);
      }
      return factor;
    });
    expect(await backend.descendModes(batch, rates)).toEqual(expected);
  });

  test('is gradient descent of both layers in sequential float32, bit for bit', async () => {
    const [rows, hidden, cols] = [2, 3, 4];
    const batch = networkBatch({ rows, hidden, cols }, 1, 82);
    const stored = (values: Float64Array) => Array.from(values, fround);
    const rates = [0.1, 0.05, 0.2];
    let [w1, w2] = [stored(batch.first), stored(batch.second)];
    const target = stored(batch.target);
    const row = (i: number) => w1.slice(i * hidden, (i + 1) * hidden);
    const column = (values: readonly number[], width: number, j: number) => values.filter((_, at) => at % width === j);
    for (const rate of rates) {
      const residual = target.map((value, at) =>
        fround(sequentialDot(row(Math.floor(at / cols)), column(w2, cols, at % cols)) - value),
      );
      const pace = fround(2 * fround(rate));
      const next1 = w1.map((value, at) => {
        const i = Math.floor(at / hidden);
        const k = at % hidden;
        const pull = sequentialDot(residual.slice(i * cols, (i + 1) * cols), w2.slice(k * cols, (k + 1) * cols));
        return fround(value - fround(pace * pull));
      });
      const next2 = w2.map((value, at) => {
        const pull = sequentialDot(column(w1, hidden, Math.floor(at / cols)), column(residual, cols, at % cols));
        return fround(value - fround(pace * pull));
      });
      [w1, w2] = [next1, next2];
    }
    const result = await backend.descendNetworks(batch, rates);
    expect(Array.from(result.first)).toEqual(w1);
    expect(Array.from(result.second)).toEqual(w2);
  });
});

describe.each(gpuJsModesHere)('%s', (mode) => {
  test('refuses to run once it was disposed of', async () => {
    const backend = await GpuJsBackend.open(mode);
    await backend.dispose();
    await expect(backend.descendModes(modeBatch(1, 1, 83), [0.1])).rejects.toThrow('disposed');
  });
});
