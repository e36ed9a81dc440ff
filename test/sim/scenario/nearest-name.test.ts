import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { nearestName } from '../../../src/sim/scenario/nearest-name.js';
import { scenarioById, scenarios } from '../../../src/sim/scenarios/scenario-list.js';
import { InvalidInputError } from '../../../src/theory/invalid-input.js';

const known = ['gaussian', 'incremental', 'finetune', 'finetune-tuned', 'width'];

describe('the nearest name', () => {
  test.each([
    ['gausian', 'gaussian'],
    ['guassian', 'gaussian'],
    ['GAUSSIAN', 'gaussian'],
    ['gaussiann', 'gaussian'],
    ['incrementel', 'incremental'],
    ['fine-tune', 'finetune'],
    ['finetune-tunde', 'finetune-tuned'],
    ['wdith', 'width'],
  ])('of %s is %s', (typed, nearest) => {
    expect(nearestName(typed, known)).toBe(nearest);
  });

  test.each([['schedule'], ['zzzzzzzzzz'], ['g']])('of %s is none', (typed) => {
    expect(nearestName(typed, known)).toBeUndefined();
  });

  test.prop([fc.constantFrom(...known), fc.nat(), fc.string({ minLength: 1, maxLength: 1 })])(
    'is found after any one letter was changed or dropped',
    (name, at, letter) => {
      const position = at % name.length;
      const dropped = name.slice(0, position) + name.slice(position + 1);
      const changed = name.slice(0, position) + letter + name.slice(position + 1);
      expect(nearestName(dropped, known)).toBe(name);
      expect(nearestName(changed, known)).toBe(name);
    },
  );

  test.prop([fc.string({ maxLength: 300 })])('is a known name or none, whatever was typed', (typed) => {
    expect([undefined, ...known]).toContain(nearestName(typed, known));
  });
});

describe('a scenario by its id', () => {
  test('is the one of the list', () => {
    for (const scenario of scenarios) expect(scenarioById(scenario.id)).toBe(scenario);
  });

  test('that is unknown is refused with the nearest, or with all', () => {
    expect(() => scenarioById('gausian')).toThrow(InvalidInputError);
    expect(() => scenarioById('gausian')).toThrow('did you mean gaussian?');
    expect(() => scenarioById('zzzzzzzzzzzz')).toThrow(/one of gaussian, incremental/);
    expect(() => scenarioById('gaussian', [])).toThrow(InvalidInputError);
  });
});
