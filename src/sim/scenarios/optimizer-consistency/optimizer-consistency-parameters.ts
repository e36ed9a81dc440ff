import { z } from 'zod';
import { described, distinct, numeric } from '../../scenario/parameter.js';
import { optimizers } from '../../training/optimizers/optimizer-list.js';

/*
 * Parameters of training by pairs of optimisers, each defined once.
 */

export function optimizersParameter(fallback: string, what: string) {
  const names = optimizers.map(({ name }) => name);
  return described(
    z.preprocess(
      (value) => (typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value),
      z.array(z.enum(names)).min(1).refine(distinct),
    ),
    {
      default: fallback,
      description: what,
      unit: '1',
      range: `a list of different ones among ${names.join(', ')}`,
    },
  );
}

export function seenParameter(fallback: number) {
  return described(numeric(z.number().int().min(1).max(1024)), {
    default: String(fallback),
    description: 'input directions that fine-tuning shows, drawn at random; pre-training shows all',
    unit: '1',
    range: 'an integer from 1 to dim',
    scale: 'linear',
  });
}

export function shareGoalParameter(fallback: number, stage: string) {
  return described(numeric(z.number().positive().max(1)), {
    default: String(fallback),
    description: `loss at which ${stage} stops, as a share of the squared norm of its task`,
    unit: '1',
    range: 'a number above 0 and up to 1',
    scale: 'log',
  });
}

export function paceParameter(fallback: number) {
  return described(numeric(z.number().positive().max(4)), {
    default: String(fallback),
    description:
      'learning rate of each optimiser, in units of its small rate (1/(8 sigma_1) for gradient-descent)',
    unit: '1',
    range: 'a number above 0 and up to 4',
    scale: 'log',
  });
}
