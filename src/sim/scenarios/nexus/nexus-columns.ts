import type { Estimate } from '../../noise/excess.js';
import type { CurveFigure } from '../../scenario/figure.js';
import type { Column, Row } from '../../scenario/table.js';
import type { NexusNorms, NexusOutcome, NexusSeries } from './nexus-runs.js';
import { meanOfAny, type NexusChange } from './verdict.js';

const number = (name: string, description: string): Column => ({ name, unit: '1', description });
const share = (name: string, description: string): Column => ({ name, unit: '1', description });

const setting: readonly Column[] = [
  number('series', 'optimiser and method'),
  number('optimizer', 'base optimiser'),
  {
    name: 'inner_step',
    unit: 'weight',
    description: 'length of the steps of the inner loop; null for joint descent on the summed loss',
  },
  share('goal', 'summed loss on all sources, as a share of that of a network at zero'),
];

/** Tables of `nexus`. */
export const nexusTables: Readonly<Record<string, readonly Column[]>> = {
  curve: [
    ...setting,
    number('reached', 'trainings that came to this summed loss; all means are over them'),
    number('steps', 'steps of the base optimiser'),
    number('cosine_sim', 'cosine between the gradients of two sources, mean over their pairs'),
    number('cosine_stderr', 'its standard error over the trainings'),
    share(
      'spread_sim',
      'sum of the squared distances of the nearest minimisers of the sources from their mean, as a share of the summed loss at zero',
    ),
    share('spread_stderr', 'its standard error'),
    number('coverage_sim', 'sources that show what is left to learn: the spread is goal (1 - coverage / sources)'),
    share('held_out_sim', 'loss on the held-out source, as a share of that of a network at zero'),
    share('held_out_stderr', 'its standard error'),
    number(
      'alignment_theory',
      'cosine between the second-order term of an inner loop and the gradient of the similarity (T0-nexus)',
    ),
    share('settled_spread_sim', 'spread after joint descent has taken the loss down to the share settling of it'),
    share('settled_held_out_sim', 'held-out loss then'),
    share(
      'loss_ft_sim',
      'loss on the new task after fine-tuning on held-out inputs, as a share of that of a network at zero',
    ),
    share('forgetting_sim', 'rise of the summed loss by it, as a share of the summed loss at zero'),
    share('forgetting_stderr', 'its standard error'),
  ],
  change: [
    ...setting,
    number('pairs', 'trainings that came to this summed loss both by the inner loop and by joint descent'),
    ...changed('cosine', 'cosine between the gradients of two sources, inner loop minus joint descent'),
    ...changed('spread', 'ln of the spread of the minimisers by the inner loop over that by joint descent'),
    ...changed('held_out', 'ln of the ratio of the held-out losses'),
    ...changed('settled_spread', 'ln of the ratio of the spreads after joint descent has settled both'),
    ...changed('settled_held_out', 'ln of the ratio of the held-out losses then'),
    ...changed('loss_ft', 'ln of the ratio of the losses on the new task after fine-tuning'),
    ...changed('forgetting', 'forgetting by fine-tuning, inner loop minus joint descent'),
  ],
};

function changed(name: string, description: string): Column[] {
  return [
    number(`${name}_change_sim`, `${description}, mean over the pairs`),
    number(`${name}_change_stderr`, 'its standard error'),
  ];
}

/** What a series is called in figures. */
export function seriesName(optimizer: string, innerStep: number | null): string {
  return innerStep === null ? `${optimizer}, joint` : `${optimizer}, inner step ${innerStep}`;
}

/** Rows of table `curve`, one for each goal. */
export function curveRows({ optimizer, innerStep, outcomes, norms }: NexusSeries, goals: readonly number[]): Row[] {
  return goals.map((goal, at) => {
    const found = outcomes[at]!.flatMap((outcome, training) =>
      outcome === undefined ? [] : [{ outcome, norm: norms[training]! }],
    );
    const mean = (value: (outcome: NexusOutcome, norm: NexusNorms) => number | undefined) =>
      meanOfAny(found.flatMap(({ outcome, norm }) => value(outcome, norm) ?? []));
    const shareOfSources = (value: (outcome: NexusOutcome) => number | undefined) =>
      mean((outcome, norm) => over(value(outcome), norm.sources));
    return [
      ...[seriesName(optimizer, innerStep), optimizer, innerStep, goal, found.length],
      mean(({ steps }) => steps)?.mean ?? null,
      ...cells(mean(({ cosine }) => cosine)),
      ...cells(shareOfSources(({ spread }) => spread)),
      mean(({ coverage }) => coverage)?.mean ?? null,
      ...cells(mean(({ heldOut }, norm) => heldOut / norm.heldOut)),
      mean(({ alignment }) => alignment)?.mean ?? null,
      shareOfSources(({ settled }) => settled?.spread)?.mean ?? null,
      mean(({ settled }, norm) => over(settled?.heldOut, norm.heldOut))?.mean ?? null,
      mean(({ lossFt }, norm) => lossFt / norm.tuning)?.mean ?? null,
      ...cells(shareOfSources(({ forgetting }) => forgetting)),
    ];
  });
}

/** A row of table `change`. */
export function changeRow(change: NexusChange, goals: readonly number[]): Row {
  const { optimizer, innerStep, goal, pairs } = change;
  return [
    ...[seriesName(optimizer, innerStep), optimizer, innerStep, goals[goal]!, pairs],
    ...cells(change.cosine),
    ...cells(change.spread),
    ...cells(change.heldOut),
    ...cells(change.settledSpread),
    ...cells(change.settledHeldOut),
    ...cells(change.lossFt),
    ...cells(change.forgetting),
  ];
}

function over(value: number | undefined, norm: number): number | undefined {
  return value === undefined ? undefined : value / norm;
}

function cells(found: Estimate | undefined): [number | null, number | null] {
  return found === undefined ? [null, null] : [found.mean, found.standardError];
}

const figure = (id: string, title: string, column: string, label: string): CurveFigure => ({
  id,
  title,
  table: 'change',
  x: { column: 'goal', label: 'summed loss, as a share of that at zero', scale: 'log' },
  y: { simulation: `${column}_change_sim`, error: `${column}_change_stderr`, label, scale: 'linear' },
  series: 'series',
});

/** Figures of `nexus`. */
export const nexusFigures: readonly CurveFigure[] = [
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
