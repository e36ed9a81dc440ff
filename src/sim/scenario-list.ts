import { InvalidInputError } from '../theory/invalid-input.js';
import { nearestName } from './nearest-name.js';
import type { Scenario } from './scenario.js';
import { decoupling } from './scenarios/decoupling.js';
import { earlyExposure } from './scenarios/early-exposure.js';
import { finetune } from './scenarios/finetune.js';
import { finetuneTuned } from './scenarios/finetune-tuned.js';
import { gaussian } from './scenarios/gaussian.js';
import { incremental } from './scenarios/incremental.js';
import { misalignment } from './scenarios/misalignment.js';
import { nexus } from './scenarios/nexus.js';
import { optimizerConsistency } from './scenarios/optimizer-consistency.js';
import { regularize } from './scenarios/regularize.js';
import { replay } from './scenarios/replay.js';
import { schedules } from './scenarios/schedules.js';
import { shannon } from './scenarios/shannon.js';
import { twoStageAlignment } from './scenarios/two-stage-alignment.js';
import { width } from './scenarios/width.js';

/** All scenarios in the order in which they are listed. */
export const scenarios: readonly Scenario[] = [
  erased(gaussian),
  erased(incremental),
  erased(finetune),
  erased(finetuneTuned),
  erased(regularize),
  erased(misalignment),
  erased(schedules),
  erased(width),
  erased(earlyExposure),
  erased(twoStageAlignment),
  erased(replay),
  erased(optimizerConsistency),
  erased(nexus),
  erased(shannon),
  erased(decoupling),
];

/** Parameters are checked where a scenario is run, so a list of scenarios need not know their types. */
function erased<Parameters extends object>(scenario: Scenario<Parameters>): Scenario {
  return scenario as unknown as Scenario;
}

/**
 * The scenario of an id.
 *
 * @param among the scenarios to look through
 * @throws InvalidInputError when there is none, naming the nearest
 */
export function scenarioById(id: string, among: readonly Scenario[] = scenarios): Scenario {
  const found = among.find((scenario) => scenario.id === id);
  if (found !== undefined) return found;
  const known = among.map((scenario) => scenario.id);
  const nearest = nearestName(id, known);
  throw new InvalidInputError(
    'scenario',
    id,
    nearest === undefined ? `one of ${known.join(', ')}` : `a scenario; did you mean ${nearest}?`,
  );
}
