import { z } from 'zod';
import { described, distinct, increasing, numeric, numericList, readTimes } from './parameter.js';

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
  return described(numeric(z.number().min(0).max(300)), {
    default: String(fallback),
    description: 'initialisation: both layers start with factors e^-tau, every mode at e^(-2 tau)',
    unit: '1',
    range: 'a number from 0 to 300',
    scale: 'linear',
  });
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

export const noiseParameter = described(z.enum(['absolute', 'init']), {
  default: 'absolute',
  description: 'what gammas are: absolute, or multiples of the standard deviation of the weights at initialisation',
  unit: '1',
  range: 'absolute or init',
  choices: ['absolute', 'init'],
});

export function replicatesParameter(fallback: number) {
  return described(numeric(z.number().int().min(2).max(1e9)), {
    default: String(fallback),
    description: 'independent noise draws',
    unit: '1',
    range: 'an integer from 2 to 1e9',
    scale: 'log',
  });
}

export const learningRateParameter = described(z.union([z.literal('auto'), numeric(z.number().positive().max(1e6))]), {
  default: 'auto',
  description:
    'pre-training step of gradient descent; auto varies it below 1/(4 sigma_1) so that discretisation stays below the noise',
  unit: 'flow time per step',
  range: 'auto, or a number above 0 and up to 1e6',
  scale: 'log',
});
