import { nearestName } from '../../sim/scenario/nearest-name.js';
import { InvalidInputError } from '../../theory/invalid-input.js';

/**
 * Reads one of several words.
 *
 * @throws InvalidInputError naming the words and the nearest of them
 */
export function readChoice<Choice extends string>(
  option: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const nearest = typeof value === 'string' ? nearestName(value, choices) : undefined;
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  throw new InvalidInputError(option, value, `${choices.join(', ')}${hint}`);
}
