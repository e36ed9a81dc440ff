import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { resolveParameters } from '../../../src/sim/scenario/resolve.js';
import { gaussian } from '../../../src/sim/scenarios/gaussian/gaussian.js';
import { incremental } from '../../../src/sim/scenarios/incremental/incremental.js';
import { InvalidInputError } from '../../../src/theory/invalid-input.js';
import { samples } from '../../support/sample-size.js';

type Settings = Readonly<Record<string, unknown>>;

function failureOf(settings: Settings): InvalidInputError {
  try {
    resolveParameters(gaussian, settings);
  } catch (error) {
    if (error instanceof InvalidInputError) return error;
    throw error;
  }
  throw new Error(`accepted ${JSON.stringify(settings)}`);
}

describe('defaults', () => {
  test('are complete and are themselves allowed', () => {
    expect(resolveParameters(gaussian, {})).toMatchObject({
      dim: 32,
      rows: 32,
      hidden: 32,
      cols: 32,
      tau: 5,
      noise: 'absolute',
      replicates: 200,
      learningRate: 'auto',
    });
    const { spectrum, times } = resolveParameters(incremental, {});
    expect(spectrum).toEqual([1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]);
    expect([times.length, times[0], times.at(-1)]).toEqual([80, 0.5, 100]);
  });

  test('take the place of null and undefined', () => {
    expect(resolveParameters(gaussian, { tau: null, rows: null, times: undefined })).toEqual(
      resolveParameters(gaussian, {}),
    );
  });
});

describe('values that could not be told apart', () => {
  test('are refused in every list of which each value is a curve', () => {
    expect(failureOf({ gammas: '0.1,0.1' }).message).toBe(
      'gammas: "0.1,0.1" is not allowed; expected a list of distinct numbers from 0 to 1e6',
    );
    expect(failureOf({ gammas: [0.1, 0.2, 0.1] }).message).toContain('gammas: [0.1,0.2,0.1] is not allowed');
  });
});

describe('numbers that JSON does not have', () => {
  test('are echoed as they are, in values and beside unknown names', () => {
    expect(failureOf({ gammas: [Number.NaN] }).message).toContain('gammas: [NaN] is not allowed');
    expect(failureOf({ tau: Infinity }).message).toContain('tau: Infinity is not allowed');
    expect(failureOf({ gamas: Number.NaN }).message).toContain('gamas=NaN');
    expect(failureOf({ gamas: [-Infinity] }).message).toContain('gamas=[-Infinity]');
  });
});

describe('forms of a value', () => {
  test.each<[string, Settings, Settings]>([
    ['text and numbers', { dim: '4', tau: ' 2.5 ' }, { dim: 4, tau: 2.5 }],
    ['exponents', { tau: '1e1', dim: '+4' }, { tau: 10, dim: 4 }],
    ['a list and its text', { gammas: '0.1, 0.2' }, { gammas: [0.1, 0.2] }],
    ['a list of one', { gammas: '0.1', spectrum: '3' }, { gammas: 0.1, spectrum: 3 }],
    ['a spectrum and its values', { dim: 3, spectrum: 'linear' }, { dim: 3, spectrum: [1, 2 / 3, 1 / 3] }],
    ['a geometric spectrum', { dim: 3, spectrum: 'geometric:0.5' }, { dim: 3, spectrum: [1, 0.5, 0.25] }],
    ['a linear grid', { times: 'linear:0:10:3' }, { times: [0, 5, 10] }],
    ['a list of times', { times: '0,1,2.5' }, { times: [0, 1, 2.5] }],
    ['dim and its parts', { dim: 4 }, { dim: 4, rows: 4, hidden: 4, cols: 4 }],
  ])('%s mean the same', (_, one, other) => {
    expect(resolveParameters(gaussian, one)).toEqual(resolveParameters(gaussian, other));
  });

  test('shapes can be rectangular, and the spectrum is padded to the smaller side', () => {
    const resolved = resolveParameters(gaussian, { rows: 6, hidden: 9, cols: 4, spectrum: '2,1' });
    expect(resolved).toMatchObject({ rows: 6, hidden: 9, cols: 4, spectrum: [2, 1, 0, 0] });
  });

  test('a log grid has equal ratios and ends where it says', () => {
    const { times } = resolveParameters(gaussian, { times: 'log:0.05:100:60' });
    expect([times.length, times[0], times[59]]).toEqual([60, 0.05, 100]);
    const ratio = 2000 ** (1 / 59);
    times.slice(1).forEach((time, at) => {
      expect(Math.abs(time / times[at]! / ratio - 1)).toBeLessThan(1e-14);
    });
  });

  test('a log grid may span all that times may be', () => {
    const { times } = resolveParameters(gaussian, { times: 'log:1e-320:1e15:300' });
    expect([times.length, times[0], times[299]]).toEqual([300, 1e-320, 1e15]);
  });
});

