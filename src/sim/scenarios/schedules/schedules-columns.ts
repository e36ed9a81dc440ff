import { type Column, lossColumn, perturbedLossColumn, sensitivityColumn } from '../../scenario/table.js';

/*
 * Columns of the scenario `schedules`.
 */

export const scheduleColumn: Column = {
  name: 'schedule',
  unit: '1',
  description: 'learning-rate schedule of pre-training',
};

/** For optimisers other than gradient descent the sum of rates is no flow time, but it is still what schedules share. */
export const summedTimeColumn: Column = {
  name: 'time',
  unit: 'flow time',
  description: 'sum of the learning rates so far: gradient-flow time for plain descent',
};

const peakColumn: Column = {
  name: 'learning_rate',
  unit: 'flow time per step',
  description: 'largest learning rate of the schedule',
};

export const courseColumns: readonly Column[] = [
  scheduleColumn,
  summedTimeColumn,
  { name: 'steps', unit: '1', description: 'steps of the optimizer made so far' },
  { name: 'learning_rate', unit: 'flow time per step', description: 'learning rate of the latest step' },
  lossColumn('_theory')('loss of gradient flow from the same start at this time; null where no closed form covers it'),
  lossColumn('_sim')('mean loss over the trainings'),
  lossColumn('_stderr')('standard error of loss_sim over the trainings; 0 for a single one'),
  sensitivityColumn('_theory')('expected rise of the loss of gradient flow under noise (T1)'),
  sensitivityColumn('_sim')('mean rise of the loss under noise over draws and trainings'),
  sensitivityColumn('_stderr')('standard error of sensitivity_sim'),
  perturbedLossColumn('_theory')('loss_theory + sensitivity_theory'),
  perturbedLossColumn('_sim')('loss_sim + sensitivity_sim'),
  perturbedLossColumn('_stderr')('standard error of perturbed_loss_sim'),
  {
    name: 'sharpness_theory',
    unit: 'loss per weight^2',
    description: 'largest eigenvalue of the Hessian on gradient flow; 4 sigma_1 in the end (T2)',
  },
  {
    name: 'sharpness_sim',
    unit: 'loss per weight^2',
    description:
      'largest eigenvalue of the Hessian, mean over the trainings; plain descent is stable below 2/learning_rate',
  },
];

export const equalLossColumns: readonly Column[] = [
  lossColumn('')('loss at which the schedules are compared'),
  scheduleColumn,
  { name: 'time_sim', unit: 'flow time', description: 'time at which the mean loss first falls to it' },
  sensitivityColumn('_theory')('sensitivity of gradient flow where its loss falls to it'),
  sensitivityColumn('_sim')('mean sensitivity at time_sim, interpolated between recorded times'),
  sensitivityColumn('_stderr')('standard error of sensitivity_sim'),
];

export const convergenceColumns: readonly Column[] = [
  scheduleColumn,
  peakColumn,
  { name: 'steps', unit: '1', description: 'steps of gradient descent to the last time' },
  {
    name: 'error',
    unit: '1',
    description:
      'largest distance of a singular value from gradient flow at the recorded times, exact descent in float64',
  },
  { name: 'bound', unit: '1', description: 'what T9 allows: C times learning_rate, for the mode with the largest C' },
  {
    name: 'order',
    unit: '1',
    description: 'observed order of convergence from the row before, 1 in the limit of small rates',
  },
];
