import { InvalidInputError } from '../../theory/invalid-input.js';
import { nearestName } from '../scenario/nearest-name.js';
import type { Scenario } from '../scenario/scenario.js';

/** Every scenario by its id, in the order in which they are listed; each is loaded when it is asked for. */
const files = {
  gaussian: async () => (await import('./gaussian/gaussian.js')).gaussian,
  incremental: async () => (await import('./incremental/incremental.js')).incremental,
  finetune: async () => (await import('./finetune/finetune.js')).finetune,
  'finetune-tuned': async () => (await import('./finetune-tuned/finetune-tuned.js')).finetuneTuned,
  regularize: async () => (await import('./regularize/regularize.js')).regularize,
  misalignment: async () => (await import('./misalignment/misalignment.js')).misalignment,
  schedules: async () => (await import('./schedules/schedules.js')).schedules,
  width: async () => (await import('./width/width.js')).width,
  'early-exposure': async () => (await import('./early-exposure/early-exposure.js')).earlyExposure,
  'two-stage-alignment': async () => (await import('./two-stage-alignment/two-stage-alignment.js')).twoStageAlignment,
  replay: async () => (await import('./replay/replay.js')).replay,
  'optimizer-consistency': async () =>
    (await import('./optimizer-consistency/optimizer-consistency.js')).optimizerConsistency,
  nexus: async () => (await import('./nexus/nexus.js')).nexus,
  shannon: async () => (await import('./shannon/shannon.js')).shannon,
  decoupling: async () => (await import('./decoupling/decoupling.js')).decoupling,
} satisfies Readonly<Record<string, () => Promise<unknown>>>;

/** Loads the scenarios of an id: one, or all of them where there is none of that id. */
export async function loadScenariosFor(id: string | undefined): Promise<readonly Scenario[]> {
  const chosen = Object.entries(files).filter(([name]) => name === id);
  const loads = chosen.length === 0 ? Object.entries(files) : chosen;
  // Parameters are checked where a scenario is run, so that a list of scenarios need not know their types.
  return (await Promise.all(loads.map(([, load]) => load()))) as unknown as readonly Scenario[];
}

/**
 * The scenario of an id.
 *
 * @param id undefined where none was given
 * @param among the scenarios to look through
 * @throws InvalidInputError when there is none, naming the nearest
 */
export function scenarioAmong(id: string | undefined, among: readonly Scenario[]): Scenario {
  const found = among.find((scenario) => scenario.id === id);
  if (found !== undefined) return found;
  const known = among.map((scenario) => scenario.id);
  const nearest = id === undefined ? undefined : nearestName(id, known);
  throw new InvalidInputError(
    'scenario',
    id,
    nearest === undefined ? `one of ${known.join(', ')}` : `a scenario; did you mean ${nearest}?`,
  );
}
