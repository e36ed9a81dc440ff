import type { Scenario } from '../scenario/scenario.js';
import { loadScenariosFor, scenarioAmong } from './scenario-files.js';

/** All scenarios in the order in which they are listed. */
export const scenarios: readonly Scenario[] = await loadScenariosFor(undefined);

/**
 * The scenario of an id.
 *
 * @param among the scenarios to look through
 * @throws InvalidInputError when there is none, naming the nearest
 */
export function scenarioById(id: string, among: readonly Scenario[] = scenarios): Scenario {
  return scenarioAmong(id, among);
}
