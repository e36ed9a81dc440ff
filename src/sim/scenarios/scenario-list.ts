import type { Scenario } from '../scenario/scenario.js';
import { loadScenariosFor, scenarioAmong } from './scenario-files.js';

/** All scenarios in the order in which they are listed. */
export const scenarios: readonly Scenario[] = await loadScenariosFor(undefined);

/** The scenario of an id, see `scenarioAmong`. */
export const scenarioById = (id: string, among = scenarios): Scenario => scenarioAmong(id, among);
