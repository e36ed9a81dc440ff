import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Cell } from '../../sim/scenario/table.js';
import { readableNumber } from '../output/text-table.js';
import { earlyExposure, type Finding, forgetting, overtrained, type PublishedSource } from './published.js';

/**
 * The curves of a table, in the order of their numbers: one for each value of the series column, of the first of the named columns that
 * has numbers. Its points are in the order of x; its error is the largest standard error of y, 0 where it has none.
 *
 * @param columns the simulated one first, then theory's for a run that simulated nothing
 * @param error column with the standard error of the simulated one
 */
function curvesOf(
  { tables }: RunDocument,
  table: string,
  series: string | undefined,
  x: string,
  columns: readonly string[],
  error?: string,
) {
  const found = Object.hasOwn(tables, table) ? tables[table] : undefined;
  if (found === undefined) return [];
  const place = (name: string) => found.columns.findIndex((column) => column.name === name);
  const y = columns.map(place).find((index) => found.rows.some((row) => typeof row[index] === 'number'));
  const [atX, atSeries] = [place(x), series === undefined ? -1 : place(series)];
  if (y === undefined || atX < 0) return [];
  const atError = error === undefined || y !== place(columns[0]!) ? -1 : place(error);
  const groups = new Map<Cell, [number, number, number][]>();
  for (const row of found.rows) {
    const point = [row[atX], row[y], row[atError] ?? 0];
    if (!point.every((cell) => typeof cell === 'number')) continue;
    const of = atSeries < 0 ? null : row[atSeries]!;
    const points = groups.get(of);
    if (points === undefined) groups.set(of, [point as [number, number, number]]);
    else points.push(point as [number, number, number]);
  }
  const curves = [...groups].sort(([a], [b]) => Number(a) - Number(b));
  return curves.map(([of, points]) => {
    const sorted = [...points].sort((a, b) => a[0] - b[0]);
    const largest = greatest(sorted.map(([, , deviation]) => deviation));
    return { of, x: sorted.map(([value]) => value), y: sorted.map(([, value]) => value), error: largest };
  });
}

type Curve = ReturnType<typeof curvesOf>[number];

/** How values go: `flat` where all are the same to the tolerance. */
type Direction = 'rises' | 'falls' | 'flat' | 'turns';

/** The direction of values in order; so small a share of their whole range counts as no change from one to the next. */
export function directionOf(values: readonly number[], share = 1e-3): Direction {
  const range = greatest(values) - least(values);
  if (!(range > 1e-12 * greatest(values.map(Math.abs)))) return 'flat';
  const steps = values.slice(1).map((value, index) => value - values[index]!);
  if (steps.every((step) => step >= -share * range)) return 'rises';
  return steps.every((step) => step <= share * range) ? 'falls' : 'turns';
}

/** Standard errors by which a rise must exceed noise, seen at its best place among a hundred. */
const CLEARLY = 5;

/** Whether a curve falls to a minimum and rises from it by more than noise and a thousandth of its range. */
export function hasUTurn(values: readonly number[], error = 0): boolean {
  const lowest = least(values);
  const range = greatest(values) - lowest;
  const place = values.indexOf(lowest);
  return place > 0 && greatest(values.slice(place)) - lowest > Math.max(range / 1000, CLEARLY * error);
}

/** Whether the last third of the points, by their number, holds less than a tenth of the whole change. */
export function hasPlateau(values: readonly number[]): boolean {
  const range = greatest(values) - least(values);
  const last = values.slice(Math.floor((2 * values.length) / 3));
  return greatest(last) - least(last) < range / 10;
}

// Not by arguments of a call, of which there may be a hundred thousand at most.
function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

// Runs of scenarios about citing papers beside the figures of those papers: orders and shapes only.

const listed = (values: readonly number[]) => values.map((value) => readableNumber(value, 3)).join(', ');
const ends = ({ y }: Curve) => `it goes from ${readableNumber(y[0]!, 3)} to ${readableNumber(y.at(-1)!, 3)}`;

