import { defineConfig } from 'vitest/config';

/** Tests of the built program and the packed package, as a user has them: `npm run test:system` after `npm run build`. */
export default defineConfig({
  test: {
    include: ['test/system/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
