import { z } from 'zod';
import { described, numeric } from '../../scenario/parameter.js';
import { increasing, readTimes } from '../../scenario/time-grid.js';

/*
 * Parameters of training in three stages, each defined once.
 */

export function mixesParameter(fallback: string) {
  const list = z.array(z.number().min(0).max(1)).min(1).max(1000).refine(increasing);
  return described(
    z.preprocess((value) => readTimes(value ?? fallback), list),
    {
      description: `shares of post-training data in pre-training; default: ${fallback}`,
      unit: '1',
      range: 'linear:FROM:TO:COUNT, log:FROM:TO:COUNT, or an increasing list of numbers from 0 to 1',
      scale: 'linear',
    },
  );
}

/** A number of modes of one kind. */
export function modeCountParameter(fallback: number, what: string) {
  return described(numeric(z.number().int().min(0).max(10_000)), {
    default: String(fallback),
    description: what,
    unit: '1',
    range: 'an integer from 0 to 10000',
    scale: 'linear',
  });
}

/** A singular value, or a factor of one. */
export function sizeParameter(fallback: number, what: string, least = 0) {
  return described(numeric(z.number().min(least).max(1e3)), {
    default: String(fallback),
    description: what,
    unit: '1',
    range: `a number from ${least} to 1000`,
    scale: 'linear',
  });
}

/** Length of a stage that is followed by others. */
export function durationParameter(fallback: number) {
  return described(numeric(z.number().min(0).max(1e5)), {
    default: String(fallback),
    description: 'gradient-flow time of pre-training',
    unit: 'flow time',
    range: 'a number from 0 to 1e5',
    scale: 'log',
  });
}

/** Length of a stage in steps. */
export function stageStepsParameter(fallback: number, what: string) {
  return described(numeric(z.number().int().min(0).max(1e6)), {
    default: String(fallback),
    description: what,
    unit: '1',
    range: 'an integer from 0 to 1000000',
    scale: 'log',
  });
}

/** Learning rate of one stage. */
export function stageRateParameter(fallback: number, what: string) {
  return described(numeric(z.number().positive().max(1e3)), {
    default: String(fallback),
    description: what,
    unit: 'flow time per step',
    range: 'a number above 0, at most 1/(8 sigma) for the largest singular value',
    scale: 'log',
  });
}
