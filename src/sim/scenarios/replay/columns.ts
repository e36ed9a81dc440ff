import type { Estimate } from '../../noise/excess.js';
import { estimateOf } from '../../noise/means.js';
import type { CurveFigure } from '../../scenario/figure.js';
import { type Column, type Row, timeColumn } from '../../scenario/table.js';
import type { ReplayPoint } from './replay-runs.js';

const loss = (name: string, description: string): Column => ({ name, unit: 'loss', description });
const number = (name: string, description: string): Column => ({ name, unit: '1', description });

const columns: readonly Column[] = [
  number('curve', 'method and hidden width'),
  number(
    'method',
    'none; true-data: replay of the old task; self-generated: replay of the outputs of the checkpoint on old inputs; pull: to its outputs on new inputs',
  ),
  timeColumn,
  number('hidden', 'hidden width h'),
  { name: 'learning_rate', unit: 'flow time per step', description: 'learning rate of fine-tuning' },
  number('replay', 'weight of replay or pull beside the new task'),
  number('learned', 'features of the old task above half of their sigma before fine-tuning, mean over the trainings'),
  number('steps', 'steps of fine-tuning, mean over those that reached the goal; null where none did'),
  number('reached', 'trainings that reached the loss on the new task at which fine-tuning stops'),
  loss('loss_pre_before_sim', 'loss on the old task before fine-tuning, mean over the trainings'),
  loss('loss_pre_sim', 'loss on the old task after fine-tuning'),
  loss('loss_pre_stderr', 'its standard error'),
  loss('loss_ft_sim', 'loss on the new task after fine-tuning'),
  loss('forgetting_sim', 'loss_pre_sim - loss_pre_before_sim'),
  loss('forgetting_stderr', 'its standard error over the trainings'),
  loss(
    'forgetting_theory',
    'least forgetting that the width allows at this loss on the new task (T7-forgetting), not what training does; negative where the checkpoint is far from the best of its width',
  ),
];

/** Tables of `replay`: one for each thing that is varied. */
export const replayTables: Readonly<Record<string, readonly Column[]>> = {
  pretraining: columns,
  width: columns,
  rate: columns,
  replay: columns,
};

/** A row of each of them. */
export function replayRow(summary: ReplaySummary): Row {
  const { setting } = summary.point;
  return [
    `${setting.method}, h = ${setting.hidden}`,
    setting.method,
    setting.time,
    setting.hidden,
    setting.rate,
    setting.replay,
    summary.learned,
    summary.steps,
    summary.reached,
    summary.before.mean,
    summary.after.mean,
    summary.after.standardError,
    summary.added.mean,
    summary.forgetting.mean,
    summary.forgetting.standardError,
    summary.floor,
  ];
}

const figure = (
  id: string,
  title: string,
  x: CurveFigure['x'],
  series: string,
  values: CurveFigure['y'] = {
    simulation: 'forgetting_sim',
    error: 'forgetting_stderr',
    label: 'forgetting',
    scale: 'linear',
  },
): CurveFigure => ({ id, title, table: id.split('-')[0]!, x, y: values, series });

/** Figures of `replay`. */
export const replayFigures: readonly CurveFigure[] = [
  figure(
    'width',
    'Forgetting against hidden width',
    { column: 'hidden', label: 'hidden width', scale: 'linear' },
    'method',
  ),
  figure(
    'pretraining',
    'Forgetting against pre-training time',
    { column: 'time', label: 'pre-training time', scale: 'log' },
    'curve',
  ),
  figure(
    'pretraining-loss',
    'Loss on the old task after fine-tuning',
    { column: 'time', label: 'pre-training time', scale: 'log' },
    'curve',
    { simulation: 'loss_pre_sim', error: 'loss_pre_stderr', label: 'loss on the old task', scale: 'linear' },
  ),
  figure(
    'rate',
    'Forgetting against the learning rate of fine-tuning',
    { column: 'learning_rate', label: 'learning rate', scale: 'log' },
    'method',
  ),
  figure(
    'replay',
    'Forgetting against the weight of replay',
    { column: 'replay', label: 'weight of replay', scale: 'linear' },
    'method',
  ),
];

/** A point of a curve, its trainings taken together. */
export interface ReplaySummary {
  readonly point: ReplayPoint;
  readonly learned: number;
  readonly before: Estimate;
  readonly after: Estimate;
  readonly added: Estimate;
  readonly forgetting: Estimate;
  readonly floor: number;
  /** Mean number of steps of the trainings that reached the goal; null where none did. */
  readonly steps: number | null;
  /** How many did. */
  readonly reached: number;
}

/** Means over the trainings of a point. */
export function summaryOf(point: ReplayPoint): ReplaySummary {
  const { outcomes } = point;
  const steps = outcomes.flatMap((one) => one.steps ?? []);
  return {
    point,
    learned: estimateOf(outcomes.map(({ learned }) => learned)).mean,
    before: estimateOf(outcomes.map(({ lossBefore }) => lossBefore)),
    after: estimateOf(outcomes.map(({ lossOld }) => lossOld)),
    added: estimateOf(outcomes.map(({ lossNew }) => lossNew)),
    forgetting: estimateOf(outcomes.map(({ lossOld, lossBefore }) => lossOld - lossBefore)),
    // Averages of floors are floors of averages.
    floor: estimateOf(outcomes.map(({ floor, lossBefore }) => floor - lossBefore)).mean,
    steps: steps.length === 0 ? null : estimateOf(steps).mean,
    reached: steps.length,
  };
}
