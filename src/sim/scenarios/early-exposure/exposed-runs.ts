import { type CoveredMode, coveredValue } from '../../../theory/exposure.js';
import type { Backend } from '../../backends/backend.js';
import { advanceModes, exactModes, type ModeStage } from '../../training/stages.js';
import type { EarlyExposureParameters } from './early-exposure.js';
import { coveredLoss, type ExposedMode, mixtureOf } from './exposed-modes.js';

/** How long post-training goes: the same number of steps for all, or until the loss of the network without exposure is reached. */
export type PostTraining = 'fixed' | 'matched';

/** Singular values of a network after each stage. */
export interface StageValues {
  readonly pretrained: Float64Array;
  readonly postTrained: Float64Array;
  readonly fineTuned: Float64Array;
}

const squared = (factors: Float64Array) => factors.map((factor) => factor * factor);

function stageOn(data: readonly CoveredMode[], rate: number, steps: number): ModeStage {
  return {
    sigmas: Float64Array.from(data, ({ sigma }) => sigma),
    rates: Float64Array.from(data, ({ covariance }) => rate * covariance),
    steps,
  };
}

/** Steps of pre-training that make up its time. */
export function pretrainingSteps({ time, pretrainingRate }: EarlyExposureParameters): number {
  return Math.round(time / pretrainingRate);
}

/** The factors after pre-training by gradient flow in closed form. */
export function flowPretrained(
  modes: readonly ExposedMode[],
  mix: number,
  { tau, time }: EarlyExposureParameters,
): Float64Array {
  const start = Math.exp(-2 * tau);
  return Float64Array.from(mixtureOf(modes, mix), (mode) => Math.sqrt(coveredValue(mode, start, time)));
}

/** Steps of post-training after which the loss on its data is first at most `limit`; `most` where it never is before. */
export function stepsToLoss(
  modes: readonly ExposedMode[],
  pretrained: Float64Array,
  { learningRate: rate, postSteps: most }: EarlyExposureParameters,
  limit: number,
): number {
  const data = modes.map(({ postTraining }) => postTraining);
  let factors = pretrained;
  for (let taken = 0; taken < most; taken++) {
    if (coveredLoss(data, squared(factors)) <= limit) return taken;
    factors = exactModes(factors, stageOn(data, rate, 1));
  }
  return most;
}

/** The two stages after pre-training by the exact recurrence. */
export function exactStages(
  modes: readonly ExposedMode[],
  pretrained: Float64Array,
  { learningRate: rate, steps }: EarlyExposureParameters,
  postSteps: number,
): StageValues {
  const [post, fine] = laterStages(modes, rate, postSteps, steps);
  const postTrained = exactModes(pretrained, post);
  const fineTuned = exactModes(postTrained, fine);
  return { pretrained: squared(pretrained), postTrained: squared(postTrained), fineTuned: squared(fineTuned) };
}

/** Pre-training by gradient descent from the start, by the exact recurrence. */
export function exactPretrained(
  modes: readonly ExposedMode[],
  mix: number,
  stages: EarlyExposureParameters,
): Float64Array {
  return exactModes(startOf(modes, stages), pretrainingStage(modes, mix, stages));
}

/** All three stages on a backend. */
export async function simulatedStages(
  backend: Backend,
  modes: readonly ExposedMode[],
  mix: number,
  stages: EarlyExposureParameters,
  postSteps: readonly number[],
): Promise<StageValues[]> {
  const start = startOf(modes, stages);
  const pretrained = await advanceModes(backend, start, pretrainingStage(modes, mix, stages));
  const networks: StageValues[] = [];
  for (const steps of postSteps) {
    const [post, fine] = laterStages(modes, stages.learningRate, steps, stages.steps);
    const postTrained = await advanceModes(backend, pretrained, post);
    const fineTuned = await advanceModes(backend, postTrained, fine);
    networks.push({
      pretrained: squared(pretrained),
      postTrained: squared(postTrained),
      fineTuned: squared(fineTuned),
    });
  }
  return networks;
}

function startOf(modes: readonly ExposedMode[], { tau }: EarlyExposureParameters): Float64Array {
  return new Float64Array(modes.length).fill(Math.exp(-tau));
}

function pretrainingStage(modes: readonly ExposedMode[], mix: number, stages: EarlyExposureParameters): ModeStage {
  const steps = pretrainingSteps(stages);
  return stageOn(mixtureOf(modes, mix), steps === 0 ? 0 : stages.time / steps, steps);
}

function laterStages(
  modes: readonly ExposedMode[],
  rate: number,
  postSteps: number,
  steps: number,
): [ModeStage, ModeStage] {
  const post = modes.map(({ postTraining }) => postTraining);
  const fine = modes.map(({ fineTuning }) => fineTuning);
  return [stageOn(post, rate, postSteps), stageOn(fine, rate, steps)];
}

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

export function lossesOf(modes: readonly ExposedMode[], { postTrained, fineTuned }: StageValues): StageLosses {
  const data = modes.map(({ postTraining }) => postTraining);
  return { immediate: coveredLoss(data, postTrained), retained: coveredLoss(data, fineTuned) };
}

/**
 * All networks of a study: for each share one with equal steps of post-training, and one that stops where the theoretical loss is
 * that of the first share.
 *
 * @param backend undefined for the closed forms alone
 */
export async function* exposedRuns(
  backend: Backend | undefined,
  modes: readonly ExposedMode[],
  stages: EarlyExposureParameters,
): AsyncGenerator<ExposedRun, void, undefined> {
  const { mixes } = stages;
  const first = flowPretrained(modes, mixes[0]!, stages);
  const limit = lossesOf(modes, exactStages(modes, first, stages, stages.postSteps)).immediate;
  for (const mix of mixes) {
    const pretrained = flowPretrained(modes, mix, stages);
    const postSteps = [stages.postSteps, stepsToLoss(modes, pretrained, stages, limit)];
    const simulated = backend === undefined ? [] : await simulatedStages(backend, modes, mix, stages, postSteps);
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
  stages: EarlyExposureParameters,
): StageLosses {
  const without = flowPretrained(modes, 0, stages);
  const limit = lossesOf(modes, exactStages(modes, without, stages, stages.postSteps)).immediate;
  const pretrained = flowPretrained(modes, mix, stages);
  const steps = stepsToLoss(modes, pretrained, stages, limit);
  return lossesOf(modes, exactStages(modes, pretrained, stages, steps));
}
