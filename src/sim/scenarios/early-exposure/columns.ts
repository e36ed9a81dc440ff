import { retainedRise } from '../../../theory/exposure.js';
import { type Column, modeColumn, type Row } from '../../scenario/table.js';
import { coveredLossRounding, type ExposedMode } from './early-exposure-parameters.js';
import { type ExposedRun, type ExposureStages, lossesOf, matchedTheory } from './exposed-runs.js';

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

const loss = (name: string, description: string): Column => ({ name, unit: 'loss', description });

const mixColumn: Column = { name: 'mix', unit: '1', description: 'share of post-training data in pre-training' };

const postTrainingColumn: Column = {
  name: 'post_training',
  unit: '1',
  description:
    'fixed: the same number of steps for every network; matched: until the loss that the network of the smallest share has after those',
};

const OF_THEORY = 'gradient flow in pre-training (T0-exposure), then the exact recurrence';
const OF_SIMULATION = 'simulated, all stages by gradient descent; null where nothing was simulated';

/** Tables of `early-exposure`. */
export const earlyExposureTables: Readonly<Record<string, readonly Column[]>> = {
  curve: [
    postTrainingColumn,
    mixColumn,
    { name: 'post_steps', unit: '1', description: 'steps of post-training' },
    loss('loss_immediate_theory', `post-training loss before fine-tuning: ${OF_THEORY}`),
    loss('loss_immediate_sim', `the same, ${OF_SIMULATION}`),
    loss('loss_retained_theory', `post-training loss after fine-tuning: ${OF_THEORY}`),
    loss('loss_retained_sim', `the same, ${OF_SIMULATION}`),
    loss('forgetting_theory', `post-training loss after fine-tuning minus before: ${OF_THEORY}`),
    loss('forgetting_sim', `the same, ${OF_SIMULATION}`),
    loss('forgetting_converged', 'the same for fine-tuning to convergence (T4-exposure)'),
  ],
  modes: [
    mixColumn,
    modeColumn,
    { name: 'kind', unit: '1', description: 'shared, specialised or inconsistent' },
    {
      name: 'singular_value_theory',
      unit: '1',
      description: 'singular value after pre-training, closed form of the flow (T0-exposure)',
    },
    { name: 'singular_value_sim', unit: '1', description: 'the same of the simulated network' },
  ],
  threshold: [
    {
      name: 'mix_theory',
      unit: '1',
      description:
        'share from which the specialised modes are half learned in pre-training (T0-exposure); null where there are none, or none is enough',
    },
    {
      name: 'mix_sim',
      unit: '1',
      description: 'first share of the grid at which the simulated network has half learned them',
    },
  ],
  published: [
    { name: 'size', unit: '1', description: 'parameters of the published language model' },
    mixColumn,
    loss('loss_retained_published', 'published loss after fine-tuning, to compare orders only'),
    loss('loss_immediate_published', 'published loss before fine-tuning'),
    loss('loss_retained_theory', 'the linear model at the same share, post-training matched'),
    loss('loss_immediate_theory', 'the linear model before fine-tuning'),
  ],
  accuracy: [
    postTrainingColumn,
    mixColumn,
    loss('loss_immediate_bias', 'part of sim - theory that pre-training by descent makes, of the loss before'),
    loss('loss_immediate_rounding', 'bound on what floating point adds to it'),
    loss('loss_retained_bias', 'the same part of the loss after fine-tuning'),
    loss('loss_retained_rounding', 'bound on what floating point adds to it'),
  ],
};

/** A row of the table `curve`. */
export function curveRow({ modes, postTraining, mix, postSteps, theory, simulated }: ExposedRun): Row {
  const predicted = lossesOf(modes, theory);
  const measured = simulated && lossesOf(modes, simulated);
  const converged = retainedRise(modes.map((mode, at) => ({ ...mode, start: theory.postTrained[at]! })));
  return [
    postTraining,
    mix,
    postSteps,
    predicted.immediate,
    measured?.immediate ?? null,
    predicted.retained,
    measured?.retained ?? null,
    predicted.retained - predicted.immediate,
    measured === undefined ? null : measured.retained - measured.immediate,
    converged,
  ];
}

/** Rows of the table `modes`. */
export function modeRows({ modes, mix, theory, simulated }: ExposedRun): Row[] {
  return modes.map(({ kind }, mode) => [
    mix,
    mode + 1,
    kind,
    theory.pretrained[mode]!,
    simulated?.pretrained[mode] ?? null,
  ]);
}

/** A row of the table `accuracy`; undefined where nothing was simulated. */
export function accuracyRow(run: ExposedRun, rounding: number): Row | undefined {
  const { modes, postTraining, mix, theory, expected, simulated } = run;
  if (simulated === undefined) return undefined;
  const data = modes.map(({ postTraining: task }) => task);
  const [exact, flow] = [lossesOf(modes, expected), lossesOf(modes, theory)];
  return [
    postTraining,
    mix,
    exact.immediate - flow.immediate,
    coveredLossRounding(data, expected.postTrained, rounding),
    exact.retained - flow.retained,
    coveredLossRounding(data, expected.fineTuned, rounding),
  ];
}

/** Rows of the table `published`. */
export function publishedRows(modes: readonly ExposedMode[], stages: ExposureStages): Row[] {
  const here = PUBLISHED.mixes.map((mix) => matchedTheory(modes, mix, stages));
  return PUBLISHED.sizes.flatMap(({ size, retained, immediate }) =>
    PUBLISHED.mixes.map((mix, at) => [
      size,
      mix,
      retained[at]!,
      immediate[at]!,
      here[at]!.retained,
      here[at]!.immediate,
    ]),
  );
}
