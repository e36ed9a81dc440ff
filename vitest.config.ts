import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import type { Reporter } from 'vitest/node';

/** Tests that replace modules by stand-ins must not share them with others. */
const WITH_STAND_INS = [
  'test/sim/backends/open-backend.test.ts',
  'test/sim/checks/overtraining-closed-form.test.ts',
  'test/theory/factorization-floor.test.ts',
];

/** Catches what hangs, and nothing else: no test waits for the clock, so that a busy machine cannot fail one. */
const FIVE_MINUTES = 300_000;

const EVERYWHERE = {
  testTimeout: FIVE_MINUTES,
  hookTimeout: FIVE_MINUTES,
  setupFiles: ['test/support/property-seed.ts'],
};

/** Says at the end what was left out of the run and why: a device that is absent, in general. */
const leftOut: Reporter = {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        const reason = result.state === 'skipped' ? result.note : undefined;
        if (reason !== undefined) console.log(`Left out: ${test.fullName}: ${reason}`);
      }
    }
  },
};

export default defineConfig({
  test: {
    // The default leaves one core idle, which on two is half of them; each worker loads the tools once.
    maxWorkers: Math.min(8, availableParallelism()),
    reporters: ['default', leftOut],
    projects: [
      {
        test: {
          ...EVERYWHERE,
          name: 'shared',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/system/**', ...WITH_STAND_INS],
          globalSetup: ['test/support/scenario-documents.ts'],
          // Importing the tools anew for each of a hundred files would take longer than the tests.
          isolate: false,
        },
      },
      { test: { ...EVERYWHERE, name: 'isolated', include: WITH_STAND_INS } },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/theory/**/*.ts', 'src/sim/**/*.ts'],
      // Kernel bodies are turned into text and run by gpu.js, so V8 never counts them; the conformance suite covers them.
      // AssemblyScript is no TypeScript, and runs as WebAssembly.
      exclude: ['src/sim/kernels/**', 'src/sim/simd/assembly/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 95 },
    },
  },
});
