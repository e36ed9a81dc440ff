import { z } from 'zod';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { parseSpectrum } from '../../../theory/spectrum.js';
import { learningRatesParameter } from '../../finetuning/finetuning-parameters.js';
import { requireMemory } from '../../scenario/memory.js';
import { between, described, increasing, integer, numericList, positive } from '../../scenario/parameter.js';
import type { ParametersPlan, Resolved, Scenario } from '../../scenario/scenario.js';
import * as shared from '../../scenario/shared.js';
import { declaring } from '../../scenario/table.js';
import { requireFewSteps, requireSmallSteps } from '../../training/stages.js';
import { outOfFloat32 } from '../../training/training-plan.js';
import { type ReplaySummary, replayFigures, replayTables, summaryOf } from './columns.js';
import { blockTasks, type ReplayPoint, replayPoints, replaySettings } from './replay-runs.js';
import { checkForgettingFloor, replayVerdict } from './verdict.js';

/** Doubles that one network takes for each of its weights and targets while it is trained. */
const COPIES = 8;

/** Steps of one call for which second moments of the inputs are held. */
const HELD_STEPS = 64;

const schema = z.object({
  dim: shared.shapeParameters(10).dim,
  block: integer([1, 1000], 8, 'inputs of each of the two tasks'),
  features: shared.modeCountParameter(6, 'singular values of the old task that are not zero'),
  spectrum: shared.spectrumParameter('power:0.5'),
  newSpectrum: described(numericList(z.array(z.number().positive().max(1e3)).min(1).max(1000)), {
    default: '1,0.8',
    description: 'singular values of the new task',
    unit: '1',
    range: 'a list of numbers above 0 and up to 1000',
    scale: 'linear',
  }),
  tau: shared.tauParameter(8),
  times: shared.timesParameter('1,2,4,6,8,10,12,16,24,40'),
  time: shared.durationParameter(40),
  widths: described(numericList(z.array(z.number().int().min(1).max(1000)).min(1).refine(increasing)), {
    default: '6,7,8,9,10,12',
    description: 'hidden widths to compare',
    unit: '1',
    range: 'an increasing list of integers from 1 to 1000',
    scale: 'log',
  }),
  hidden: integer([1, 1000], 7, 'hidden width used while something else varies'),
  learningRates: learningRatesParameter([0.0025, 0.005, 0.01, 0.02, 0.04]),
  learningRate: shared.stageRateParameter(0.02, 'learning rate of fine-tuning where something else is varied'),
  replays: described(numericList(z.array(z.number().min(0).max(100)).min(1).refine(increasing)), {
    default: '0,0.015625,0.0625,0.25,1',
    description: 'weights of replay, or of the pull, relative to the new task',
    unit: '1',
    range: 'an increasing list of numbers from 0 to 100',
    scale: 'log',
  }),
  replay: between([0, 100], 0.25, 'weight of replay, or of the pull, while something else varies'),
  pretrainingRate: shared.stageRateParameter(0.02, 'learning rate of pre-training'),
  goal: between([0, 1], 0.05, 'loss on the new task at which fine-tuning stops, as a fraction of its squared norm'),
  patience: positive(1e5, 60, 'flow time after which fine-tuning that has not reached the goal is abandoned', {
    unit: 'flow time',
  }),
  trainings: shared.trainingsParameter(4),
});

export type ReplayParameters = Resolved<typeof schema, { readonly spectrum: readonly number[] }>;

