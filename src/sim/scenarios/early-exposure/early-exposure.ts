import { z } from 'zod';
import { exposureThreshold } from '../../../theory/exposure.js';
import { figureOf, linear } from '../../scenario/figure.js';
import { requireTableMemory } from '../../scenario/memory.js';
import { between, described, increasing, readTimes } from '../../scenario/parameter.js';
import type { Scenario } from '../../scenario/scenario.js';
import * as shared from '../../scenario/shared.js';
import { declaring } from '../../scenario/table.js';
import { planStages, requireFewSteps, requireSmallSteps, type StagesPlan } from '../../training/stages.js';
import { type ComparedModes, checkModeStages } from '../../training/training-checks.js';
import { accuracy, curve, modeTable, published, publishedPoints, thresholdTable } from './columns.js';
import { exposedModes } from './exposed-modes.js';
import { type ExposedRun, exposedRuns, pretrainingSteps } from './exposed-runs.js';
import { checkRetainedRise, exposureVerdict } from './verdict.js';

interface ExposurePlan extends StagesPlan {
  readonly parameters: EarlyExposureParameters;
  readonly modes: ReturnType<typeof exposedModes>;
}

const MIXES = 'linear:0:1:41';

/** A singular value, or a factor of one. */
const factor = (fallback: number, what: string) => between([0, 1000], fallback, what, { scale: 'linear' });

const schema = z.object({
  dim: shared.shapeParameters(8).dim,
  spectrum: shared.spectrumParameter('linear'),
  specialised: shared.modeCountParameter(4, 'modes that only post-training data show'),
  strength: factor(1, 'singular value of the specialised modes in the post-training task'),
  inconsistent: shared.modeCountParameter(
    4,
    'modes for which pre-training, post-training and fine-tuning ask different values',
  ),
  level: factor(1, 'singular value of the inconsistent modes in the pre-training task'),
  overshoot: factor(2, 'factor of the inconsistent modes in the post-training task'),
  returns: factor(1, 'factor of the inconsistent modes in the fine-tuning task'),
  tau: shared.tauParameter(5),
  time: shared.durationParameter(30),
  mixes: described(
    z.preprocess(
      (value) => readTimes(value ?? MIXES),
      z.array(z.number().min(0).max(1)).min(1).max(1000).refine(increasing),
    ),
    {
      description: `shares of post-training data in pre-training; default: ${MIXES}`,
      unit: '1',
      range: 'linear:FROM:TO:COUNT, log:FROM:TO:COUNT, or an increasing list of numbers from 0 to 1',
      scale: 'linear',
    },
  ),
  pretrainingRate: shared.stageRateParameter(0.01, 'learning rate of pre-training'),
  learningRate: shared.stageRateParameter(0.01, 'learning rate of post-training and fine-tuning'),
  postSteps: shared.stageStepsParameter(100, 'steps of post-training, for the network of the smallest share'),
  steps: shared.stageStepsParameter(200, 'steps of fine-tuning'),
});

export type EarlyExposureParameters = Readonly<z.output<typeof schema>>;

/** Post-training data mixed into pre-training: does what they teach survive fine-tuning on something else? */
export const earlyExposure: Scenario<EarlyExposureParameters, ExposurePlan, typeof schema> = {
  id: 'early-exposure',
  title: 'Early exposure to post-training data',
  summary:
    'Mixed into pre-training above a threshold, post-training data teach specialised modes that later fine-tuning does not touch.',
  source: 'arXiv 2605.12705, figure 3a; claims T0-exposure, T4-exposure',
  group: 'citing papers',
  paper: {
    id: 'arXiv 2605.12705',
    title: 'Early Data Exposure Improves Robustness to Subsequent Fine-Tuning',
    claim:
      'Post-training data mixed into pre-training lower the loss that is retained after later fine-tuning, at the same immediate loss.',
  },
  claims: ['T0-exposure', 'T4-exposure', 'T0-descent'],
  engines: ['modes', 'exact'],
  schema,
  presets: { 'long-post-training': { postSteps: '500' }, 'new-target': { returns: '3' } },
  ...declaring(curve, modeTable, thresholdTable, published, accuracy),
  figures: [
    overMix('retained', 'Post-training loss after fine-tuning', linear('loss_retained', 'retained loss')),
    overMix('immediate', 'Post-training loss before fine-tuning', linear('loss_immediate', 'immediate loss')),
  ],
  resolve(parsed) {
    const { mixes, dim, specialised, inconsistent, time, pretrainingRate, learningRate } = parsed;
    const count = dim + specialised + inconsistent;
    requireTableMemory('mixes', `${mixes.length} shares`, mixes.length * (5 * count + 32));
    const largest = largestValue(parsed);
    requireSmallSteps('pretrainingRate', pretrainingRate, largest);
    requireSmallSteps('learningRate', learningRate, largest);
    requireFewSteps('time', time, pretrainingRate);
    return parsed;
  },
  plan(parameters, request) {
    const modes = exposedModes(parameters);
    const steps = pretrainingSteps(parameters) + parameters.postSteps + parameters.steps;
    const demands = { largest: largestValue(parameters), smallest: Math.exp(-parameters.tau), steps };
    return { ...planStages(demands, earlyExposure.engines, request), parameters, modes };
  },
  async *run({ parameters, modes, ...plan }, context) {
    const { mixes, tau, time, specialised, strength } = parameters;
    const rounding = plan.rounding(context.backend);
    const runs: ExposedRun[] = [];
    for await (const run of exposedRuns(context.backend, modes, parameters)) {
      runs.push(run);
      yield curve.rows([run]);
      if (run.postTraining === 'fixed') yield modeTable.rows(run.modes.map((_, mode) => ({ ...run, mode: mode + 1 })));
      if (run.simulated !== undefined) yield accuracy.rows([{ ...run, rounding }]);
      yield { kind: 'progress', done: runs.length, total: 2 * mixes.length, label: 'networks' };
    }
    const start = Math.exp(-2 * tau);
    const threshold = specialised === 0 ? Infinity : exposureThreshold({ sigma: strength, start }, 1, time);
    const learned = runs.find(({ simulated }) =>
      modes.every(({ kind }, mode) => kind !== 'specialised' || (simulated?.pretrained[mode] ?? 0) > strength / 2),
    );
    const mixSim = specialised === 0 ? undefined : learned?.mix;
    yield thresholdTable.rows([{ mixTheory: threshold <= 1 ? threshold : null, mixSim }]);
    yield published.rows(publishedPoints(modes, parameters));
    const compared = runs.flatMap(({ simulated, expected }): ComparedModes[] =>
      simulated === undefined ? [] : [{ simulated: simulated.fineTuned, exact: expected.fineTuned }],
    );
    yield { kind: 'check', check: checkModeStages(compared, rounding) };
    yield { kind: 'check', check: checkRetainedRise(runs, rounding) };
    const losses = (which: ExposedRun['postTraining']) =>
      runs.filter(({ postTraining }) => postTraining === which).map(({ mix, measured }) => ({ mix, ...measured }));
    yield { kind: 'verdict', verdict: exposureVerdict(losses('matched'), losses('fixed'), threshold) };
  },
};

function overMix(id: string, title: string, y: ReturnType<typeof linear>) {
  const x = linear('mix', 'share of post-training data in pre-training');
  return figureOf(curve, id, title, x, y, { series: 'post_training' });
}

function largestValue(parameters: EarlyExposureParameters): number {
  return exposedModes(parameters).reduce(
    (most, { pretraining, postTraining, fineTuning }) =>
      Math.max(most, pretraining.sigma, postTraining.sigma, fineTuning.sigma),
    1e-6,
  );
}
