import type { RunDocument } from '../../sim/scenario/run-document.js';
import { readableNumber } from '../output/number-text.js';
import { curvesOf, directionOf, hasUTurn } from './curve-shape.js';
import type { Finding } from './finding.js';

/*
 * Runs of scenarios about citing papers beside the figures of those papers: orders and shapes only.
 */

const listed = (values: readonly number[]) => values.map((value) => readableNumber(value, 3)).join(', ');

/** The scenario `replay` beside all figures of its paper. */
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
      run: `it goes from ${readableNumber(length.y[0]!, 3)} to ${readableNumber(length.y.at(-1)!, 3)} (${length.of})`,
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
  const most = retained.y.reduce((a, b) => Math.max(a, b));
  const level = immediate.y.every((value) => Math.abs(value / immediate.y[0]! - 1) < 0.0132);
  return [
    {
      figure: 'figure_3a',
      published: 'the retained loss is largest without exposure',
      run: `it goes from ${readableNumber(retained.y[0]!, 3)} to ${readableNumber(retained.y.at(-1)!, 3)}`,
      verdict: retained.x[0] === 0 && most === retained.y[0] ? 'agrees' : 'mismatch',
    },
    {
      figure: 'figure_3a',
      published: 'the immediate loss changes by 1.3 % at most',
      run: `it goes from ${readableNumber(immediate.y[0]!, 3)} to ${readableNumber(immediate.y.at(-1)!, 3)}`,
      verdict: level ? 'agrees' : 'mismatch',
    },
  ];
}
