import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';

const REPORT = 'process.on("exit", () => process.stderr.write("\\n" + process.resourceUsage().maxRSS));';

/** Megabytes that a process held at its peak. */
function peakOf(parameters: readonly string[]): number {
  const watched = ['--import', `data:text/javascript,${encodeURIComponent(REPORT)}`, ...parameters];
  const { status, stderr } = spawnSync(process.execPath, watched, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 120_000,
  });
  expect(status).toBe(0);
  return Number(stderr.trim().split('\n').at(-1)) / 1024;
}

/** Descent of so many networks of 8 × 8, handed over and taken back whole. */
const ensemble = (count: number) => `
  const { openBackend } = await import(${JSON.stringify(pathToFileURL('dist/sim/backends/open-backend.js').href)});
  const { backend } = await openBackend('simd');
  const numbers = () => new Float64Array(${count} * 64).map((_, at) => Math.sin(at) / 8);
  const batch = { shape: { rows: 8, hidden: 8, cols: 8 }, count: ${count}, first: numbers(), second: numbers(),
    target: numbers(), rateScale: new Float64Array(${count}).fill(1) };
  const { first } = await backend.descendNetworks(batch, new Array(50).fill(0.01));
  if (!first.every(Number.isFinite)) process.exitCode = 1;
  await backend.dispose();`;

describe('memory at its peak', () => {
  test.each([[[]], [['--engine', 'matrix']]])('of the default study is below 250 MB, %j', (options) => {
    expect(peakOf(['dist/cli/main.js', 'run', 'gaussian', '--json', ...options])).toBeLessThan(250);
  });

  test('of a hundred thousand networks is below 1 GB', () => {
    const peak = peakOf(['--input-type=module', '--eval', ensemble(100_000)]);
    expect(peak).toBeLessThan(1000);
    // Weights and task, before and after, are this much: something was measured.
    expect(peak).toBeGreaterThan((5 * 100_000 * 64 * 8) / 2 ** 20);
  });
});
