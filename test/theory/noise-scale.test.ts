import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { requireNoiseScale } from '../../src/theory/noise-scale.js';

describe('requireNoiseScale', () => {
  test.each([0, 1e-300, 0.1, 1e60])('takes %s', (gamma) => {
    expect(requireNoiseScale(gamma)).toBe(gamma);
  });

  test.each([-1e-300, 1.1e60, Infinity, Number.NaN])('refuses %s, naming the option', (gamma) => {
    expect(() => requireNoiseScale(gamma, 'gammas')).toThrow(InvalidInputError);
    expect(() => requireNoiseScale(gamma, 'gammas')).toThrow(/^gammas: /);
  });
});
