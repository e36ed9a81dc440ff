import { modeColumn } from '../../scenario/shared-columns.js';
import type { Column } from '../../scenario/table.js';

const loss = (name: string, description: string): Column => ({ name, unit: 'loss', description });

const mixColumn: Column = {
  name: 'mix',
  unit: '1',
  description: 'share of post-training data in pre-training',
};

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
    loss(
      'loss_immediate_bias',
      'part of sim - theory that pre-training by descent makes, of the loss before',
    ),
    loss('loss_immediate_rounding', 'bound on what floating point adds to it'),
    loss('loss_retained_bias', 'the same part of the loss after fine-tuning'),
    loss('loss_retained_rounding', 'bound on what floating point adds to it'),
  ],
};
