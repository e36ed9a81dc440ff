import { describe, expect, test } from 'vitest';
import { philox4x32 } from '../../../../src/sim/backends/random.js';

/** Known-answer vectors of philox4x32-10 from Random123 (kat_vectors): counter, key, result. */
const vectors = [
  { name: 'all zeros', counter: [0, 0, 0, 0], key: [0, 0], result: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  {
    name: 'all ones',
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    result: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    name: 'digits of pi',
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    result: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
];

describe('philox4x32-10', () => {
  test.each(vectors)('gives the known answer for $name', ({ counter, key, result }) => {
    const block = Uint32Array.from(counter);
    philox4x32(block, key[0]!, key[1]!);
    expect(Array.from(block)).toEqual(result);
  });

  test('reads keys modulo 2^32', () => {
    const [plain, wrapped] = [new Uint32Array(4), new Uint32Array(4)];
    philox4x32(plain, 0xffffffff, 5);
    philox4x32(wrapped, -1, 5 + 2 ** 32);
    expect(wrapped).toEqual(plain);
  });
});
