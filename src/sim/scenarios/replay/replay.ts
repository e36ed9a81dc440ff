import { z } from 'zod';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { parseSpectrum } from '../../../theory/spectrum.js';
import { learningRatesParameter } from '../../finetuning/finetuning-parameters.js';
import { requireMemory } from '../../scenario/memory.js';
import type { ParametersPlan, Scenario } from '../../scenario/scenario.js';
import { shapeParameters, spectrumParameter, tauParameter, timesParameter } from '../../scenario/shared.js';
import { requireSmallSteps } from '../../training/stages.js';
import { outOfFloat32 } from '../../training/training-plan.js';
import {
  durationParameter,
  modeCountParameter,
  stageRateParameter,
} from '../early-exposure/early-exposure-parameters.js';
import { trainingsParameter } from '../schedules/schedules-parameters.js';
import { type ReplaySummary, replayFigures, replayRow, replayTables, summaryOf } from './columns.js';
import {
  blockParameter,
  goalParameter,
  hiddenParameter,
  newSpectrumParameter,
  patienceParameter,
  replayParameter,
  replaysParameter,
  widthsParameter,
} from './replay-parameters.js';
import {
  blockTasks,
  type ReplayGrid,
  type ReplayPoint,
  replayPoints,
  replaySettings,
  type Sweep,
} from './replay-runs.js';
import { checkForgettingFloor, replayVerdict } from './verdict.js';

export interface ReplayParameters extends ReplayGrid {
  readonly features: number;
  /** Rows of both tasks. */
  readonly dim: number;
  readonly block: number;
  readonly spectrum: readonly number[];
  readonly newSpectrum: readonly number[];
  readonly tau: number;
  readonly pretrainingRate: number;
  readonly goal: number;
  readonly patience: number;
  readonly trainings: number;
}

const TABLE_OF: Readonly<Record<Sweep, string>> = {
  'pre-training': 'pretraining',
  width: 'width',
  rate: 'rate',
  replay: 'replay',
};

/** Doubles that one network takes for each of its weights and targets while it is trained. */
const COPIES = 8;

/** Steps of one call for which second moments of the inputs are held. */
const HELD_STEPS = 64;

const schema = z.object({
  dim: shapeParameters(10).dim,
  block: blockParameter,
  features: modeCountParameter(6, 'singular values of the old task that are not zero'),
  spectrum: spectrumParameter('power:0.5'),
  newSpectrum: newSpectrumParameter('1,0.8'),
  tau: tauParameter(8),
  times: timesParameter('1,2,4,6,8,10,12,16,24,40'),
  time: durationParameter(40),
  widths: widthsParameter('6,7,8,9,10,12'),
  hidden: hiddenParameter(7),
  learningRates: learningRatesParameter([0.0025, 0.005, 0.01, 0.02, 0.04]),
  learningRate: stageRateParameter(0.02, 'learning rate of fine-tuning where something else is varied'),
  replays: replaysParameter('0,0.015625,0.0625,0.25,1'),
  replay: replayParameter(0.25),
  pretrainingRate: stageRateParameter(0.02, 'learning rate of pre-training'),
  goal: goalParameter(0.05),
  patience: patienceParameter(60),
  trainings: trainingsParameter(4),
});

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
  tables: replayTables,
  rowOrder: { pretraining: ['hidden', 'time'], width: ['hidden'], rate: ['learning_rate'], replay: ['replay'] },
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
        yield { kind: 'rows', table: TABLE_OF[point.setting.sweep], rows: [replayRow(summary)] };
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
