import { InvalidInputError } from '../../theory/invalid-input.js';
import { nearestName } from '../scenario/nearest-name.js';
import type { Scenario } from '../scenario/scenario.js';
import { decoupling } from './decoupling/decoupling.js';
import { earlyExposure } from './early-exposure/early-exposure.js';
import { finetune } from './finetune/finetune.js';
import { finetuneTuned } from './finetune-tuned/finetune-tuned.js';
import { gaussian } from './gaussian/gaussian.js';
import { incremental } from './incremental/incremental.js';
import { misalignment } from './misalignment/misalignment.js';
import { nexus } from './nexus/nexus.js';
import { optimizerConsistency } from './optimizer-consistency/optimizer-consistency.js';
import { regularize } from './regularize/regularize.js';
import { replay } from './replay/replay.js';
import { schedules } from './schedules/schedules.js';
import { shannon } from './shannon/shannon.js';
import { twoStageAlignment } from './two-stage-alignment/two-stage-alignment.js';
import { width } from './width/width.js';

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
