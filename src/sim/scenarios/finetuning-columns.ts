import type { Column } from '../table.js';
import { timeColumn } from './shared-columns.js';

/*
 * Columns of fine-tuning that mean the same in every scenario, each described once.
 */

const lossColumn = (name: string, description: string): Column => ({ name, unit: 'loss', description });

export const learningRateColumn: Column = {
  name: 'learning_rate',
  unit: 'flow time per step',
  description: 'learning rate of fine-tuning',
};

export const lambdaColumn: Column = {
  name: 'lambda',
  unit: '1',
  description: 'pull toward the anchor: fine-tuning descends on L_ft + lambda ||W - anchor||^2',
};

export const learnedColumn: Column = {
  name: 'learned',
  unit: '1',
  description: 'modes of the checkpoint above half of their sigma',
};

export const lossPreBeforeColumn = lossColumn(
  'loss_pre_before',
  'pre-training loss of the checkpoint, before fine-tuning',
);

const OF_THEORY =
  'exact recurrence of gradient descent (T4, T5) from the checkpoint of the flow; null where it diverged';
const OF_SIMULATION = 'of the simulated network; null where it diverged or nothing was simulated';

export const lossPreTheoryColumn = lossColumn(
  'loss_pre_theory',
  `pre-training loss after fine-tuning: ${OF_THEORY}`,
);
export const lossPreSimColumn = lossColumn(
  'loss_pre_sim',
  `pre-training loss after fine-tuning ${OF_SIMULATION}`,
);
export const lossFtTheoryColumn = lossColumn(
  'loss_ft_theory',
  `fine-tuning loss, without the pull: ${OF_THEORY}`,
);
export const lossFtSimColumn = lossColumn(
  'loss_ft_sim',
  `fine-tuning loss, without the pull, ${OF_SIMULATION}`,
);
export const forgettingTheoryColumn = lossColumn(
  'forgetting_theory',
  `pre-training loss after fine-tuning minus before: ${OF_THEORY}`,
);
export const forgettingSimColumn = lossColumn(
  'forgetting_sim',
  `pre-training loss after fine-tuning minus before, ${OF_SIMULATION}`,
);

/** The columns of a curve of checkpoints, after those that tell curves apart. */
export const checkpointColumns: readonly Column[] = [
  timeColumn,
  learnedColumn,
  lossPreBeforeColumn,
  lossPreTheoryColumn,
  lossPreSimColumn,
  lossFtTheoryColumn,
  lossFtSimColumn,
  forgettingTheoryColumn,
  forgettingSimColumn,
];

/** The columns of the table `accuracy`, after those that tell curves apart. */
export const accuracyColumns: readonly Column[] = [
  timeColumn,
  lossColumn(
    'loss_pre_bias',
    'part of loss_pre_sim - loss_pre_theory that pre-training by descent makes: exact recurrence from the trained checkpoint minus theory; 0 for pretraining=flow',
  ),
  lossColumn('loss_pre_rounding', 'bound on what floating point adds to loss_pre_sim and to forgetting_sim'),
  lossColumn('loss_ft_bias', 'the same part of loss_ft_sim - loss_ft_theory'),
  lossColumn('loss_ft_rounding', 'bound on what floating point adds to loss_ft_sim'),
];
