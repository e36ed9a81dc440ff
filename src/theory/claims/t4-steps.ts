import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { fineTune } from '../finetuning.js';
import { atLeast, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import { decades, weighted } from './engine/draws.js';
import * as checkpoints from './engine/tuned-checkpoint.js';

/** A checkpoint fine-tuned by steps and by flow. */
const domain = fc.record({
  ...checkpoints.checkpointFields,
  angle: weighted([12, fc.constant(0)], [1, fc.integer({ min: 1, max: 90 })]),
  flow: weighted([6, decades(-3, 3)], [1, fc.constant('limit' as const)]),
});

type Instance = Drawn<typeof domain>;

/** T4 with finitely many steps. */
export const fineTuningSteps = defineClaim({
  id: 'T4-steps',
  title: 'Fine-tuning acts mode by mode',
  statement:
    'K gradient steps of size η on ‖W − A_ft‖² + λ‖W − B‖², with B the checkpoint or the pre-training task, keep the singular vectors that both tasks and the checkpoint share and move each singular value s_i = D_i² by the recurrence D ← D − 2ηD[(D² − σ_i^ft) + λ(D² − b_i)] alone; gradient flow moves it by ds_i/dt = 4s_i[(σ_i^ft − s_i) + λ(b_i − s_i)].',
  origin: 'ours; the recurrence without a pull: Gidel, Bach and Lacoste-Julien 2019',
  domain,
  wellFormed: (instance) =>
    checkpoints.isTunedCheckpoint(instance) && (instance.flow === 'limit' || instance.flow >= 0),
  hypotheses: [
    {
      name: 'shared vectors',
      statement: 'the two tasks have the same singular vectors: the angle is 0°',
      holds: ({ angle }) => angle === 0,
    },
    {
      name: 'balanced',
      statement: 'both layers of the checkpoint have the same factor √s_i in each mode',
      holds: ({ imbalance }) => imbalance === 1,
    },
  ],
  conclusion(instance) {
    const prepared = checkpoints.prepare(instance);
    const { problem, fineTuning, size, explicit, regime } = prepared;
    const tuned = fineTune(problem, instance.time, fineTuning);
    const last = Math.max(...tuned.singularValues, 0);
    if (regime === 'unclear') return tightest(byFlow(instance, prepared));
    if (regime === 'diverging') {
      return atLeast(['largest singular value', last], ['diverging', 1e100], 1);
    }
    const largest = Math.max(size, last, explicit.core.max(), -explicit.core.min());
    const expected = Matrix.zeros(problem.rows, problem.cols);
    tuned.singularValues.forEach((value, index) => {
      expected.set(index, index, value);
    });
    const difference = Matrix.sub(explicit.core, expected).div(largest);
    const vectors = equal(
      ['distance of W1W2 from U diag(s) Vᵀ, in units of the largest singular value', difference.norm()],
      ['none', 0],
      TOLERANCE,
    );
    const losses = (['lossBefore', 'lossPre', 'lossFt'] as const).map((name) =>
      sameLoss(name, tuned[name], explicit[name], largest),
    );
    const forgetting = explicit.lossPre - explicit.lossBefore;
    return tightest([
      vectors,
      ...losses,
      sameLoss('forgetting', tuned.forgetting, forgetting, largest),
      ...byFlow(instance, prepared),
    ]);
  },
  toleranceReason:
    'products of matrices of at most 10 rows, in up to 6 steps, each of each of which keeps errors within bounds: 1e-11 of the largest matrix',
});

const TOLERANCE = 1e-11;

function sameLoss(name: string, mode: number, matrix: number, largest: number): Conclusion {
  const scale = largest * largest;
  return equal(
    [`${name} by modes, in units of the largest singular value squared`, mode / scale],
    ['by matrices', matrix / scale],
    10 * TOLERANCE,
  );
}

/** The flow of each mode, the solution of `ds/dt = s(a - ks)`: `as0/(ks0 + (a - ks0)e^{-at})`. */
function byFlow(
  { flow, time }: Instance,
  { problem, fineTuning, values }: checkpoints.PreparedCheckpoint,
): Conclusion[] {
  const { pull, anchor, target } = fineTuning;
  const duration = flow === 'limit' ? Infinity : flow;
  const tuned = fineTune(problem, time, { ...fineTuning, length: { time: duration } });
  return tuned.singularValues.map((value, index) => {
    const start = values[index]!;
    const goal = target[index]!;
    const growth = 4 * (goal + pull * (anchor === 'checkpoint' ? start : problem.spectrum[index]!));
    const damping = 4 * (1 + pull);
    return equal(
      [`singular value ${index + 1} after the flow`, value],
      ['solution of its own equation', logistic(start, growth, damping, duration)],
      TOLERANCE * Math.max(start, goal, problem.spectrum[index]!),
    );
  });
}

function logistic(start: number, growth: number, damping: number, time: number): number {
  if (start === 0) return 0;
  if (growth === 0) return start / (1 + damping * start * time);
  const decay = Math.exp(-growth * time);
  return (growth * start) / (damping * start * (1 - decay) + growth * decay);
}
