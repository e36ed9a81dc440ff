import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { reporters } from './test/support/reporters.js';

/** Default runs of scenarios are tried in continuous integration, once. */
const USES_DEFAULTS = process.env.OVERTRAIN_TEST_DOCUMENTS === 'defaults';

/**
 * Tests of the command line that draw no cases and show no documents of scenarios: a thorough run would repeat what `npm test` has
 * tried, and they have no part in the coverage, which is of src/theory and src/sim.
 */
const REPEATED = !USES_DEFAULTS
  ? []
  : readdirSync('test/cli', { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.test\.tsx?$/.test(name) && !name.includes('.thorough.'))
      .map((name) => `test/cli/${name}`)
      .filter((path) => !/sample-size|scenario-documents|fast-check/.test(readFileSync(path, 'utf8')));

/** Catches what hangs, and nothing else: no test waits for the clock, so that a busy machine cannot fail one. */
const FIVE_MINUTES = 300_000;

export default defineConfig({
  test: {
    // The default leaves one core idle, which on two is half of them; each worker loads the tools once.
    maxWorkers: Math.min(8, availableParallelism()),
    reporters,
    testTimeout: FIVE_MINUTES,
    hookTimeout: FIVE_MINUTES,
    setupFiles: ['test/support/property-seed.ts'],
    globalSetup: ['test/support/scenario-documents.ts'],
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/system/**', ...REPEATED, ...(USES_DEFAULTS ? [] : ['test/**/*.thorough.test.ts'])],
    // Importing the tools anew for each of three hundred files would take longer than the tests, so that stand-ins are handed in or
    // spied on and taken back; a module that a test replaces would be replaced for others, too.
    isolate: false,
    coverage: {
      provider: 'v8',
      include: ['src/theory/**/*.ts', 'src/sim/**/*.ts'],
      // Kernel bodies are turned into text and run by gpu.js, so V8 never counts them; the conformance suite covers them.
      // AssemblyScript is no TypeScript, and runs as WebAssembly.
      exclude: ['src/sim/backends/gpu-js/kernels.ts', 'src/sim/backends/simd/assembly/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 95 },
    },
  },
});