export function replayFindings(run: RunDocument): readonly Finding[] {
  const forgetting = (table: string, of: string, x: string) =>
    curvesOf(run, table, table === 'pretraining' ? 'curve' : 'method', x, ['forgetting_sim']).find((curve) =>
      String(curve.of).startsWith(of),
    );
  const length = forgetting('pretraining', 'none', 'time');
  const after = curvesOf(run, 'pretraining', 'curve', 'time', ['loss_pre_sim'], 'loss_pre_stderr').find(
    (curve) => curve.of === length?.of,
  );
  const width = forgetting('width', 'none', 'hidden');
  const replay = forgetting('replay', 'true-data', 'replay');
  if (length === undefined || after === undefined || width === undefined || replay === undefined) return [];
  return [
    {
      figure: 'pretrain_length',
      published: 'forgetting rises with the length of pre-training',
      run: `${ends(length)} (${length.of})`,
      verdict: length.y.at(-1)! > length.y[0]! ? 'agrees' : 'mismatch',
    },
    {
      figure: 'pretrain_length',
      published: 'the loss after fine-tuning shows no U-turn',
      run: `${hasUTurn(after.y, after.error) ? 'a U-turn' : 'none'} by more than five standard errors at ${after.of}`,
      verdict: hasUTurn(after.y, after.error) ? 'mismatch' : 'agrees',
    },
    {
      figure: 'model_size',
      published: 'forgetting falls with size',
      run: `it ${directionOf(width.y)} with width: ${listed(width.y)}`,
      verdict: directionOf(width.y) === 'falls' ? 'agrees' : 'mismatch',
    },
    {
      figure: 'replay',
      published: 'the loss after fine-tuning falls with the fraction of replay',
      run: `forgetting ${directionOf(replay.y)} with the weight of true replay: ${listed(replay.y)}`,
      verdict: directionOf(replay.y) === 'falls' ? 'agrees' : 'mismatch',
    },
  ];
}

/** The scenario `early-exposure` beside figure 3a, at matched post-training. */
export function exposureFindings(run: RunDocument): readonly Finding[] {
  const matched = (name: string) =>
    curvesOf(run, 'curve', 'post_training', 'mix', [`loss_${name}_sim`, `loss_${name}_theory`]).find(
      ({ of }) => of === 'matched',
    );
  const [retained, immediate] = [matched('retained'), matched('immediate')];
  if (retained === undefined || immediate === undefined || retained.y.length < 2) return [];
  const level = immediate.y.every((value) => Math.abs(value / immediate.y[0]! - 1) < 0.0132);
  return [
    {
      figure: 'figure_3a',
      published: 'the retained loss is largest without exposure',
      run: ends(retained),
      verdict: retained.x[0] === 0 && retained.y[0] === greatest(retained.y) ? 'agrees' : 'mismatch',
    },
    {
      figure: 'figure_3a',
      published: 'the immediate loss changes by 1.3 % at most',
      run: ends(immediate),
      verdict: level ? 'agrees' : 'mismatch',
    },
  ];
}

export const publishedSources: readonly PublishedSource[] = [overtrained, forgetting, earlyExposure];

/** Everything that can be compared; a new scenario adds its entries here. Absolute losses cannot: the model is linear. */
export const comparisons = [
  { source: overtrained, scenario: 'gaussian', findings: (run: RunDocument) => controlled(run, PERTURBATIONS) },
  { source: overtrained, scenario: 'finetune', findings: (run: RunDocument) => controlled(run, LEARNING_RATES) },
  { source: overtrained, scenario: 'finetune-tuned', findings: tuned },
  { source: forgetting, scenario: 'finetune', findings: pretrainLength },
  { source: forgetting, scenario: 'regularize', findings: replay },
  { source: forgetting, scenario: 'replay', findings: replayFindings },
  { source: earlyExposure, scenario: 'early-exposure', findings: exposureFindings },
];

const LOSS_PRE = ['loss_pre_sim', 'loss_pre_theory'];
const FORGETTING = ['forgetting_sim', 'forgetting_theory'];
const PERTURBATIONS: Sweep = {
  series: 'gamma',
  what: 'perturbation',
  after: ['perturbed_loss_sim', 'perturbed_loss_theory'],
  before: ['loss'],
  error: 'sensitivity_stderr',
};
const LEARNING_RATES: Sweep = {
  series: 'learning_rate',
  what: 'learning rate',
  after: LOSS_PRE,
  before: ['loss_pre_before'],
};

/** The findings on a run against one source, in the order of {@link comparisons}. */
export function findingsOn(document: RunDocument, source: PublishedSource): readonly Finding[] {
  return comparisons
    .filter((one) => one.source === source && one.scenario === document.scenario)
    .flatMap((one) => one.findings(document));
}

interface Sweep {
  readonly series: string;
  readonly what: string;
  readonly after: readonly string[];
  readonly before: readonly string[];
  /** Column with the standard error of the first column of `after`. */
  readonly error?: string;
}

