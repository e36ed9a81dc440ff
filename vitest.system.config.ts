import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { reporters } from './test/support/reporters.js';

/** Tests that measure how soon something is seen, or that build the program anew, have the machine to themselves. */
const ALONE = [
  'test/system/terminal-ui.test.ts',
  'test/system/terminal-ui-tmux.test.ts',
  'test/system/packed-package.test.ts',
];

/** Takes more than a minute; where it began last, one of two workers would have nothing left to do. */
const LONGEST = 'kill-resume.test.ts';

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification) => Number(moduleId.endsWith(LONGEST));
    return (await super.sort(files)).sort((a, b) => isLongest(b) - isLongest(a));
  }
}

/** Catches what hangs, and nothing else. */
const PATIENT = { testTimeout: 300_000, hookTimeout: 300_000 };

/** Tests of the built program and the packed package, as a user has them: `npm run test:system` after `npm run build`. */
export default defineConfig({
  test: {
    reporters,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...PATIENT,
          name: 'side by side',
          include: ['test/system/**/*.test.ts'],
          exclude: ALONE,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...PATIENT,
          name: 'alone',
          include: ALONE,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
