import { z } from 'zod';
import {
  between,
  choice,
  described,
  distinct,
  increasing,
  integer,
  numeric,
  numericList,
  positive,
  readTimes,
} from './parameter.js';

/*
 * Parameters that mean the same in every scenario, each defined once.
 */

const LARGEST_DIM = 2 ** 20;
const size = () => numeric(z.number().int().min(1).max(LARGEST_DIM));
const sizeRange = `an integer from 1 to ${LARGEST_DIM}`;
const optionalSize = (what: string, fallback?: number) =>
  described(size().nullish(), {
    ...(fallback === undefined ? {} : { default: String(fallback) }),
    description: fallback === undefined ? `${what}; default: dim` : what,
    unit: '1',
    range: sizeRange,
    scale: 'log',
  });

/**
 * Shape of the network: W1 is rows × hidden, W2 is hidden × cols; `dim` stands for whichever is not given.
 *
 * @param defaults of the single sizes, where a scenario is about networks that are not square
 */
export function shapeParameters(dim: number, defaults: { readonly hidden?: number } = {}) {
  return {
    dim: described(size(), {
      default: String(dim),
      description: 'rows, hidden width and columns, where they are not given',
      unit: '1',
      range: sizeRange,
      scale: 'log',
    }),
    rows: optionalSize('rows p of the task and of W1'),
    hidden: optionalSize('hidden width h: columns of W1, rows of W2', defaults.hidden),
    cols: optionalSize('columns q of the task and of W2'),
  };
}

/** Sizes of several square networks, one of each. */
export function dimsParameter(fallback: readonly number[]) {
  const list = z.array(z.number().int().min(1).max(LARGEST_DIM)).min(1).max(1000).refine(increasing);
  return described(numericList(list), {
    default: fallback.join(','),
    description: 'sizes of the networks: rows, hidden width and columns of each',
    unit: '1',
    range: `an increasing list of integers from 1 to ${LARGEST_DIM}`,
    scale: 'log',
  });
}

/** Singular values of the pre-training task; `createProblem` reads its text forms. */
export function spectrumParameter(fallback: string) {
  const text = z.string().min(1).max(100_000);
  return described(z.union([text, z.number().transform((value) => [value]), z.array(z.number())]), {
    default: fallback,
    description: 'singular values of the pre-training task, padded with zeros',
    unit: '1',
    range: 'power:EXPONENT, linear, geometric:RATIO, or a list such as 2,1,0.5 that never increases and starts above 0',
  });
}

export function tauParameter(fallback: number) {
  const what = 'initialisation: both layers start with factors e^-tau, every mode at e^(-2 tau)';
  return between([0, 300], fallback, what, { scale: 'linear' });
}

export function timesParameter(fallback: string) {
  const list = z.array(z.number().min(0).max(1e15)).min(1).max(1_000_000).refine(increasing);
  return described(
    z.preprocess((value) => readTimes(value ?? fallback), list),
    {
      description: `gradient-flow times at which training is recorded; default: ${fallback}`,
      unit: 'flow time',
      range: 'log:FROM:TO:COUNT, linear:FROM:TO:COUNT, or an increasing list of times from 0 to 1e15',
      scale: 'log',
    },
  );
}

export function gammasParameter(fallback: readonly number[]) {
  const list = z.array(z.number().min(0).max(1e6)).min(1).max(1000).refine(distinct);
  return described(numericList(list), {
    default: fallback.join(','),
    description: 'standard deviations of the Gaussian noise on every weight',
    unit: 'weight',
    range: 'a list of distinct numbers from 0 to 1e6',
    scale: 'log',
  });
}

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

export const noiseParameter = choice(
  ['absolute', 'init'],
  'absolute',
  'what gammas are: absolute, or multiples of the standard deviation of the weights at initialisation',
  'absolute or init',
);

export function replicatesParameter(fallback: number) {
  return integer([2, 1e9], fallback, 'independent noise draws', { range: 'an integer from 2 to 1e9' });
}

export const learningRateParameter = described(z.union([z.literal('auto'), numeric(z.number().positive().max(1e6))]), {
  default: 'auto',
  description:
    'pre-training step of gradient descent; auto varies it below 1/(4 sigma_1) so that discretisation stays below the noise',
  unit: 'flow time per step',
  range: 'auto, or a number above 0 and up to 1e6',
  scale: 'log',
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
  return integer([1, 10_000], fallback, what);
}

export const warmupParameter = between(
  [0, 1],
  0.1,
  'share of the steps over which the schedules with a warm-up rise from 0',
  { scale: 'linear' },
);

/** A number of modes of one kind. */
export function modeCountParameter(fallback: number, what: string) {
  return integer([0, 10_000], fallback, what, { scale: 'linear' });
}

/** Length of pre-training that is followed by other stages. */
export function durationParameter(fallback: number) {
  return between([0, 1e5], fallback, 'gradient-flow time of pre-training', { unit: 'flow time' });
}

export function stageStepsParameter(fallback: number, what: string) {
  return integer([0, 1_000_000], fallback, what);
}

export function stageRateParameter(fallback: number, what: string) {
  const range = 'a number above 0, at most 1/(8 sigma) for the largest singular value';
  return positive(1e3, fallback, what, { unit: 'flow time per step', range });
}
