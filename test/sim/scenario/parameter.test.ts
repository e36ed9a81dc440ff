import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { metaOf, readList, readNumber } from '../../../src/sim/scenario/parameter.js';
import { resolveParameters } from '../../../src/sim/scenario/resolve.js';
import { scenarios } from '../../../src/sim/scenarios/scenario-list.js';

describe('the description of a parameter', () => {
  const all = scenarios.flatMap((scenario) =>
    Object.entries(scenario.schema.shape as Record<string, z.ZodType>).map(
      ([name, schema]) => [`${scenario.id} ${name}`, schema] as const,
    ),
  );

  test.each(all)('%s is complete', (_, schema) => {
    const { description, unit, range, choices, default: fallback } = metaOf(schema);
    for (const text of [description, unit, range]) expect(text).toMatch(/^\S.*\S$|^\S$/);
    // The default as a user would write it is allowed, and so is every choice.
    for (const value of [fallback, ...(choices ?? [])]) {
      if (value !== undefined) expect(schema.safeParse(value).success).toBe(true);
    }
  });

  test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
    'the defaults of %s resolve',
    (_, scenario) => {
      expect(Object.keys(resolveParameters(scenario, {})).sort()).toEqual(Object.keys(scenario.schema.shape).sort());
    },
  );

  test('is missed where there is none: a defect of ours', () => {
    expect(() => metaOf(z.number())).toThrow('lacks its description');
  });
});

describe('numbers in text', () => {
  test.each([
    ['1', 1],
    [' -2.5e-3 ', -0.0025],
    ['.5', 0.5],
    ['5.', 5],
    ['1e400', Infinity],
  ])('%j is %d', (text, value) => {
    expect(readNumber(text)).toBe(value);
  });

  test.each([[''], ['0x10'], ['1_000'], ['Infinity'], ['1 2'], ['--1'], ['1e'], [true], [null]])(
    '%j is left for the schema to refuse',
    (value) => {
      expect(readNumber(value)).toBe(value);
    },
  );

  test('lists are read item by item', () => {
    expect(readList('1, 2,x')).toEqual([1, 2, 'x']);
    expect(readList(3)).toEqual([3]);
    expect(readList(' ')).toBe(' ');
    expect(readList([1, '2'])).toEqual([1, '2']);
  });
});
