import { z } from 'zod';
import { parseFineTuningTarget, type Spectrum } from '../../theory/spectrum.js';
import { uniformSource } from '../backends/random.js';
import { described, distinct, increasing, numeric, numericList, readTimes } from '../scenario/parameter.js';

/** The singular values of a task, or `shuffle` for a permutation of those of pre-training that the seed decides. */
export type Target = readonly number[] | 'shuffle';

/**
 * Reads a target as far as that is possible without a seed.
 *
 * @param input text form or values, see `parseFineTuningTarget`
 * @throws InvalidInputError (option `target`) for what it does not take
 */
export function resolveTarget(input: string | readonly number[], spectrum: Spectrum): Target {
  if (typeof input === 'string' && input.trim() === 'shuffle') return 'shuffle';
  return parseFineTuningTarget(input, spectrum, () => 0);
}

/** The singular values of a task in the order of the modes of pre-training. */
export function targetValues(target: Target, spectrum: Spectrum, seed: number): readonly number[] {
  return parseFineTuningTarget(target, spectrum, uniformSource(seed, 'shuffle', 0));
}

/*
 * Parameters of fine-tuning, each defined once.
 */

const MOST_STEPS = 10_000_000;
const MOST_MODES = 2 ** 20;
const LARGEST_RATE = 1e6;
const LARGEST_PULL = 1e6;

const rate = () => z.number().min(0).max(LARGEST_RATE);
const pull = () => z.number().min(0).max(LARGEST_PULL);
const text = () => z.string().min(1).max(1_000_000);

/** Singular values of the new task; `parseFineTuningTarget` reads its text forms. */
export function targetParameter(fallback: string) {
  const schema = z.union([text(), z.number().transform((value) => [value]), z.array(z.number())]);
  return described(schema, {
    default: fallback,
    description:
      'singular values of the fine-tuning task, in the order of the modes of pre-training; shuffle permutes them by the seed',
    unit: '1',
    range:
      'scale:FACTOR, overshoot:MODE:FACTOR (modes after MODE times FACTOR), erase:MODE (modes after MODE to 0), shuffle, or a list such as 3,1,0.5',
  });
}

export const angleParameter = described(numeric(z.number().min(0).max(180)), {
  default: '0',
  description:
    'rotates the singular vectors of the fine-tuning task in the planes of modes (1,2), (3,4), …; at 0 and 180 they are shared, at 90 each pair has swapped its values',
  unit: 'degrees',
  range: 'a number from 0 to 180',
  scale: 'linear',
});

export function learningRatesParameter(fallback: readonly number[]) {
  return described(numericList(z.array(rate()).min(1).max(1000).refine(distinct)), {
    default: fallback.join(','),
    description: 'learning rates of fine-tuning, one curve each',
    unit: 'flow time per step',
    range: `a list of distinct numbers from 0 to ${LARGEST_RATE}`,
    scale: 'log',
  });
}

/** A list of one, where a scenario varies something else. */
export function oneLearningRateParameter(fallback: number) {
  return described(numericList(z.array(rate()).length(1)), {
    default: String(fallback),
    description: 'learning rate of fine-tuning',
    unit: 'flow time per step',
    range: `one number from 0 to ${LARGEST_RATE}`,
    scale: 'log',
  });
}

/** An increasing list, by default the one of a text that stays in sight. */
function gridParameter(
  fallback: string,
  numbers: z.ZodNumber,
  fewest: number,
  { description, ...texts }: Omit<Parameters<typeof described>[1], 'default'>,
) {
  const list = z.array(numbers).min(fewest).max(1000).refine(increasing);
  const schema = z.preprocess((value) => readTimes(value ?? fallback), list);
  return described(schema, { ...texts, description: `${description}; default: ${fallback}` });
}

/** Learning rates among which the best is looked for. */
export function searchedRatesParameter(fallback: string) {
  return gridParameter(fallback, z.number().positive().max(LARGEST_RATE), 2, {
    description: 'grid of learning rates on which the best for the new task is searched for, before refinement',
    unit: 'flow time per step',
    range: `log:FROM:TO:COUNT, linear:FROM:TO:COUNT, or an increasing list of at least two numbers above 0 and up to ${LARGEST_RATE}`,
    scale: 'log',
  });
}

export function stepsParameter(fallback: number) {
  return described(numeric(z.number().int().min(0).max(MOST_STEPS)), {
    default: String(fallback),
    description: 'gradient-descent steps of fine-tuning; with 0 the result is the checkpoint',
    unit: '1',
    range: `an integer from 0 to ${MOST_STEPS}`,
    scale: 'log',
  });
}

export function lambdaParameter(fallback: number) {
  return described(numeric(pull()), {
    default: String(fallback),
    description: 'pull toward the anchor: fine-tuning descends on L_ft + lambda ||W - anchor||^2',
    unit: '1',
    range: `a number from 0 to ${LARGEST_PULL}`,
    scale: 'linear',
  });
}

export function lambdasParameter(fallback: readonly number[]) {
  return described(numericList(z.array(pull()).min(1).max(1000).refine(distinct)), {
    default: fallback.join(','),
    description: 'pulls toward the anchor, one curve each: fine-tuning descends on L_ft + lambda ||W - anchor||^2',
    unit: '1',
    range: `a list of distinct numbers from 0 to ${LARGEST_PULL}`,
    scale: 'linear',
  });
}

/** One of two words, by default the first. */
function choiceParameter<const Choice extends string>(choices: readonly [Choice, Choice], description: string) {
  const range = choices.join(' or ');
  return described(z.enum(choices), { default: choices[0], description, unit: '1', range, choices });
}

export const anchorParameter = choiceParameter(
  ['checkpoint', 'pretraining'],
  'what lambda pulls toward: the checkpoint, or the pre-training task, which amounts to replaying its data with weight lambda',
);

export const pretrainingParameter = choiceParameter(
  ['flow', 'descent'],
  'where checkpoints come from: the closed form of gradient flow, or simulated gradient descent with learningRate, whose bias is in the accuracy table',
);

export const methodParameter = choiceParameter(
  ['descent', 'flow'],
  'how fine-tuning runs: steps of gradient descent, or gradient flow for the same time (steps times rate), which only the exact engine covers',
);

/** Factors of the modes that the task overshoots, one row of a map each. */
export function overshootsParameter(fallback: string) {
  return gridParameter(fallback, z.number().min(0).max(1e6), 1, {
    description: 'factors by which the fine-tuning task multiplies the singular values it changes',
    unit: '1',
    range: 'linear:FROM:TO:COUNT, log:FROM:TO:COUNT, or an increasing list of numbers from 0 to 1e6',
    scale: 'linear',
  });
}

/** Angles of the task, one column of a map each. */
export function anglesParameter(fallback: string) {
  return gridParameter(fallback, z.number().min(0).max(180), 1, {
    description:
      'angles by which the fine-tuning task rotates the singular vectors in the planes of modes (1,2), (3,4), …',
    unit: 'degrees',
    range: 'linear:FROM:TO:COUNT, or an increasing list of numbers from 0 to 180',
    scale: 'linear',
  });
}

export function unchangedParameter(fallback: number) {
  return described(numeric(z.number().int().min(0).max(MOST_MODES)), {
    default: String(fallback),
    description: 'number of leading modes whose singular values the fine-tuning task keeps; the others are multiplied',
    unit: '1',
    range: 'an integer from 0 to the number of singular values',
    scale: 'linear',
  });
}
