import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../../src/cli/output/error-line.js';
import { InvalidInputError } from '../../../src/theory/invalid-input.js';

describe('the end of a command that threw', () => {
  it('is 2 and the message itself for bad input, controls made visible', () => {
    const error = new InvalidInputError('x\ny', 'v\u009b', 'something else');
    expect(describeFailure(error, {})).toEqual({
      exitCode: 2,
      message: 'overtrain: x\\u000ay: "v\\u009b" is not allowed; expected something else\n',
    });
  });

  it('is 130 when interrupted', () => {
    const failure = describeFailure(AbortSignal.abort().reason, {});
    expect(failure).toEqual({ exitCode: 130, message: 'overtrain: interrupted\n' });
  });

  it('is 70 and one line for a defect, with the stack on request', () => {
    const error = new TypeError('first\nsecond');
    const { exitCode, message } = describeFailure(error, {});
    expect(exitCode).toBe(70);
    expect(message).toBe('overtrain: internal error: TypeError: first\\u000asecond (OVERTRAIN_DEBUG=1 shows where)\n');
    expect(describeFailure(error, { OVERTRAIN_DEBUG: '1' }).message).toContain('error-line.test.ts');
    expect(describeFailure('thrown text', {}).message).toContain('internal error: thrown text');
  });
});
