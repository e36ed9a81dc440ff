import type { Estimate } from '../../noise/excess.js';
import { estimateOf } from '../../noise/means.js';
import { figureOf, linear, logarithmic, pretrainingTime } from '../../scenario/figure.js';
import {
  column,
  estimate,
  inLoss,
  pure,
  type Readings,
  type TableOf,
  table,
  timeColumn,
} from '../../scenario/table.js';
import type { ReplayPoint, Sweep } from './replay-runs.js';

const columns: Readings<ReplaySummary> = {
  curve: pure('method and hidden width', ({ point: { setting } }) => `${setting.method}, h = ${setting.hidden}`),
  method: pure(
    'none; true-data: replay of the old task; self-generated: replay of the outputs of the checkpoint on old inputs; pull: to its outputs on new inputs',
    ({ point }) => point.setting.method,
  ),
  time: { ...timeColumn, value: ({ point }) => point.setting.time },
  hidden: pure('hidden width h', ({ point }) => point.setting.hidden),
  learning_rate: column('flow time per step', 'learning rate of fine-tuning', ({ point }) => point.setting.rate),
  replay: pure('weight of replay or pull beside the new task', ({ point }) => point.setting.replay),
  learned: pure(
    'features of the old task above half of their sigma before fine-tuning, mean over the trainings',
    ({ learned }) => learned,
  ),
  steps: pure('steps of fine-tuning, mean over those that reached the goal; null where none did', ({ steps }) => steps),
  reached: pure('trainings that reached the loss on the new task at which fine-tuning stops', ({ reached }) => reached),
  loss_pre_before_sim: inLoss(
    'loss on the old task before fine-tuning, mean over the trainings',
    ({ before }) => before.mean,
  ),
  ...estimate('loss_pre', 'loss', 'loss on the old task after fine-tuning', ({ after }) => after),
  loss_ft_sim: inLoss('loss on the new task after fine-tuning', ({ added }) => added.mean),
  ...estimate('forgetting', 'loss', 'loss_pre_sim - loss_pre_before_sim', ({ forgetting }) => forgetting),
  forgetting_theory: inLoss(
    'least forgetting that the width allows at this loss on the new task (T7-forgetting), not what training does; negative where the checkpoint is far from the best of its width',
    ({ floor }) => floor,
  ),
};

/** One table for each thing that is varied. */
export const replayTables = {
  'pre-training': table('pretraining', columns).sortedBy('hidden', 'time'),
  width: table('width', columns).sortedBy('hidden'),
  rate: table('rate', columns).sortedBy('learning_rate'),
  replay: table('replay', columns).sortedBy('replay'),
} as const satisfies Readonly<Record<Sweep, unknown>>;

const { 'pre-training': pretraining, width, rate, replay } = replayTables;
const oldLoss = { simulation: 'loss_pre_sim', error: 'loss_pre_stderr', label: 'loss on the old task' };
const forgetting = { simulation: 'forgetting_sim', error: 'forgetting_stderr', label: 'forgetting' };

const drawn = (
  of: TableOf<ReplaySummary>,
  id: string,
  title: string,
  x: ReturnType<typeof linear>,
  y: typeof oldLoss,
  series = 'method',
) => figureOf(of, id, title, x, { ...y, scale: 'linear' }, { series });

/** Figures of `replay`. */
export const replayFigures = [
  drawn(width, 'width', 'Forgetting against hidden width', linear('hidden', 'hidden width'), forgetting),
  drawn(pretraining, 'pretraining', 'Forgetting against pre-training time', pretrainingTime, forgetting, 'curve'),
  drawn(pretraining, 'pretraining-loss', 'Loss on the old task after fine-tuning', pretrainingTime, oldLoss, 'curve'),
  drawn(rate, 'rate', 'Forgetting against the learning rate of fine-tuning', logarithmic('learning_rate'), forgetting),
  drawn(replay, 'replay', 'Forgetting against the weight of replay', linear('replay', 'weight of replay'), forgetting),
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
