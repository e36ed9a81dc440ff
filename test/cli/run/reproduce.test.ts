import { execFileSync } from 'node:child_process';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { reproducingCommand } from '../../../src/cli/settings/run-request.js';
import { samples } from '../../support/sample-size.js';
import { parabola } from '../support/parabola-scenario.js';

describe('the command that repeats a run', () => {
  test.prop(
    [fc.array(fc.tuple(fc.stringMatching(/^[a-z]+$/), fc.string({ unit: 'binary-ascii' })), { maxLength: 3 })],
    { numRuns: samples(10) },
  )('means the same to a shell as what the user set', (pairs) => {
    const settings = new Map(pairs.map(([name, value]) => [name, value.replaceAll('\0', '')]));
    const command = reproducingCommand(
      { scenario: parabola, settings, seed: 4, engine: 'auto', backend: 'auto' },
      undefined,
    );
    const print = `for word in ${command}; do printf '%s\\0' "$word"; done`;
    const words = execFileSync('sh', ['-c', print], { encoding: 'utf8' }).split('\0').slice(0, -1);
    const expected = [...settings].flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    expect(words).toEqual(['overtrain', 'run', 'parabola', ...expected, '--seed', '4', '--engine', 'auto']);
  });
});
