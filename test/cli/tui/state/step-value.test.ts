import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { draftOf } from '../../../../src/cli/tui/state/app-state.js';
import { checkDraft, fieldsOf, setField, steppedTexts, untouchedDraft } from '../../../../src/cli/tui/state/draft.js';
import { scenarios } from '../../../../src/sim/scenarios/scenario-list.js';
import { opened } from '../support.js';

const meta = { description: '', unit: '1', range: '' };

describe('an arrow', () => {
  test.each([
    ['0.03', 'log', 1, '0.032'],
    ['0.032', 'log', -1, '0.03'],
    ['9', 'log', 1, '10'],
    ['1', 'log', -1, '0.9'],
    ['0', 'log', 1, '0'],
    ['0.03,0.05,0.07', 'log', 1, '0.032,0.055,0.075'],
    ['5', 'linear', 1, '5.2'],
    ['0', 'linear', 1, '0.1'],
    ['log:0.1:300:60', 'log', 1, 'log:0.1:320:60'],
    ['linear:0:90:10', 'linear', -1, 'linear:0:88:10'],
    ['power:1', undefined, 1, 'power:1.05'],
    ['overshoot:2:4', undefined, -1, 'overshoot:2:3.9'],
  ] as const)('makes of %s on a %s scale by %i: %s', (value, scale, direction, next) => {
    expect(steppedTexts(value, { ...meta, ...(scale === undefined ? {} : { scale }) }, direction)[0]).toBe(next);
  });

  test('takes whole steps where only integers are allowed', () => {
    expect(steppedTexts('32', { ...meta, scale: 'log' }, 1)).toEqual(['36', '36']);
    expect(steppedTexts('3', { ...meta, scale: 'log' }, 1)).toEqual(['3.2', '4']);
    expect(steppedTexts('2', { ...meta, scale: 'linear' }, -1).at(-1)).toBe('1');
  });

  test('goes round the words of a choice and has nothing to do with other words', () => {
    expect(steppedTexts('b', { ...meta, choices: ['a', 'b'] }, 1)).toEqual(['a']);
    expect(steppedTexts('shuffle', meta, 1)).toEqual([]);
    expect(steppedTexts('auto', { ...meta, scale: 'log' }, 1)).toEqual([]);
  });

  test('that goes back undoes one from a round number', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 5, 7),
        fc.integer({ min: -6, max: 6 }),
        fc.constantFrom('log' as const, 'linear' as const),
        fc.constantFrom(1 as const, -1 as const),
        (digit, power, scale, direction) => {
          const value = String(Number(`${digit}e${power}`));
          const [there] = steppedTexts(value, { ...meta, scale }, direction);
          expect(there).not.toBe(value);
          expect(steppedTexts(there!, { ...meta, scale }, direction === 1 ? -1 : 1)[0]).toBe(value);
        },
      ),
    );
  });

  test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
    'on every field of %s leads to what the command line takes, or is refused in its words',
    (_, scenario) => {
      for (const field of fieldsOf(scenario, draftOf(opened(), scenario.id)))
        for (const direction of [1, -1] as const)
          for (const text of steppedTexts(field.value, field.meta, direction)) {
            const changed = setField(scenario, untouchedDraft, field, text);
            if ('draft' in changed) expect(checkDraft(scenario, changed.draft)).toHaveProperty('parameters');
            else expect(changed.message).toContain('expected');
          }
    },
  );
});
