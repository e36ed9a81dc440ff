import { requireTableMemory } from '../scenario/memory.js';
import {
  learningRateParameter,
  shapeParameters,
  spectrumParameter,
  tauParameter,
  timesParameter,
} from '../scenario/shared.js';
import type { Row } from '../scenario/table.js';
import { resolvePretraining } from '../training/pretraining.js';
import { anchorParameter, methodParameter, pretrainingParameter } from './finetuning-parameters.js';
import type { FineTuningParameters } from './prepare.js';
import { resolveTarget, type Target, targetValues } from './target.js';
import type { Tuning } from './tuning.js';

/** Parameters of a scenario that fine-tunes every checkpoint on one new task. */
export interface OneTaskParameters extends FineTuningParameters {
  readonly target: Target;
  readonly angle: number;
}

/** How checkpoints are made in these scenarios, so that their runs can be laid side by side. */
export const checkpointParameters = {
  ...shapeParameters(32),
  spectrum: spectrumParameter('power:0.5'),
  tau: tauParameter(10),
  times: timesParameter('log:1:300:40'),
};

/** What every scenario of fine-tuning lets a user choose about how it is done. */
export const methodParameters = {
  anchor: anchorParameter,
  pretraining: pretrainingParameter,
  finetuning: methodParameter,
  learningRate: learningRateParameter,
};

/**
 * Completes the parameters of such a scenario.
 *
 * @param curves values of which each fine-tunes every checkpoint once
 * @param cells cells of one network in the tables; its modes take as much again for each
 * @throws InvalidInputError when spectrum or target do not fit the shape, or the tables would not fit in memory
 */
export function resolveOneTask<Parameters extends OneTaskParameters>(
  parsed: Record<string, unknown>,
  curves: (parameters: Parameters) => readonly number[],
  cells: number,
): Parameters {
  const parameters = resolvePretraining(parsed as unknown as Parameters);
  const { times, spectrum, target } = parameters;
  const networks = times.length * curves(parameters).length;
  requireTableMemory('times', `${times.length} times`, networks * (cells + spectrum.length));
  return { ...parameters, target: resolveTarget(target, spectrum) };
}

/** The new task in numbers, once the seed is known. */
export function taskOf({ target, spectrum, angle }: OneTaskParameters, seed: number): Tuning['task'] {
  return { values: targetValues(target, spectrum, seed), angle };
}

/** Rows of `taskColumns`. */
export function taskRows(spectrum: readonly number[], { values }: Tuning['task']): Row[] {
  return spectrum.map((sigma, mode) => [mode + 1, sigma, values[mode]!]);
}