describe('a value that is not allowed', () => {
  test.each<[string, Settings, option?: string]>([
    ['dim of zero', { dim: '0' }],
    ['negative dim', { dim: -3 }],
    ['fractional dim', { dim: '2.5' }],
    ['empty dim', { dim: '' }],
    ['hexadecimal dim', { dim: '0x10' }],
    ['dim that overflows', { dim: '1e400' }],
    ['dim beyond any memory', { dim: 2 ** 20 + 1 }],
    ['zero rows', { rows: 0 }],
    ['negative hidden', { hidden: '-1' }],
    ['cols in words', { cols: 'four' }],
    ['negative gamma', { gammas: '0.1,-0.2' }],
    ['no gammas', { gammas: '' }],
    ['empty list of gammas', { gammas: [] }],
    ['gammas that end in a comma', { gammas: '0.1,' }],
    ['a gamma that is not a number', { gammas: [Number.NaN] }],
    ['a gamma that overflows', { gammas: '1e400' }],
    ['a gamma without bounds', { gammas: [1e7] }],
    ['empty spectrum', { spectrum: '' }],
    ['empty list as spectrum', { spectrum: [] }],
    ['rising spectrum', { spectrum: '1,2' }],
    ['spectrum of zeros', { spectrum: '0,0' }],
    ['negative spectrum', { spectrum: [1, -1] }],
    ['spectrum with NaN', { spectrum: [Number.NaN] }],
    ['spectrum that overflows', { spectrum: '1e400' }],
    ['spectrum longer than dim', { spectrum: '3,2,1', dim: 2 }],
    ['spectrum longer than the smaller side', { spectrum: '3,2,1', rows: 2, cols: 5 }],
    ['unknown law', { spectrum: 'exponential:2' }],
    ['law without exponent', { spectrum: 'power:' }],
    ['negative tau', { tau: -1 }],
    ['tau beyond 300', { tau: 301 }],
    ['tau that is not a number', { tau: Number.NaN }],
    ['tau in words', { tau: 'NaN' }],
    ['times out of order', { times: '3,2,1' }],
    ['repeated times', { times: '1,1' }],
    ['negative times', { times: [-1, 1] }],
    ['no times', { times: '' }],
    ['a time that overflows', { times: '1,1e400' }],
    ['a log grid from zero', { times: 'log:0:1:5' }],
    ['a grid of one', { times: 'linear:0:1:1' }],
    ['a backward grid', { times: 'linear:5:1:10' }],
    ['a grid without count', { times: 'log:1:2' }],
    ['a grid too fine for doubles', { times: 'log:1:1.0000000000000002:5' }],
    ['a grid of a billion', { times: 'linear:0:1:1e9' }],
    ['an unknown grid', { times: 'cubic:0:1:5' }],
    ['unknown noise', { noise: 'relative' }],
    ['one replicate', { replicates: 1 }],
    ['fractional replicates', { replicates: '2.5' }],
    ['learning rate of zero', { learningRate: 0 }],
    ['learning rate in words', { learningRate: 'fast' }],
    ['infinite learning rate', { learningRate: Infinity }],
  ])('is refused in one line that names it: %s', (_, settings, option = Object.keys(settings)[0]!) => {
    const { message, option: named, allowed } = failureOf(settings);
    expect(named).toBe(option);
    expect(message).toMatch(/^[^\n\r]{10,300}$/);
    expect(message.startsWith(`${option}: `)).toBe(true);
    expect(allowed).not.toBe('');
  });

  test.each([
    ['gamma', 'gammas'],
    ['taw', 'tau'],
    ['Times', 'times'],
    ['learning_rate', 'learningRate'],
    ['rpelicates', 'replicates'],
  ])('an unknown parameter %s is refused with the nearest, %s', (name, nearest) => {
    const { message, option } = failureOf({ [name]: 1 });
    expect(option).toBe('--set');
    expect(message).toContain(`"${name}=1"`);
    expect(message).toContain(`did you mean ${nearest}?`);
  });

  test.each([['colour'], ['constructor'], ['toString']])('%s, which is near nothing, is refused with all', (name) => {
    expect(failureOf({ [name]: 'x' }).message).toContain('one of dim, rows, hidden, cols, spectrum');
  });

  test('tables that would not fit are refused with the size they would need', () => {
    const { option, message } = failureOf({
      times: 'log:1e-6:1e6:1000000',
      gammas: Array.from({ length: 1000 }, (_, index) => index / 1000),
    });
    expect(option).toBe('times');
    expect(message).toMatch(/would need [\d,]+ GiB$/);
  });
});