function controlled(run: RunDocument, { series, what, after, before, error }: Sweep): readonly Finding[] {
  const curves = curvesOf(run, 'curve', series, 'time', after, error);
  const base = curvesOf(run, 'curve', series, 'time', before)[0];
  if (curves.length === 0) return [];
  const turning = curves.filter((curve) => hasUTurn(curve.y, curve.error));
  const turns = turning.map(({ x, y }) => x[y.indexOf(least(y))]!);
  const order = directionOf(turns, 0);
  const figure = 'controlled';
  return [
    {
      figure,
      published: `with a fixed ${what} the loss is U-shaped in the length of pre-training`,
      run: `U-shaped in time for ${turning.length} of ${curves.length} values of ${series}`,
      verdict: turning.length === curves.length ? 'agrees' : 'mismatch',
    },
    {
      figure,
      published: `the inflection comes earlier for a larger ${what}`,
      run:
        turns.length < 2
          ? 'fewer than two curves turn, so there is no order'
          : `inflections at time ${listed(turns)} for growing ${series}`,
      verdict: turns.length < 2 ? 'open' : order === 'falls' ? 'agrees' : 'mismatch',
    },
    ...(base === undefined ? [] : [baseModel(directionOf(base.y))]),
  ];
}

function tuned(run: RunDocument): readonly Finding[] {
  return curvesOf(run, 'curve', undefined, 'time', LOSS_PRE).map(({ y }) => ({
    figure: 'controlled',
    published: 'with a tuned rate the U-shape survives on some tasks only',
    run: `on this one task it ${hasUTurn(y) ? 'survives' : 'does not survive'}, which a single run can neither confirm nor refute`,
    verdict: 'open',
  }));
}

function baseModel(direction: Direction): Finding {
  return {
    figure: 'olmo_1b_anthropic_hh',
    published: 'the base model improves monotonically',
    run: `the pre-training loss ${direction === 'turns' ? 'does not fall throughout' : direction} with time`,
    verdict: direction === 'falls' ? 'agrees' : 'mismatch',
  };
}

function pretrainLength(run: RunDocument): readonly Finding[] {
  const { loss_before, loss_after } = forgetting.figures.pretrain_length!.series;
  const published = loss_after!.map((after, index) => after - loss_before![index]!);
  const forgotten = curvesOf(run, 'curve', 'learning_rate', 'time', FORGETTING);
  const after = curvesOf(run, 'curve', 'learning_rate', 'time', LOSS_PRE);
  if (forgotten.length === 0 || after.length === 0) return [];
  const finding = (
    published: string,
    words: string,
    curves: readonly Curve[],
    is: (y: readonly number[]) => boolean,
  ) => {
    const count = curves.filter(({ y }) => is(y)).length;
    const verdict = count === curves.length ? 'agrees' : 'mismatch';
    return { figure, published, run: `${words} for ${count} of ${curves.length} learning rates`, verdict } as const;
  };
  const figure = 'pretrain_length';
  const sign = published.at(-1)! > 0 ? 'positive' : 'negative';
  const turn = hasUTurn(loss_after!) ? 'is U-shaped' : 'shows no U-turn';
  const plateau = hasPlateau(loss_after!)
    ? 'levels off: its last third changes by less than a tenth of the whole'
    : 'has no plateau';
  const rises = `forgetting ${directionOf(published)} with the length of pre-training`;
  const ends = `forgetting is ${sign} after the longest pre-training`;
  return [
    finding(rises, 'it rises throughout', forgotten, (y) => directionOf(y) === 'rises'),
    finding(ends, 'positive', forgotten, (y) => y.at(-1)! > 0),
    finding(`the loss after fine-tuning ${turn}`, 'no U-turn', after, (y) => !hasUTurn(y)),
    finding(`the loss after fine-tuning ${plateau}`, 'levels off', after, hasPlateau),
  ];
}

/** Loss of the old task after fine-tuning from the last checkpoint, against the weight of the pull to that task. */
function replay(run: RunDocument): readonly Finding[] {
  const curves = curvesOf(run, 'curve', 'lambda', 'time', LOSS_PRE);
  if (!('anchor' in run.params) || run.params.anchor !== 'pretraining' || curves.length < 2) return [];
  const last = curves.map(({ y }) => y.at(-1)!);
  const direction = directionOf(last, 0);
  const published = directionOf(forgetting.figures.replay!.series.loss_after!);
  return [
    {
      figure: 'replay',
      published: `the loss after fine-tuning ${published} with the fraction of replay`,
      run: `from the last checkpoint it ${direction} with the weight of the pre-training task: ${listed(last)}`,
      verdict: direction === published ? 'agrees' : 'mismatch',
    },
  ];
}
