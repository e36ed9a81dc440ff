import { modeColumn, sigmaColumn, timeColumn } from '../scenario/shared-columns.js';
import type { Column } from '../scenario/table.js';

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
  'exact recurrence of gradient descent (T4, T5) from the checkpoint of the flow, or with finetuning=flow the closed form of gradient flow from there; null where descent diverged';
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

/** The columns of the table `task`, after those that tell tasks apart: what the new task is, in numbers, whatever form it was given in. */
export const taskColumns: readonly Column[] = [
  modeColumn,
  sigmaColumn,
  {
    name: 'sigma_ft',
    unit: '1',
    description:
      'singular value of the fine-tuning task in this mode, before its singular vectors are turned',
  },
];

const NO_TURN = 'null where that is the last time, or where the curve then rises by no more than rounding';

/** Inflections of fine-tuning, which have more reasons to be missing than those of noise. */
export const turnTheoryColumn: Column = {
  name: 'time_theory',
  unit: 'flow time',
  description: `time on the grid at which the theoretical curve is least, checkpoints from which descent diverged passed over; ${NO_TURN}`,
};

export const turnSimColumn: Column = {
  name: 'time_sim',
  unit: 'flow time',
  description: `time on the grid at which the simulated curve is least; ${NO_TURN}, where pre-training or a network of the curve diverged, or where nothing was simulated`,
};

export const overshootColumn: Column = {
  name: 'overshoot',
  unit: '1',
  description: 'factor sigma_ft / sigma of the modes that the fine-tuning task changes',
};

export const angleColumn: Column = {
  name: 'angle',
  unit: 'degrees',
  description: 'turn of the singular vectors of the fine-tuning task in the planes of modes (1,2), (3,4), …',
};

/** How much longer pre-training hurts, along one curve. */
export const riseColumn = (name: string, curve: string) => ({
  name,
  unit: 'loss',
  description: `${curve} pre-training loss after fine-tuning at the last checkpoint minus its least value over the checkpoints`,
});
