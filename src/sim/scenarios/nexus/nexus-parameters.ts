import { z } from 'zod';
import { described, distinct, numeric, numericList } from '../../scenario/parameter.js';

/*
 * Parameters of training on several sources of data, each defined once.
 */

export function sourcesParameter(fallback: number) {
  return described(numeric(z.number().int().min(2).max(64)), {
    default: String(fallback),
    description: 'number of data sources to train on; one more, drawn like them, is held out',
    unit: '1',
    range: 'an integer from 2 to 64',
    scale: 'linear',
  });
}

export function rankParameter(fallback: number) {
  return described(numeric(z.number().int().min(1).max(1024)), {
    default: String(fallback),
    description: 'number of input directions that each source shows',
    unit: '1',
    range: 'an integer from 1 to dim - 1',
    scale: 'linear',
  });
}

export function overlapParameter(fallback: number) {
  return described(numeric(z.number().int().min(0).max(1024)), {
    default: String(fallback),
    description: 'of these, the number that all sources share; the others are drawn at random for each',
    unit: '1',
    range: 'an integer from 0 to rank - 1',
    scale: 'linear',
  });
}

export function innerStepsParameter(fallback: string) {
  return described(numericList(z.array(z.number().min(0).max(100)).min(1).max(100).refine(distinct)), {
    default: fallback,
    description:
      'lengths of the steps of the inner loop, in weight space; at 0 all normalised gradients are taken at the same weights',
    unit: 'weight',
    range: 'a list of distinct numbers from 0 to 100',
    scale: 'log',
  });
}

export function goalsParameter(fallback: string) {
  const list = z
    .array(z.number().positive().max(1))
    .min(1)
    .max(100)
    .refine((goals) => goals.every((goal, at) => at === 0 || goal < goals[at - 1]!));
  return described(numericList(list), {
    default: fallback,
    description: 'summed losses at which networks are compared, as fractions of that of a network with zero weights',
    unit: '1',
    range: 'a decreasing list of numbers above 0 and up to 1',
    scale: 'log',
  });
}

export function settlingParameter(fallback: number) {
  return described(numeric(z.number().positive().max(1)), {
    default: String(fallback),
    description:
      'fraction of its summed loss to which joint descent then trains every network, so that what the inner steps left can settle',
    unit: '1',
    range: 'a number above 0 and up to 1',
    scale: 'log',
  });
}
