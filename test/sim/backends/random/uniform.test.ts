import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { type Purpose, uniformSource } from '../../../../src/sim/backends/random.js';

function draw(count: number, seed = 1, purpose: Purpose = 'shuffle', replicate = 0): number[] {
  const next = uniformSource(seed, purpose, replicate);
  return Array.from({ length: count }, next);
}

describe('uniform random numbers', () => {
  test('are uniform from 0, below 1 (Kolmogorov-Smirnov)', () => {
    const values = draw(20_000).sort((a, b) => a - b);
    expect(values[0]).toBeGreaterThanOrEqual(0);
    expect(values.at(-1)).toBeLessThan(1);
    const distance = values.reduce(
      (most, value, index) => Math.max(most, (index + 1) / 20_000 - value, value - index / 20_000),
      0,
    );
    // The critical value at 1 %; at a fixed seed the verdict never changes.
    expect(distance).toBeLessThan(1.63 / Math.sqrt(20_000));
  });

  test('use all 53 bits of a double below 1', () => {
    const scaled = draw(200).map((value) => value * 2 ** 53);
    expect(scaled.every(Number.isInteger)).toBe(true);
    expect(scaled.some((value) => value % 2 === 1)).toBe(true);
  });

  test.prop([fc.maxSafeNat(), fc.maxSafeNat()])('come in streams of their own', (seed, replicate) => {
    const stream = draw(4, seed, 'shuffle', replicate);
    expect(draw(4, seed, 'shuffle', replicate)).toEqual(stream);
    expect(draw(4, seed, 'gradient noise', replicate)).not.toEqual(stream);
    expect(draw(4, seed, 'shuffle', (replicate + 2 ** 32) % Number.MAX_SAFE_INTEGER)).not.toEqual(stream);
    expect(draw(4, (seed + 2 ** 32) % Number.MAX_SAFE_INTEGER, 'shuffle', replicate)).not.toEqual(stream);
  });
});
