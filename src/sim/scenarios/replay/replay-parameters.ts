import { z } from 'zod';
import { described, increasing, numeric, numericList } from '../../scenario/parameter.js';

/*
 * Parameters of fine-tuning beside replay, each defined once.
 */

const MOST_WIDTH = 1000;

export const blockParameter = described(numeric(z.number().int().min(1).max(MOST_WIDTH)), {
  default: '8',
  description: 'inputs of each of the two tasks',
  unit: '1',
  range: `an integer from 1 to ${MOST_WIDTH}`,
  scale: 'log',
});

export function newSpectrumParameter(fallback: string) {
  const list = z.array(z.number().positive().max(1e3)).min(1).max(MOST_WIDTH);
  return described(numericList(list), {
    default: fallback,
    description: 'singular values of the new task',
    unit: '1',
    range: 'a list of numbers above 0 and up to 1000',
    scale: 'linear',
  });
}

export function widthsParameter(fallback: string) {
  return described(numericList(z.array(z.number().int().min(1).max(MOST_WIDTH)).min(1).refine(increasing)), {
    default: fallback,
    description: 'hidden widths to compare',
    unit: '1',
    range: `an increasing list of integers from 1 to ${MOST_WIDTH}`,
    scale: 'log',
  });
}

export function hiddenParameter(fallback: number) {
  return described(numeric(z.number().int().min(1).max(MOST_WIDTH)), {
    default: String(fallback),
    description: 'hidden width used while something else varies',
    unit: '1',
    range: `an integer from 1 to ${MOST_WIDTH}`,
    scale: 'log',
  });
}

const weights = () => z.number().min(0).max(100);

export function replaysParameter(fallback: string) {
  return described(numericList(z.array(weights()).min(1).refine(increasing)), {
    default: fallback,
    description: 'weights of replay, or of the pull, relative to the new task',
    unit: '1',
    range: 'an increasing list of numbers from 0 to 100',
    scale: 'log',
  });
}

export function replayParameter(fallback: number) {
  return described(numeric(weights()), {
    default: String(fallback),
    description: 'that weight used while something else varies',
    unit: '1',
    range: 'a number from 0 to 100',
    scale: 'log',
  });
}

export function goalParameter(fallback: number) {
  return described(numeric(z.number().min(0).max(1)), {
    default: String(fallback),
    description: 'loss on the new task at which fine-tuning stops, as a fraction of its squared norm',
    unit: '1',
    range: 'a number from 0 to 1',
    scale: 'log',
  });
}

export function patienceParameter(fallback: number) {
  return described(numeric(z.number().positive().max(1e5)), {
    default: String(fallback),
    description: 'flow time after which fine-tuning that has not reached it is given up',
    unit: 'flow time',
    range: 'a number above 0 and up to 1e5',
    scale: 'log',
  });
}
