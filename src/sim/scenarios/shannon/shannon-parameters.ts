import { z } from 'zod';
import { described, distinct, increasing, numeric, numericList } from '../../scenario/parameter.js';

/*
 * Parameters of surfaces of the loss over width and time, each defined once.
 */

export function widthsParameter(fallback: readonly number[]) {
  const list = z.array(z.number().int().min(1).max(4096)).min(1).max(100).refine(increasing);
  return described(numericList(list), {
    default: fallback.join(','),
    description: 'hidden widths of the networks, all on the same task: the N of the laws',
    unit: '1',
    range: 'an increasing list of integers from 1 to 4096',
    scale: 'log',
  });
}

export function ratiosParameter(fallback: readonly number[]) {
  const list = z.array(z.number().min(1e-3).max(1e12)).min(1).max(20).refine(distinct);
  return described(numericList(list), {
    default: fallback.join(','),
    description: 'signal-to-noise ratios: the noise on a layer has its squared norm divided by this',
    unit: '1',
    range: 'a list of distinct numbers from 0.001 to 1e12',
    scale: 'log',
  });
}

/** Up to where points are fitted; what lies beyond is held out. */
export function fittedUpTo(fallback: number, what: string) {
  return described(numeric(z.number().positive().max(1e15)), {
    default: String(fallback),
    description: `laws are fitted to ${what} up to this; the rest is held out`,
    unit: '1',
    range: 'a number above 0 and up to 1e15',
    scale: 'log',
  });
}

export function resamplesParameter(fallback: number) {
  return described(numeric(z.number().int().min(2).max(100_000)), {
    default: String(fallback),
    description: 'bootstrap samples for the interval of every parameter',
    unit: '1',
    range: 'an integer from 2 to 100000',
    scale: 'log',
  });
}

export function batchTrainingsParameter(fallback: number) {
  return described(numeric(z.number().int().min(1).max(1000)), {
    default: String(fallback),
    description: 'trainings of each width when batch is not full, each on its own mini-batches',
    unit: '1',
    range: 'an integer from 1 to 1000',
    scale: 'log',
  });
}
