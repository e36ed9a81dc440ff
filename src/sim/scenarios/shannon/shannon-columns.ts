import {
  perturbedLossColumn,
  timeColumn,
  timeSimColumn,
  timeTheoryColumn,
} from '../../scenario/shared-columns.js';
import type { Column } from '../../scenario/table.js';

const number = (name: string, description: string): Column => ({ name, unit: '1', description });
const loss = (name: string, description: string): Column => ({ name, unit: 'loss', description });

const snrColumn = number('snr', 'signal-to-noise ratio on the weights of each layer');
const widthColumn = number('width', 'hidden width of the network, the N of the laws');
const lawColumn = number('law', 'shannon, chinchilla or perturbed-power');

const surfaceLoss = [
  perturbedLossColumn('_theory')(
    'expected loss under noise, closed form of the flow, without noise of gradients (T8-valley)',
  ),
  perturbedLossColumn('_sim')(
    'loss of the checkpoint + mean rise of the loss over the replicates, on mini-batches mean over the trainings',
  ),
];

/** Tables of the scenario `shannon`. */
export const shannonTables: Readonly<Record<string, readonly Column[]>> = {
  surface: [
    snrColumn,
    widthColumn,
    timeColumn,
    ...surfaceLoss,
    perturbedLossColumn('_stderr')(
      'standard error of perturbed_loss_sim, over draws of noise and over trainings on mini-batches',
    ),
  ],
  fit: [
    lawColumn,
    { ...snrColumn, description: 'level of noise; null for all of them pooled, each with a fit of its own' },
    number('part', 'inside: what was fitted; width, time, both: beyond in these; held out: all beyond'),
    number('points', 'points of the surface in this part'),
    number('r_squared_theory', 'R² of ln loss on the theoretical surface, fitted to its inside'),
    number('r_squared_sim', 'R² of ln loss on the simulated surface, fitted to its inside'),
  ],
  parameters: [
    lawColumn,
    snrColumn,
    number('parameter', 'name in the formula of the law; the b of the Shannon law is 1'),
    number('value_theory', 'fitted to the inside of the theoretical surface'),
    number('value_sim', 'fitted to the inside of the simulated surface'),
    number(
      'value_low',
      'lower end of the 95 % bootstrap interval of value_sim, or of value_theory where nothing was simulated',
    ),
    number('value_high', 'upper end of that interval'),
  ],
  valley: [
    snrColumn,
    widthColumn,
    timeTheoryColumn,
    timeSimColumn,
    loss('rise_theory', 'loss under noise at the last time minus its least, closed form'),
    loss('rise_sim', 'the same of the simulated losses'),
    loss('rise_shannon', 'the same of the Shannon law as it was fitted'),
    loss('rise_chinchilla', 'the same of the Chinchilla law, which can have none'),
    loss('rise_perturbed', 'the same of the perturbed power law'),
  ],
  laws: [
    lawColumn,
    snrColumn,
    timeColumn,
    loss('perturbed_loss_law', 'the fitted law at the largest width'),
    ...surfaceLoss,
  ],
  accuracy: [
    snrColumn,
    widthColumn,
    timeColumn,
    perturbedLossColumn('_bias')('part of sim - theory that is discretisation: exact recurrence minus flow'),
    perturbedLossColumn('_rounding')('bound on what floating point adds to the expectation'),
  ],
};
