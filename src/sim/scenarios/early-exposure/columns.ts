import { retainedRise } from '../../../theory/exposure.js';
import { inLoss, modeColumn, pure, table } from '../../scenario/table.js';
import type { EarlyExposureParameters } from './early-exposure.js';
import { coveredLossRounding, type ExposedMode } from './exposed-modes.js';
import { type ExposedRun, lossesOf, matchedTheory, type StageLosses } from './exposed-runs.js';

/** Figure 3a of arXiv 2605.12705, read from its vector marks: losses of language models, of which only the order can be compared. */
export const PUBLISHED = {
  mixes: [0, 0.25, 0.5, 0.75, 1],
  sizes: [
    {
      size: '30M',
      retained: [2.1751, 2.0884, 2.0757, 2.0763, 2.0803],
      immediate: [1.7878, 1.7769, 1.7777, 1.7756, 1.7646],
    },
    {
      size: '150M',
      retained: [1.8804, 1.8238, 1.8196, 1.7941, 1.7672],
      immediate: [1.5065, 1.5081, 1.5074, 1.5125, 1.5052],
    },
    {
      size: '300M',
      retained: [1.8071, 1.7458, 1.7193, 1.6959, 1.6824],
      immediate: [1.4046, 1.4065, 1.4023, 1.4055, 1.4024],
    },
  ],
} as const;

const mixColumn = pure<{ readonly mix: number }>('share of post-training data in pre-training', ({ mix }) => mix);

const lead = {
  post_training: pure<{ readonly postTraining: string }>(
    'fixed: the same number of steps for every network; matched: until the loss that the network of the smallest share has after those',
    ({ postTraining }) => postTraining,
  ),
  mix: mixColumn,
};

const OF_THEORY = 'gradient flow in pre-training (T0-exposure), then the exact recurrence';
const OF_SIMULATION = 'simulated, all stages by gradient descent; null where nothing was simulated';

const predicted = ({ modes, theory }: ExposedRun) => lossesOf(modes, theory);
const seen = ({ modes, simulated }: ExposedRun) => simulated && lossesOf(modes, simulated);
const forgetting = ({ retained, immediate }: StageLosses) => retained - immediate;

export const curve = table<ExposedRun>('curve', {
  ...lead,
  post_steps: pure('steps of post-training', ({ postSteps }) => postSteps),
  loss_immediate_theory: inLoss(
    `post-training loss before fine-tuning: ${OF_THEORY}`,
    (run) => predicted(run).immediate,
  ),
  loss_immediate_sim: inLoss(`the same, ${OF_SIMULATION}`, (run) => seen(run)?.immediate),
  loss_retained_theory: inLoss(`post-training loss after fine-tuning: ${OF_THEORY}`, (run) => predicted(run).retained),
  loss_retained_sim: inLoss(`the same, ${OF_SIMULATION}`, (run) => seen(run)?.retained),
  forgetting_theory: inLoss(`post-training loss after fine-tuning minus before: ${OF_THEORY}`, (run) =>
    forgetting(predicted(run)),
  ),
  forgetting_sim: inLoss(`the same, ${OF_SIMULATION}`, ({ simulated, measured }) => simulated && forgetting(measured)),
  forgetting_converged: inLoss('the same for fine-tuning to convergence (T4-exposure)', ({ modes, theory }) =>
    retainedRise(modes.map((mode, at) => ({ ...mode, start: theory.postTrained[at]! }))),
  ),
});

export const modeTable = table<ExposedRun & { readonly mode: number }>('modes', {
  mix: mixColumn,
  mode: modeColumn,
  kind: pure('shared, specialised or inconsistent', (run) => run.modes[run.mode - 1]!.kind),
  singular_value_theory: pure(
    'singular value after pre-training, closed form of the flow (T0-exposure)',
    ({ theory, mode }) => theory.pretrained[mode - 1],
  ),
  singular_value_sim: pure(
    'the same for the simulated network',
    ({ simulated, mode }) => simulated?.pretrained[mode - 1],
  ),
});

export const thresholdTable = table<{ readonly mixTheory: number | null; readonly mixSim: number | undefined }>(
  'threshold',
  {
    mix_theory: pure(
      'share from which the specialised modes are half learned in pre-training (T0-exposure); null where there are none, or none is enough',
      ({ mixTheory }) => mixTheory,
    ),
    mix_sim: pure(
      'first share of the grid at which the simulated network has half learned them',
      ({ mixSim }) => mixSim,
    ),
  },
);

interface PublishedPoint {
  readonly size: string;
  readonly mix: number;
  readonly published: StageLosses;
  readonly here: StageLosses;
}

export const published = table<PublishedPoint>('published', {
  size: pure('parameters of the published language model', ({ size }) => size),
  mix: mixColumn,
  loss_retained_published: inLoss(
    'published loss after fine-tuning; only its order is comparable',
    (point) => point.published.retained,
  ),
  loss_immediate_published: inLoss('published loss before fine-tuning', (point) => point.published.immediate),
  loss_retained_theory: inLoss(
    'the linear model at the same share, post-training matched',
    ({ here }) => here.retained,
  ),
  loss_immediate_theory: inLoss('the linear model before fine-tuning', ({ here }) => here.immediate),
});

/** What was published, beside the linear model. */
export function publishedPoints(exposed: readonly ExposedMode[], stages: EarlyExposureParameters): PublishedPoint[] {
  const here = PUBLISHED.mixes.map((mix) => matchedTheory(exposed, mix, stages));
  return PUBLISHED.sizes.flatMap(({ size, retained, immediate }) =>
    PUBLISHED.mixes.map((mix, at) => {
      const published = { retained: retained[at]!, immediate: immediate[at]! };
      return { size, mix, published, here: here[at]! };
    }),
  );
}

/** A simulated network, and the bound on the relative rounding of its singular values. */
type RoundedRun = ExposedRun & { readonly rounding: number };

const exact = ({ modes: exposed, expected }: RoundedRun) => lossesOf(exposed, expected);
const rounded = ({ modes: exposed, rounding }: RoundedRun, values: Float64Array) =>
  coveredLossRounding(
    exposed.map(({ postTraining }) => postTraining),
    values,
    rounding,
  );

export const accuracy = table<RoundedRun>('accuracy', {
  ...lead,
  loss_immediate_bias: inLoss(
    'part of sim - theory, for the loss before fine-tuning, that is due to pre-training by descent',
    (run) => exact(run).immediate - predicted(run).immediate,
  ),
  loss_immediate_rounding: inLoss('bound on what floating point adds to it', (run) =>
    rounded(run, run.expected.postTrained),
  ),
  loss_retained_bias: inLoss(
    'the same part of the loss after fine-tuning',
    (run) => exact(run).retained - predicted(run).retained,
  ),
  loss_retained_rounding: inLoss('bound on what floating point adds to it', (run) =>
    rounded(run, run.expected.fineTuned),
  ),
});
