import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { samples } from '../support/sample-size.js';
import { call } from './support/call.js';

/**
 * Words of the command line beside garbage. `verify` is left out, for a random one takes as long as it has claims to
 * try; `--out` is given names that no folder can have, so that nothing is written.
 */
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('run', 'list', 'doctor', 'help', 'parabola', '--help', '-h', '--version') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...['--set', '--config', '--seed', '--engine', '--backend', '--json', '--csv', '--table', '--quiet', '--'],
      ...['count=3', 'gammas=0.2,0.1', 'gammas=', 'count=1e400', 'fail=yes', '__proto__=1', 'a=b=c', '=', '1', '-1'],
      ...['exact', 'modes', 'auto', 'reference', 'curve', 'inflection', '9007199254740992', '/dev/null', '.', ''],
      ...['--out=/dev/null/x', '--set=count=2', '--seed=5', '--config=/dev/zero', '-hV', '--no-json'],
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.string().map((text) => `--${text}`) },
  { weight: 1, arbitrary: fc.string().map((text) => `--set=${text}`) },
);

describe('any argument list', () => {
  test.prop(
    [
      fc.oneof(
        fc.array(word, { maxLength: 8 }),
        fc.array(word, { maxLength: 6 }).map((rest) => ['run', 'parabola', ...rest]),
      ),
    ],
    { numRuns: samples(500) },
  )('ends with 0, 1 or 2 and never with a stack trace', async (argv) => {
    const { code, stdout, stderr } = await call(argv);
    expect([0, 1, 2]).toContain(code);
    if (code === 2) {
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^overtrain: \P{Cc}+\n$/u);
      expect(stderr).not.toContain('    at ');
      expect(stderr.length).toBeLessThan(700);
    } else {
      expect(stderr).toBe('');
      expect(stdout).not.toBe('');
    }
  });
});
