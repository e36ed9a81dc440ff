import type { Backend } from '../../backends/backend.js';
import {
  type ExposureStages,
  exactPretrained,
  exactStages,
  flowPretrained,
  type PostTraining,
  type StageValues,
  simulatedStages,
  stepsToLoss,
} from './exposed-network.js';
import { coveredLoss, type ExposedMode } from './exposure-tasks.js';

/** Post-training losses of one network. */
export interface StageLosses {
  /** After post-training. */
  readonly immediate: number;
  /** After fine-tuning. */
  readonly retained: number;
}

/** One network through its three stages. */
export interface ExposedRun {
  readonly modes: readonly ExposedMode[];
  readonly postTraining: PostTraining;
  readonly mix: number;
  readonly postSteps: number;
  /** From the checkpoint of the pre-training flow. */
  readonly theory: StageValues;
  /** What the simulation must give: pre-training by descent, too. */
  readonly expected: StageValues;
  /** Undefined where nothing was simulated. */
  readonly simulated: StageValues | undefined;
  /** Losses as the run has them: simulated, or of the theory where nothing was. */
  readonly measured: StageLosses;
}

/** Post-training losses of a network. */
export function lossesOf(
  modes: readonly ExposedMode[],
  { postTrained, fineTuned }: StageValues,
): StageLosses {
  const data = modes.map(({ postTraining }) => postTraining);
  return { immediate: coveredLoss(data, postTrained), retained: coveredLoss(data, fineTuned) };
}

/**
 * All networks of a study: for each share one with equal steps of post-training, and one that stops where the theoretical loss is
 * that of the first share.
 *
 * @param backend undefined for the closed forms alone
 * @param mixes shares of exposure, increasing
 */
export async function* exposedRuns(
  backend: Backend | undefined,
  modes: readonly ExposedMode[],
  mixes: readonly number[],
  stages: ExposureStages,
): AsyncGenerator<ExposedRun, void, undefined> {
  const first = flowPretrained(modes, mixes[0]!, stages);
  const limit = lossesOf(modes, exactStages(modes, first, stages, stages.postSteps)).immediate;
  for (const mix of mixes) {
    const pretrained = flowPretrained(modes, mix, stages);
    const postSteps = [stages.postSteps, stepsToLoss(modes, pretrained, stages, limit)];
    const simulated =
      backend === undefined ? [] : await simulatedStages(backend, modes, mix, stages, postSteps);
    const descended = backend === undefined ? pretrained : exactPretrained(modes, mix, stages);
    for (const [index, postTraining] of (['fixed', 'matched'] as const).entries()) {
      const theory = exactStages(modes, pretrained, stages, postSteps[index]!);
      yield {
        modes,
        postTraining,
        mix,
        postSteps: postSteps[index]!,
        theory,
        expected: exactStages(modes, descended, stages, postSteps[index]!),
        simulated: simulated[index],
        measured: lossesOf(modes, simulated[index] ?? theory),
      };
    }
  }
}

/** Theory alone for one share, with post-training matched to the network without exposure. */
export function matchedTheory(
  modes: readonly ExposedMode[],
  mix: number,
  stages: ExposureStages,
): StageLosses {
  const without = flowPretrained(modes, 0, stages);
  const limit = lossesOf(modes, exactStages(modes, without, stages, stages.postSteps)).immediate;
  const pretrained = flowPretrained(modes, mix, stages);
  const steps = stepsToLoss(modes, pretrained, stages, limit);
  return lossesOf(modes, exactStages(modes, pretrained, stages, steps));
}
