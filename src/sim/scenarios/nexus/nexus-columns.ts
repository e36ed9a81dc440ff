import type { Estimate } from '../../noise/excess.js';
import { figureOf, linear, logarithmic } from '../../scenario/figure.js';
import { column, estimate, pure, type Readings, table } from '../../scenario/table.js';
import type { NexusNorms, NexusOutcome, NexusSeries } from './nexus-runs.js';
import { meanOfAny, type NexusChange } from './verdict.js';

/** An optimiser and its method, null for joint descent, at one summed loss. */
interface Setting {
  readonly optimizer: string;
  readonly innerStep: number | null;
  readonly goal: number;
}

/** What a series is called in figures. */
export function seriesName({ optimizer, innerStep }: Omit<Setting, 'goal'>): string {
  return innerStep === null ? `${optimizer}, joint` : `${optimizer}, inner step ${innerStep}`;
}

const setting: Readings<Setting> = {
  series: pure('optimiser and method', seriesName),
  optimizer: pure('base optimiser', ({ optimizer }) => optimizer),
  inner_step: column(
    'weight',
    'length of the steps of the inner loop; null for joint descent on the summed loss',
    ({ innerStep }) => innerStep,
  ),
  goal: pure('summed loss on all sources, as a share of that of a network at zero', ({ goal }) => goal),
};

/** All trainings of a series that came to one summed loss. */
interface CurvePoint extends Setting {
  readonly found: readonly { readonly outcome: NexusOutcome; readonly norm: NexusNorms }[];
}

export function curvePoints({ optimizer, innerStep, outcomes, norms }: NexusSeries, goals: readonly number[]) {
  return goals.map((goal, at): CurvePoint => {
    const found = outcomes[at]!.flatMap((outcome, training) =>
      outcome === undefined ? [] : [{ outcome, norm: norms[training]! }],
    );
    return { optimizer, innerStep, goal, found };
  });
}

type Measure = (outcome: NexusOutcome) => number | undefined;

/** Mean over the trainings, of what is measured as a share of some norm or as it is. */
const mean =
  (value: Measure, norm?: keyof NexusNorms) =>
  ({ found }: CurvePoint): Estimate | undefined =>
    meanOfAny(
      found.flatMap(({ outcome, norm: norms }) => {
        const seen = value(outcome);
        return seen === undefined ? [] : [norm === undefined ? seen : seen / norms[norm]];
      }),
    );

const meanColumn = (description: string, value: Measure, norm?: keyof NexusNorms) =>
  pure<CurvePoint>(description, (point) => mean(value, norm)(point)?.mean);

export const curve = table<CurvePoint>('curve', {
  ...setting,
  reached: pure('trainings that reached this summed loss; all means are over them', ({ found }) => found.length),
  steps: meanColumn('steps of the base optimiser', ({ steps }) => steps),
  ...estimate(
    'cosine',
    '1',
    'cosine between the gradients of two sources, mean over their pairs',
    mean(({ cosine }) => cosine),
  ),
  ...estimate(
    'spread',
    '1',
    'sum of the squared distances of the nearest minimisers of the sources from their mean, as a share of the summed loss at zero',
    mean(({ spread }) => spread, 'sources'),
  ),
  coverage_sim: meanColumn(
    'sources that show what is left to learn: the spread is goal (1 - coverage / sources)',
    ({ coverage }) => coverage,
  ),
  ...estimate(
    'held_out',
    '1',
    'loss on the held-out source, as a share of that of a network at zero',
    mean(({ heldOut }) => heldOut, 'heldOut'),
  ),
  alignment_theory: meanColumn(
    'cosine between the second-order term of an inner loop and the gradient of the similarity (T0-nexus)',
    ({ alignment }) => alignment,
  ),
  settled_spread_sim: meanColumn(
    'spread after joint descent has taken the loss down to the share settling of it',
    ({ settled }) => settled?.spread,
    'sources',
  ),
  settled_held_out_sim: meanColumn('held-out loss at that point', ({ settled }) => settled?.heldOut, 'heldOut'),
  loss_ft_sim: meanColumn(
    'loss on the new task after fine-tuning on held-out inputs, as a share of that of a network at zero',
    ({ lossFt }) => lossFt,
    'tuning',
  ),
  ...estimate(
    'forgetting',
    '1',
    'rise of the summed loss by it, as a share of the summed loss at zero',
    mean(({ forgetting }) => forgetting, 'sources'),
  ),
});

const changed = (name: string, description: string, value: (change: NexusChange) => Estimate | undefined) =>
  estimate(`${name}_change`, '1', `${description}, mean over the pairs`, value);

export const change = table<NexusChange>('change', {
  ...setting,
  pairs: pure(
    'trainings that reached this summed loss both by the inner loop and by joint descent',
    ({ pairs }) => pairs,
  ),
  ...changed(
    'cosine',
    'cosine between the gradients of two sources, inner loop minus joint descent',
    ({ cosine }) => cosine,
  ),
  ...changed(
    'spread',
    'ln of the spread of the minimisers by the inner loop over that by joint descent',
    ({ spread }) => spread,
  ),
  ...changed('held_out', 'ln of the ratio of the held-out losses', ({ heldOut }) => heldOut),
  ...changed(
    'settled_spread',
    'ln of the ratio of the spreads after joint descent has settled both',
    ({ settledSpread }) => settledSpread,
  ),
  ...changed('settled_held_out', 'ln of the ratio of the held-out losses then', ({ settledHeldOut }) => settledHeldOut),
  ...changed('loss_ft', 'ln of the ratio of the losses on the new task after fine-tuning', ({ lossFt }) => lossFt),
  ...changed('forgetting', 'forgetting by fine-tuning, inner loop minus joint descent', ({ forgetting }) => forgetting),
});

const figure = (id: string, title: string, name: string, label: string) =>
  figureOf(
    change,
    id,
    title,
    logarithmic('goal', 'summed loss, as a share of that at zero'),
    linear(`${name}_change`, label),
    { series: 'series' },
  );

/** Figures of `nexus`. */
export const nexusFigures = [
  figure('spread', 'Spread of the minimisers of the sources against joint descent', 'spread', 'ln of the ratio'),
  figure('held-out', 'Held-out loss against joint descent', 'held_out', 'ln of the ratio'),
  figure('cosine', 'Similarity of the gradients of two sources minus that by joint descent', 'cosine', 'cosine'),
  figure(
    'settled',
    'Spread of the minimisers once joint descent has settled both',
    'settled_spread',
    'ln of the ratio',
  ),
];
