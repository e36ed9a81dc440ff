import { z } from 'zod';
import { scheduleNames } from '../../../theory/descent.js';
import { described, distinct, numeric, numericList } from '../../scenario/parameter.js';
import { startNames } from '../../training/network-start.js';
import { optimizers } from '../../training/optimizers.js';

/*
 * Parameters of training by schedules and optimisers, each defined once.
 */

export const schedulesParameter = described(
  z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value),
    z.array(z.enum(scheduleNames)).min(1).refine(distinct),
  ),
  {
    default: scheduleNames.join(','),
    description: 'learning-rate schedules, one curve each; all have the same peak and the same sum',
    unit: '1',
    range: `one or more of ${scheduleNames.join(', ')}, each once`,
  },
);

const share = () => numeric(z.number().min(0).max(1));

export const warmupParameter = described(share(), {
  default: '0.1',
  description: 'share of the steps over which the schedules with a warm-up rise from 0',
  unit: '1',
  range: 'a number from 0 to 1',
  scale: 'linear',
});

export const decayParameter = described(share(), {
  default: '0.2',
  description: 'share of the steps over which warmup-stable-decay falls to 0',
  unit: '1',
  range: 'a number from 0 to 1 - warmup',
  scale: 'linear',
});

const MOST_INPUTS = 100_000;

/** Inputs in a mini-batch, or the expectation over all inputs. */
export function batchParameter(fallback: string) {
  return described(z.union([z.literal('full'), numeric(z.number().int().min(1).max(MOST_INPUTS))]), {
    default: fallback,
    description:
      'number of standard normal inputs in each mini-batch, from which a step computes its gradient; full is the expectation over all inputs',
    unit: 'inputs',
    range: `full, or an integer from 1 to ${MOST_INPUTS}`,
    scale: 'log',
  });
}

export function trainingsParameter(
  fallback: number,
  what = 'independent trainings per schedule, each with its own mini-batches and its own random start; one where nothing is random',
) {
  return described(numeric(z.number().int().min(1).max(10_000)), {
    default: String(fallback),
    description: what,
    unit: '1',
    range: 'an integer from 1 to 10000',
    scale: 'log',
  });
}

export const optimizerParameter = described(z.enum(optimizers.map(({ name }) => name)), {
  default: optimizers[0]!.name,
  description: 'rule that turns gradients into steps; the theory covers gradient-descent',
  unit: '1',
  range: `one of ${optimizers.map(({ name }) => name).join(', ')}`,
  choices: optimizers.map(({ name }) => name),
});

export const startParameter = described(z.enum(startNames), {
  default: 'aligned',
  description:
    'weights before training: aligned with the task, balanced with random singular vectors, or random Gaussian',
  unit: '1',
  range: `one of ${startNames.join(', ')}`,
  choices: [...startNames],
});

/** One noise scale, where a scenario varies something else. */
export function oneGammaParameter(fallback: number) {
  return described(numericList(z.array(z.number().min(0).max(1e6)).length(1)), {
    default: String(fallback),
    description: 'standard deviation of the Gaussian noise on every weight',
    unit: 'weight',
    range: 'one number from 0 to 1e6',
    scale: 'log',
  });
}

export const peakRateParameter = described(z.union([z.literal('auto'), numeric(z.number().positive().max(1e6))]), {
  default: 'auto',
  description:
    'largest learning rate of every schedule; auto is the small rate of the optimizer, 1/(8 sigma_1) for gradient-descent, less on mini-batches',
  unit: 'flow time per step',
  range: 'auto, or a number above 0 and up to 1e6',
  scale: 'log',
});

export const sharpnessParameter = described(z.enum(['on', 'off']), {
  default: 'on',
  description: 'whether to record the largest eigenvalue of the Hessian, which takes time for large matrices',
  unit: '1',
  range: 'on or off',
  choices: ['on', 'off'],
});
