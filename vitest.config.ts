import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/system/**', 'node_modules/**'],
    testTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['src/theory/**/*.ts', 'src/sim/**/*.ts'],
      // Kernel bodies are turned into text and run by gpu.js, so V8 never counts them; the conformance suite covers them.
      exclude: ['src/sim/kernels/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 95 },
    },
  },
});
