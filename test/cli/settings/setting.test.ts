import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { readSeed } from '../../../src/cli/settings/run-request.js';
import { collectSetting, readChoice, settingsRecord, settingText } from '../../../src/cli/settings/setting.js';

describe('--set', () => {
  test.prop([fc.string({ minLength: 1 }).filter((name) => name.trim() === name && !name.includes('=')), fc.string()])(
    'takes everything after the first = as the value',
    (name, value) => {
      expect([...collectSetting(`${name}=${value}`, undefined)]).toEqual([[name, value]]);
    },
  );

  it.each(['', '=', '=3', 'dim', ' =3'])('refuses %j', (text) => {
    expect(() => collectSetting(text, undefined)).toThrow('--set: ');
  });

  it('refuses a second value for a parameter', () => {
    const first = collectSetting('dim=3', undefined);
    expect(() => collectSetting('dim=4', first)).toThrow('dim is already set to 3');
  });

  it('knows no names with a meaning of their own', () => {
    const record = settingsRecord(collectSetting('__proto__=1', collectSetting('constructor=2', undefined)));
    expect(Object.keys(record)).toEqual(['constructor', '__proto__']);
    expect(Object.getPrototypeOf(record)).toBeNull();
    expect(({} as Record<string, unknown>).dim).toBeUndefined();
  });

  it('is written again from plain values', () => {
    expect(settingText([0.1, 1e-7, 3])).toBe('0.1,1e-7,3');
    expect(settingText('power:1')).toBe('power:1');
    expect(settingText(true)).toBe('true');
  });
});

describe('--seed', () => {
  test.prop([fc.maxSafeNat()])('takes every integer below 2^53, as text and as a number', (seed) => {
    expect(readSeed(String(seed))).toBe(seed);
    expect(readSeed(seed)).toBe(seed);
  });

  it.each(['', '-1', '1.5', '1e3', '0x10', '9007199254740992', 'NaN', -1, 0.5, 2 ** 53, null, true, [1], {}])(
    'refuses %j',
    (value) => {
      expect(() => readSeed(value)).toThrow('expected an integer from 0 to 9007199254740991');
    },
  );
});

describe('choices', () => {
  it('are taken by name, and a slip is answered with the nearest', () => {
    expect(readChoice('--engine', 'exact', ['auto', 'exact'])).toBe('exact');
    expect(() => readChoice('--engine', 'exat', ['auto', 'exact'])).toThrow(
      '--engine: "exat" is not allowed; expected auto, exact; did you mean exact?',
    );
    for (const value of ['', 'EXACT', '__proto__', null, 3, ['exact']])
      expect(() => readChoice('--engine', value, ['auto', 'exact'])).toThrow('--engine: ');
  });
});
