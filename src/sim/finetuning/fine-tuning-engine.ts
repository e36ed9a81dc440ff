import { InvalidInputError } from '../../theory/invalid-input.js';
import type { EngineChoice, EngineName } from '../training/engine-name.js';
import type { FineTuningMethod } from './prediction.js';
import { sharedValues, type Task } from './tuning.js';

/** What of a study decides which engines can run it. */
export interface EngineDemands {
  readonly tasks: readonly Task[];
  readonly pretraining: 'flow' | 'descent';
  readonly finetuning: FineTuningMethod;
}

/**
 * The engine of a study: the one that was asked for, or for `auto` the cheapest that covers it.
 *
 * @throws InvalidInputError when the one that was asked for does not cover it, naming one that does
 */
export function fineTuningEngine(choice: EngineChoice, demands: EngineDemands): EngineName {
  const { tasks, pretraining, finetuning } = demands;
  const turned = tasks.find((task) => sharedValues(task) === undefined);
  const engine = choice === 'auto' ? cheapest(demands, turned !== undefined) : choice;
  if (finetuning === 'flow' && engine !== 'exact') {
    throw new InvalidInputError(
      'finetuning',
      finetuning,
      `descent with the engine ${engine}; gradient flow is a closed form, which the engine exact covers`,
    );
  }
  if (pretraining === 'descent' && engine === 'exact') {
    throw new InvalidInputError(
      'pretraining',
      pretraining,
      'flow with the engine exact, which simulates nothing; the engines modes and matrix take descent',
    );
  }
  if (turned !== undefined && engine === 'modes') {
    throw new InvalidInputError(
      '--engine',
      engine,
      `matrix or exact at an angle of ${turned.angle} degrees, where turned singular vectors couple the modes`,
    );
  }
  return engine;
}

function cheapest({ finetuning }: EngineDemands, isTurned: boolean): EngineName {
  if (finetuning === 'flow') return 'exact';
  return isTurned ? 'matrix' : 'modes';
}
