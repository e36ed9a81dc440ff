import { z } from 'zod';
import { described } from '../../scenario/parameter.js';
import { increasing, readTimes } from '../../scenario/time-grid.js';

/*
 * Parameters of alignment after fine-tuning, each defined once.
 */

function grid(fallback: string, least: number, what: string) {
  const list = z.array(z.number().min(least).max(100)).min(1).max(1000).refine(increasing);
  return described(
    z.preprocess((value) => readTimes(value ?? fallback), list),
    {
      description: `${what}; default: ${fallback}`,
      unit: '1',
      range: `linear:FROM:TO:COUNT, or an increasing list of numbers from ${least} to 100`,
      scale: 'linear',
    },
  );
}

export function placesParameter(fallback: string) {
  return grid(
    fallback,
    -100,
    'where the fine-tuning task stands on the way from pre-training to alignment: 0 at its start, 1 at its end',
  );
}

export function offsetsParameter(fallback: string) {
  return grid(fallback, 0, 'how far it stands to the side, in units of the length of the way');
}
