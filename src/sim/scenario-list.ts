import { InvalidInputError } from '../theory/invalid-input.js';
import { nearestName } from './nearest-name.js';
import type { Scenario } from './scenario.js';

/** All scenarios in the order in which they are listed. */
export const scenarios: readonly Scenario[] = [];

/**
 * The scenario of an id.
 *
 * @throws InvalidInputError when there is none, naming the nearest
 */
export function scenarioById(id: string): Scenario {
  const found = scenarios.find((scenario) => scenario.id === id);
  if (found !== undefined) return found;
  const known = scenarios.map((scenario) => scenario.id);
  const nearest = nearestName(id, known);
  throw new InvalidInputError(
    'scenario',
    id,
    nearest === undefined ? `one of ${known.join(', ')}` : `a scenario; did you mean ${nearest}?`,
  );
}