/** Forgetting in a network that is nearly full, and what replay does about it. */
export const replay: Scenario<ReplayParameters, ParametersPlan<ReplayParameters>, typeof schema> = {
  id: 'replay',
  title: 'Forgetting at a fixed loss on the new task: capacity, length, rate and replay',
  summary:
    'Where hidden units are free, a new task costs the old one little; where they are not, something must be lost, and replay only limits how much.',
  source: 'arXiv 2605.26097; claims T5, T7, T7-forgetting',
  group: 'citing papers',
  paper: {
    id: 'arXiv 2605.26097',
    title: 'Forgetting in Language Models: Capacity, Optimization, and Self-Generated Replay',
    claim:
      'Forgetting rises with pre-training, falls with size and with replay, and is level at small rates; self-generated replay nearly eliminates it except near saturation.',
  },
  claims: ['T7-forgetting'],
  engines: ['matrix'],
  schema,
  ...declaring(...Object.values(replayTables)),
  figures: replayFigures,
  resolve(parsed) {
    const raw = parsed;
    const { dim, block, features, newSpectrum, widths, hidden } = raw;
    const room = Math.min(block, dim - newSpectrum.length);
    if (features < 1 || features > room) {
      throw new InvalidInputError(
        'features',
        features,
        `an integer from 1 to ${room}, the smaller of block and of dim less the values of newSpectrum`,
      );
    }
    if (newSpectrum.length > block) {
      throw new InvalidInputError('newSpectrum', newSpectrum, `at most ${block} values, the size of block`);
    }
    const spectrum = [...parseSpectrum(raw.spectrum, features)];
    const parameters = { ...raw, spectrum };
    const settings = replaySettings(parameters);
    const widest = Math.max(hidden, widths.at(-1)!);
    const perNetwork = COPIES * (dim + 2 * block) * (widest + dim) + HELD_STEPS * (2 * block) ** 2;
    requireMemory('dim,block,widths', `${dim},${block},${widest}`, 8 * settings.length * raw.trainings * perNetwork);
    const largest = Math.max(spectrum[0]!, ...newSpectrum);
    const heaviest = 1 + Math.max(raw.replay, ...raw.replays);
    requireSmallSteps('pretrainingRate', raw.pretrainingRate, largest);
    requireFewSteps('times', Math.max(raw.time, ...raw.times), raw.pretrainingRate);
    for (const rate of [raw.learningRate, ...raw.learningRates]) {
      if (!(rate > 0)) throw new InvalidInputError('learningRates', rate, 'numbers above 0');
      requireSmallSteps(rate === raw.learningRate ? 'learningRate' : 'learningRates', rate, largest * heaviest);
    }
    return parameters;
  },
  plan(parameters) {
    const { spectrum, newSpectrum, tau } = parameters;
    const largest = Math.max(spectrum[0]!, ...newSpectrum);
    const float64Reason = outOfFloat32(largest, Math.exp(-tau), 'initial factors');
    return { engine: 'matrix', backend: { float64Reason }, parameters };
  },
  async *run({ parameters }, context) {
    const { dim, block, spectrum, newSpectrum, widths, hidden } = parameters;
    const { seed } = context;
    const backend = context.backend!;
    const tasks = blockTasks(dim, block, spectrum, newSpectrum, seed);
    const settings = replaySettings(parameters);
    const squaredNorm = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);
    const training = { ...parameters, seed, goal: parameters.goal * squaredNorm(newSpectrum) };
    const found: ReplayPoint[] = [];
    const summaries: ReplaySummary[] = [];
    for await (const points of replayPoints(backend, tasks, settings, training)) {
      for (const point of points) {
        const summary = summaryOf(point);
        found.push(point);
        summaries.push(summary);
        yield replayTables[point.setting.sweep].rows([summary]);
      }
      yield { kind: 'progress', done: found.length, total: settings.length, label: 'settings' };
    }
    const missed = summaries.filter(({ reached, point }) => reached < point.outcomes.length).length;
    if (missed > 0) {
      const text = `at ${missed} of ${settings.length} settings a training did not reach the loss on the new task; its losses are those at the end`;
      yield { kind: 'warning', text };
    }
    const norm = squaredNorm(spectrum) + squaredNorm(newSpectrum);
    yield { kind: 'check', check: checkForgettingFloor(found, norm) };
    yield { kind: 'verdict', verdict: replayVerdict(summaries, hidden, widths.at(-1)!) };
  },
};
