import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const folder = new URL('../../../../../src/sim/backends/gpu-js/kernels/', import.meta.url);
const files = readdirSync(folder).filter((name) => name !== 'kernel-context.ts');

/** What devices compute to a few units in the last place; log and tanh are good to 4e-6 only, pow and exp to little more. */
const EXACT_ENOUGH = ['floor', 'sqrt'];

/* Traps that no test of numbers shows on every device: each would be silent there. */
describe.each(files)('kernel %s', (file) => {
  const source = async () => {
    const module = (await import(new URL(file.replace(/\.ts$/, '.js'), folder).href)) as object;
    return Object.values(module)
      .filter((value) => typeof value === 'function')
      .map(String)
      .join('\n');
  };

  test('uses of Math only what every device computes exactly enough, and draws no random numbers', async () => {
    const used = [...(await source()).matchAll(/Math\.(\w+)/g)].map((match) => match[1]);
    expect(used.filter((name) => !EXACT_ENOUGH.includes(name!))).toEqual([]);
  });

  test('has loops with bounds from constants only, for any other stops at 1000', async () => {
    const text = await source();
    expect(text).toContain('this.thread');
    expect(text).not.toMatch(/\bwhile\b/);
    const loops = [...text.matchAll(/\bfor\s*\(([^)]*)\)/g)].map((match) => match[1]!);
    for (const loop of loops) {
      expect(loop).toMatch(/^\s*let (\w+) = 0; \1 < this\.constants\.\w+; \1\+\+\s*$/);
    }
  });

  test('rounds quotients down from the middle, for devices divide inexactly', async () => {
    const text = await source();
    for (const [quotient] of text.matchAll(/Math\.floor\([^;]*/g)) {
      expect(quotient).toMatch(
        /^Math\.floor\(\(this\.thread\.z \+ 0?\.5\) \/ this\.constants\.replicates\)$/,
      );
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
