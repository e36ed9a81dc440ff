import { totalmem } from 'node:os';
import { describe, expect, test } from 'vitest';
import { requireMemory, requireTableMemory } from '../../../src/sim/scenario/memory.js';
import { InvalidInputError } from '../../../src/theory/invalid-input.js';

describe('memory', () => {
  test('up to half of the machine may be planned for', () => {
    expect(() => requireMemory('dim', 5, totalmem() / 2)).not.toThrow();
    expect(() => requireMemory('dim', 5, totalmem() / 2 + 1)).toThrow(InvalidInputError);
  });

  test('the refusal names the option, its value, the need and the limit', () => {
    expect(() => requireMemory('dim', 1e6, 24 * 2 ** 50)).toThrow(
      /^dim: 1000000 is not allowed; expected a run that fits in [\d.,]+ GiB; this one would need 25,165,824 GiB$/,
    );
    expect(() => requireMemory('dim', 1e6, totalmem())).toThrow(/would need [\d,]+(\.\d)? GiB$/);
  });

  test('tables count by the cell', () => {
    expect(() => requireTableMemory('times', 10, 1e6)).not.toThrow();
    expect(() => requireTableMemory('times', 10, totalmem())).toThrow(/^times: 10 .*would need/);
  });
});
