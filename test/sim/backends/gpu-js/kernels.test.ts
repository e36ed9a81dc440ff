import { describe, expect, test } from 'vitest';
import * as kernels from '../../../../src/sim/backends/gpu-js/kernels.js';

const sources = Object.entries(kernels).flatMap(([name, value]) =>
  typeof value === 'function' ? [[name, String(value)] as const] : [],
);

/** What devices compute to a few units in the last place; log and tanh are good to 4e-6 only, pow and exp to little more. */
const EXACT_ENOUGH = ['floor', 'sqrt'];

/* Traps that no test of numbers shows on every device: each would be silent there. */
describe.each(sources)('kernel %s', (_, text) => {
  test('uses of Math only what every device computes exactly enough, and draws no random numbers', () => {
    const used = [...text.matchAll(/Math\.(\w+)/g)].map((match) => match[1]);
    expect(used.filter((name) => !EXACT_ENOUGH.includes(name!))).toEqual([]);
  });

  test('has loops with bounds from constants only, for any other stops at 1000', () => {
    expect(text).toContain('this.thread');
    expect(text).not.toMatch(/\bwhile\b/);
    const loops = [...text.matchAll(/\bfor\s*\(([^)]*)\)/g)].map((match) => match[1]!);
    for (const loop of loops) {
      expect(loop).toMatch(/^\s*let (\w+) = 0; \1 < this\.constants\.\w+; \1\+\+\s*$/);
    }
  });

  test('rounds quotients down from the middle, for devices divide inexactly', () => {
    for (const [quotient] of text.matchAll(/Math\.floor\([^;]*/g)) {
      expect(quotient).toMatch(/^Math\.floor\(\(this\.thread\.z \+ 0?\.5\) \/ this\.constants\.replicates\)$/);
    }
  });
});

test('an index from the middle survives the error that devices may make in a division', () => {
  // WGSL allows 2.5 units in the last place; a naive ⌊z / n⌋ is wrong already at 6 / 3.
  const unit = 2 ** -23;
  let naiveErrors = 0;
  for (const divisor of [1, 3, 7, 10, 49, 200, 4096, 65535]) {
    for (let z = 0; z < 2 ** 20; z += 1 + (z >> 8)) {
      for (const error of [-3 * unit, 3 * unit]) {
        const exact = Math.floor(z / divisor);
        expect(Math.floor(Math.fround(((z + 0.5) / divisor) * (1 + error)))).toBe(exact);
        if (Math.floor(Math.fround((z / divisor) * (1 + error))) !== exact) naiveErrors++;
      }
    }
  }
  expect(naiveErrors).toBeGreaterThan(100);
});
