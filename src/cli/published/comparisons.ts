import type { RunDocument } from '../../sim/scenario/run-document.js';
import { readableNumber } from '../output/number-text.js';
import { exposureFindings, replayFindings } from './citing-comparisons.js';
import { type Curve, curvesOf, directionOf, hasPlateau, hasUTurn } from './curve-shape.js';
import { earlyExposure } from './early-exposure-2605.12705.js';
import type { Finding } from './finding.js';
import { forgetting } from './forgetting-2605.26097.js';
import { overtrained } from './overtrained-2503.19206.js';
import type { PublishedSource } from './published-source.js';

/** Papers that `compare` knows. */
export const publishedSources: readonly PublishedSource[] = [overtrained, forgetting, earlyExposure];

/** What a run of one scenario can be set beside. A new scenario adds its entries here. */
interface Comparison {
  readonly source: PublishedSource;
  readonly scenario: string;
  findings(document: RunDocument): readonly Finding[];
}

/** Everything that can be compared. Absolute losses cannot: the model is linear. */
export const comparisons: readonly Comparison[] = [
  {
    source: overtrained,
    scenario: 'gaussian',
    findings: (run) =>
      controlled(run, {
        series: 'gamma',
        what: 'perturbation',
        after: PERTURBED,
        before: ['loss'],
        error: 'sensitivity_stderr',
      }),
  },
  {
    source: overtrained,
    scenario: 'finetune',
    findings: (run) =>
      controlled(run, {
        series: 'learning_rate',
        what: 'learning rate',
        after: LOSS_PRE,
        before: ['loss_pre_before'],
      }),
  },
  {
    source: overtrained,
    scenario: 'finetune-tuned',
    findings: (run) =>
      curvesOf(run, 'curve', undefined, 'time', LOSS_PRE).map(({ y }) => ({
        figure: 'controlled',
        published: 'with a tuned rate the U-shape survives on some tasks only',
        run: `on this one task it ${hasUTurn(y) ? 'survives' : 'does not survive'}, which one run can neither bear out nor refute`,
        verdict: 'open',
      })),
  },
  { source: forgetting, scenario: 'finetune', findings: pretrainLength },
  {
    source: forgetting,
    scenario: 'regularize',
    findings: (run) => ('anchor' in run.params && run.params.anchor === 'pretraining' ? replay(run) : []),
  },
  { source: forgetting, scenario: 'replay', findings: replayFindings },
  { source: earlyExposure, scenario: 'early-exposure', findings: exposureFindings },
];

const PERTURBED = ['perturbed_loss_sim', 'perturbed_loss_theory'];
const LOSS_PRE = ['loss_pre_sim', 'loss_pre_theory'];
const FORGETTING = ['forgetting_sim', 'forgetting_theory'];

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
  const curves = sortedCurves(curvesOf(run, 'curve', series, 'time', after, error));
  const base = curvesOf(run, 'curve', series, 'time', before)[0];
  if (curves.length === 0) return [];
  const turning = curves.filter((curve) => hasUTurn(curve.y, curve.error));
  const turns = turning.map(({ x, y }) => x[y.indexOf(y.reduce((a, b) => Math.min(a, b)))]!);
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
          ? 'fewer than two curves turn, so that there is no order'
          : `inflections at time ${turns.map((time) => readableNumber(time, 3)).join(', ')} for growing ${series}`,
      verdict: turns.length < 2 ? 'open' : order === 'falls' ? 'agrees' : 'mismatch',
    },
    ...(base === undefined ? [] : [baseModel(base)]),
  ];
}

function baseModel({ y }: Curve): Finding {
  const direction = directionOf(y);
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
  const forgotten = sortedCurves(curvesOf(run, 'curve', 'learning_rate', 'time', FORGETTING));
  const after = sortedCurves(curvesOf(run, 'curve', 'learning_rate', 'time', LOSS_PRE));
  if (forgotten.length === 0 || after.length === 0) return [];
  const count = (curves: readonly Curve[], is: (y: readonly number[]) => boolean) =>
    `${curves.filter(({ y }) => is(y)).length} of ${curves.length} learning rates`;
  const all = (curves: readonly Curve[], is: (y: readonly number[]) => boolean) =>
    curves.every(({ y }) => is(y)) ? ('agrees' as const) : ('mismatch' as const);
  const rises = (y: readonly number[]) => directionOf(y) === 'rises';
  const isPositive = (y: readonly number[]) => y.at(-1)! > 0;
  const turnsNot = (y: readonly number[]) => !hasUTurn(y);
  const figure = 'pretrain_length';
  return [
    {
      figure,
      published: `forgetting ${directionOf(published)} with the length of pre-training`,
      run: `it rises throughout for ${count(forgotten, rises)}`,
      verdict: all(forgotten, rises),
    },
    {
      figure,
      published: `forgetting is ${published.at(-1)! > 0 ? 'positive' : 'negative'} after the longest pre-training`,
      run: `positive for ${count(forgotten, isPositive)}`,
      verdict: all(forgotten, isPositive),
    },
    {
      figure,
      published: `the loss after fine-tuning ${hasUTurn(loss_after!) ? 'is U-shaped' : 'shows no U-turn'}`,
      run: `no U-turn for ${count(after, turnsNot)}`,
      verdict: all(after, turnsNot),
    },
    {
      figure,
      published: `the loss after fine-tuning ${hasPlateau(loss_after!) ? 'levels off: its last third changes by less than a tenth of the whole' : 'has no plateau'}`,
      run: `levels off for ${count(after, hasPlateau)}`,
      verdict: all(after, (y) => hasPlateau(y) === hasPlateau(loss_after!)),
    },
  ];
}

/** Loss of the old task after fine-tuning from the last checkpoint, against the weight of the pull to that task. */
function replay(run: RunDocument): readonly Finding[] {
  const curves = sortedCurves(curvesOf(run, 'curve', 'lambda', 'time', LOSS_PRE));
  if (curves.length < 2) return [];
  const last = curves.map(({ y }) => y.at(-1)!);
  const direction = directionOf(last, 0);
  const published = directionOf(forgetting.figures.replay!.series.loss_after!);
  return [
    {
      figure: 'replay',
      published: `the loss after fine-tuning ${published} with the fraction of replay`,
      run: `from the last checkpoint it ${direction} with the weight of the pre-training task: ${last.map((loss) => readableNumber(loss, 3)).join(', ')}`,
      verdict: direction === published ? 'agrees' : 'mismatch',
    },
  ];
}

function sortedCurves(curves: readonly Curve[]): readonly Curve[] {
  return [...curves].sort((a, b) => Number(a.of) - Number(b.of));
}
