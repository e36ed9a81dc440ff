import {
  type Column,
  gammaColumn,
  noiseAccuracyColumns,
  perturbedLossColumn,
  timeColumn,
  timeSimColumn,
  timeTheoryColumn,
} from '../../scenario/table.js';

const dimColumn: Column = {
  name: 'dim',
  unit: '1',
  description: 'size of the network: rows, hidden width and columns',
};

const gammaSetColumn: Column = {
  name: 'gamma_set',
  unit: 'weight',
  description:
    'the value of gammas, common to all sizes: absolute, or with noise=init a multiple of the deviation of the initial weights',
};

const number = (name: string, description: string): Column => ({ name, unit: '1', description });
const flowTime = (name: string, description: string): Column => ({ name, unit: 'flow time', description });

/** Tables of the scenario `width`. */
export const widthTables: Readonly<Record<string, readonly Column[]>> = {
  curve: [
    dimColumn,
    gammaColumn,
    timeColumn,
    perturbedLossColumn('_theory')('expected loss under noise, closed form of the flow (T3)'),
    perturbedLossColumn('_sim')('loss of the checkpoint + mean rise of the loss over the replicates'),
  ],
  inflection: [dimColumn, gammaColumn, timeTheoryColumn, timeSimColumn],
  scaling: [
    gammaSetColumn,
    dimColumn,
    gammaColumn,
    number('helpful_modes', 'modes that help under the noise once they are learned: sigma > 2 gamma^2 dim (T3 e)'),
    flowTime(
      'inflection_theory',
      'time of the global minimum of the perturbed loss over all times, on no grid; null where it is never reached',
    ),
    flowTime('inflection_sim', 'time_sim of the table inflection'),
    flowTime(
      'inflection_stderr',
      'Monte Carlo standard error of inflection_sim, by the jackknife over ten groups of draws: 0 where no group moves it to another recorded time; null where without some draws nothing turns',
    ),
    flowTime(
      'inflection_spacing',
      'distance from inflection_sim to the farther of the recorded times beside it: how far the grid alone can put a curve with one minimum off; null at the first time',
    ),
  ],
  fit: [
    gammaSetColumn,
    {
      name: 'gamma',
      unit: 'weight',
      description: 'the same, absolute; null with noise=init, where it differs from size to size',
    },
    {
      name: 'limited_by',
      unit: '1',
      description:
        'the sizes that are fitted. width: every mode helps, so that the last one that the network has ends the helpful part of training; noise: some modes no longer help; either: all sizes',
    },
    number(
      'exponent_theory',
      'slope of ln inflection_theory against ln dim by least squares; null with fewer than 3 sizes that turn, after time 0',
    ),
    number(
      'exponent_theory_stderr',
      'standard error of that slope from the scatter about the line: here, how far theory is from a power law',
    ),
    number(
      'exponent_sim',
      'the same slope of inflection_sim, over the sizes whose minimum lies between two recorded times after time 0; null with fewer than 3',
    ),
    number(
      'exponent_sim_stderr',
      'standard error of that slope from the scatter about the line: departure from a power law, Monte Carlo error and grid together',
    ),
    number(
      'exponent_sim_spacing',
      'bound on what the grid alone does to exponent_sim: every minimum a whole spacing off, all in the worst way at once',
    ),
    number('dims_theory', 'sizes with a point for the fit of theory'),
    number('dims_sim', 'sizes with a point for the fit of the simulation'),
    flowTime('prefactor_theory', 'inflection at dim 1 by the fitted law of theory'),
    flowTime('prefactor_sim', 'inflection at dim 1 by the fitted law of the simulation'),
  ],
  accuracy: [dimColumn, ...noiseAccuracyColumns],
};
