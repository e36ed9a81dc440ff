import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { reporters } from './test/support/reporters.js';

/** Take longest, from the longest; where one began last, the other workers would have nothing left to do. */
const LONGEST = ['report', 'gpu-archive', 'sweep-slurm', 'kill-resume', 'sweep-faults', 'terminal-ui'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.indexOf(basename(moduleId, '.test.ts'));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

/** Tests of the built program and the packed package, as a user has them: `npm run test:system` after `npm run build`. */
export default defineConfig({
  test: {
    reporters,
    sequence: { sequencer: LongestFirst },
    include: ['test/system/**/*.test.ts'],
    // Many of them wait: for Slurm, a terminal, a browser, a kill. Two more than two cores find something to compute on.
    maxWorkers: 4,
    // Catches what hangs, and nothing else.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
