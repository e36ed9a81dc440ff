import { describe, expect, test } from 'vitest';
import { bindings, type Context } from '../../../../src/cli/tui/state/bindings.js';

describe.each(Object.keys(bindings) as Context[])('the keys of %s', (context) => {
  const table = bindings[context];

  test('mean one thing each', () => {
    const keys = table.flatMap((binding) => binding.keys);
    expect(keys.filter((key, position) => keys.indexOf(key) !== position)).toEqual([]);
  });

  test('have a way out and words for the help', () => {
    expect(table.some(({ keys }) => keys.includes('escape'))).toBe(true);
    for (const { sign, long } of table) expect(sign !== '' && long !== '').toBe(true);
  });

  test('leave characters alone where text is typed', () => {
    if (!['filter', 'edit', 'save'].includes(context)) return;
    for (const { keys } of table) for (const key of keys) expect(key.length).toBeGreaterThan(1);
  });
});
