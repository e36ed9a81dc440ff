import { z } from 'zod';
import { described, distinct, increasing, numeric, numericList, readTimes } from '../../scenario/parameter.js';
import { optimizers } from '../../training/optimizers.js';
import { gainNames, spheres } from './rules.js';

/*
 * Parameters of magnitude and direction that are trained apart, each defined once.
 */

const MOST_WIDTH = 4096;

const names = (text: unknown) => (typeof text === 'string' ? text.split(',').map((name) => name.trim()) : text);

export const sphereParameter = described(z.enum(spheres), {
  default: 'frobenius',
  description: 'what has a fixed norm in the direction of each layer: the whole matrix, every row or every column',
  unit: '1',
  range: `one of ${spheres.join(', ')}`,
  choices: [...spheres],
});

export const gainsParameter = described(z.preprocess(names, z.array(z.enum(gainNames)).min(1).refine(distinct)), {
  default: gainNames.join(','),
  description: 'gains of each decoupled layer, which scale rows, columns, both or nothing',
  unit: '1',
  range: `one or more of ${gainNames.join(', ')}, each once`,
});

export const baseOptimizersParameter = described(
  z.preprocess(
    names,
    z
      .array(z.enum(optimizers.map(({ name }) => name)))
      .min(1)
      .refine(distinct),
  ),
  {
    default: 'adam,muon',
    description: 'base optimisers, each with plain and with decoupled layers',
    unit: '1',
    range: `one or more of ${optimizers.map(({ name }) => name).join(', ')}, each once`,
  },
);

export const hiddenWidthsParameter = described(
  numericList(z.array(z.number().int().min(2).max(MOST_WIDTH)).min(1).max(50).refine(increasing)),
  {
    default: '8,16,32',
    description: 'hidden widths of the networks, all on the same task',
    unit: '1',
    range: `an increasing list of integers from 2 to ${MOST_WIDTH}`,
    scale: 'log',
  },
);

export const taskSizeParameter = described(numeric(z.number().int().min(2).max(MOST_WIDTH)), {
  default: '8',
  description: 'rows and columns of the task',
  unit: '1',
  range: `an integer from 2 to ${MOST_WIDTH}`,
  scale: 'log',
});

export const reachParameter = described(numeric(z.number().min(1e-3).max(1e3)), {
  default: '0.9',
  description:
    'product of the norms of both layers at the start, and on their spheres, in units of the nuclear norm of the task; below 1, spheres without gains cannot fit it',
  unit: '1',
  range: 'a number from 0.001 to 1000',
  scale: 'log',
});

const RATES = 'log:0.001953125:1:10';

export const triedRatesParameter = described(
  z.preprocess(
    (value) => readTimes(value ?? RATES),
    z.array(z.number().positive().max(1e6)).min(2).max(100).refine(increasing),
  ),
  {
    description: `peak learning rates among which the best is searched for at every width; default: ${RATES}`,
    unit: 'per step',
    range:
      'log:FROM:TO:COUNT, linear:FROM:TO:COUNT, or an increasing list of at least two numbers above 0 and up to 1e6',
    scale: 'log',
  },
);

export const gainRateParameter = described(numeric(z.number().min(0).max(10)), {
  default: '0.02',
  description: 'peak of the learning rate of the gains, which Adam trains; the same for every rate of the directions',
  unit: 'per step',
  range: 'a number from 0 to 10',
  scale: 'log',
});

export const weightDecayParameter = described(numeric(z.number().min(0).max(100)), {
  default: '0.1',
  description: 'weight decay of the plain layers that use it, in units of the learning rate',
  unit: '1',
  range: 'a number from 0 to 100',
  scale: 'log',
});

export const trainingStepsParameter = described(numeric(z.number().int().min(2).max(1_000_000)), {
  default: '200',
  description: 'steps of training; the learning rate falls linearly to 0 over them',
  unit: '1',
  range: 'an integer from 2 to 1000000',
  scale: 'log',
});
