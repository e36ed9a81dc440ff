import type { Reporter } from 'vitest/node';

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

const file = process.env.OVERTRAIN_TEST_TIMES;

/** What reports on every run of tests; `scripts/test-groups.mjs` has the times written to a file, too. */
export const reporters: ('default' | Reporter | ['json', { outputFile: string }])[] = [
  'default',
  leftOut,
  ...(file === undefined ? [] : [['json', { outputFile: file }] as ['json', { outputFile: string }]]),
];