/** Any value that a configuration file or a program could hand over. */
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
  withBoxedValues: true,
  withObjectString: true,
});
const names = Object.keys(gaussian.schema.shape);

describe('any settings at all', () => {
  test.prop(
    [
      fc.dictionary(
        fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...names) }, fc.string()),
        fc.oneof(anything, fc.string(), fc.double()),
        { maxKeys: 4 },
      ),
    ],
    { numRuns: samples(334) },
  )('resolve or are refused in one line', (settings) => {
    try {
      resolveParameters(gaussian, settings);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInputError);
      expect((error as Error).message).not.toMatch(/[\n\r]/);
    }
  });

  test('values that JSON cannot express are refused like others', () => {
    const circular: unknown[] = [];
    circular.push(circular);
    for (const value of [1n, circular, Symbol('x'), undefined, { toJSON: () => undefined }]) {
      expect(failureOf({ colour: value }).message).toContain('colour=');
    }
  });

  const valid = fc.record(
    {
      dim: fc.integer({ min: 3, max: 9 }),
      rows: fc.integer({ min: 3, max: 9 }),
      hidden: fc.integer({ min: 1, max: 9 }),
      cols: fc.integer({ min: 3, max: 9 }),
      spectrum: fc.constantFrom('linear', 'power:0.5', 'geometric:0.3', '2,1,1', [1.5, 1e-9], 7),
      tau: fc.double({ min: 0, max: 300, noNaN: true }),
      times: fc.constantFrom('log:0.1:300:60', 'linear:0:1:11', '0.5', [1, 2, 1e9]),
      gammas: fc.uniqueArray(fc.double({ min: 0, max: 1e6, noNaN: true }), {
        ...{ minLength: 1, maxLength: 4, comparator: 'SameValueZero' },
      }),
      noise: fc.constantFrom('absolute', 'init'),
      replicates: fc.integer({ min: 2, max: 1e9 }),
      learningRate: fc.oneof(fc.constant('auto'), fc.double({ min: 1e-300, max: 1e6, noNaN: true })),
    },
    { requiredKeys: [] },
  );

  test.prop([valid], { numRuns: samples(67) })('resolved parameters resolve to themselves, as JSON too', (settings) => {
    const resolved = resolveParameters(gaussian, settings);
    expect(resolveParameters(gaussian, { ...resolved })).toEqual(resolved);
    const text = JSON.stringify(resolved);
    const again = resolveParameters(gaussian, JSON.parse(text));
    expect(JSON.stringify(again)).toBe(text);
  });
});
