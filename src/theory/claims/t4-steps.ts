import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { fineTune } from '../finetuning.js';
import { flowWeights } from '../riccati.js';
import { fineTuneRotated, modeRotation, type RotatedFineTuned, rotatedTask } from '../rotated-finetuning.js';
import { atLeast, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import { areWithin, decades, weighted } from './engine/draws.js';
import { matrixDistance, vanishes } from './engine/networks.js';
import * as checkpoints from './engine/tuned-checkpoint.js';

/** A checkpoint fine-tuned by steps and by flow. */
const domain = fc.record({
  ...checkpoints.checkpointFields,
  angle: weighted([12, fc.constant(0)], [1, fc.integer({ min: 1, max: 90 })]),
  flow: weighted([6, decades(-3, 3)], [1, fc.constant('limit' as const)]),
});

type Instance = Drawn<typeof domain>;

const balanced = {
  name: 'balanced',
  statement: 'both layers of the checkpoint have the same factor √s_i in each mode',
  holds: ({ imbalance }: { readonly imbalance: number }) => imbalance === 1,
};

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
    balanced,
  ],
  conclusion(instance) {
    const prepared = checkpoints.prepare(instance);
    const { problem, fineTuning, size, explicit, regime } = prepared;
    const tuned = fineTune(problem, instance.time, fineTuning);
    const last = Math.max(...tuned.singularValues, 0);
    if (regime === 'unclear') return tightest(byFlow(instance, prepared));
    if (regime === 'diverging') return atLeast(['largest singular value', last], ['diverging', 1e100], 1);
    const largest = Math.max(size, last, explicit.core.max(), -explicit.core.min());
    const expected = Matrix.diag([...tuned.singularValues], problem.rows, problem.cols);
    const distance = Matrix.sub(explicit.core, expected).div(largest).norm();
    const label = 'distance of W1W2 from U diag(s) Vᵀ, in units of the largest singular value';
    return tightest([
      vanishes(label, distance, TOLERANCE),
      ...sameLosses(
        tuned,
        explicit,
        largest,
        (name) => `${name} by modes, in units of the largest singular value squared`,
      ),
      ...byFlow(instance, prepared),
    ]);
  },
  toleranceReason:
    'products of matrices of at most 10 rows, in up to 6 steps, each of each of which keeps errors within bounds: 1e-11 of the largest matrix',
});

const TOLERANCE = 1e-11;

/** `W1W2` in the basis of the singular vectors of pre-training, and losses, from full matrices. */
type Expected = Omit<checkpoints.PreparedCheckpoint['explicit'], 'layers'>;

/** Losses and forgetting, in units of the square of the largest singular value. */
function sameLosses(
  tuned: Omit<RotatedFineTuned, 'core'>,
  expected: Omit<Expected, 'core'>,
  largest: number,
  labelOf: (name: string) => string,
): Conclusion[] {
  const scale = largest * largest;
  const matrices = { ...expected, forgetting: expected.lossPre - expected.lossBefore };
  return (['lossBefore', 'lossPre', 'lossFt', 'forgetting'] as const).map((name) =>
    equal([labelOf(name), tuned[name] / scale], ['by matrices', matrices[name] / scale], 10 * TOLERANCE),
  );
}

/** The flow of each mode, the solution of `ds/dt = s(a - ks)`: `as0/(ks0 + (a - ks0)e^{-at})`. */
function byFlow({ flow, time }: Instance, prepared: checkpoints.PreparedCheckpoint): Conclusion[] {
  const { problem, fineTuning, values } = prepared;
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

/** A checkpoint fine-tuned on a turned task, by steps and by flow. */
const turnedCheckpoint = fc.record({
  ...checkpoints.checkpointFields,
  angle: weighted([2, fc.constantFrom(0, 90, 180)], [3, fc.integer({ min: 0, max: 180 })]),
  /** Time of the flow, in units of that of the largest singular value. */
  flow: decades(-2, 0.5),
});

type Turned = Drawn<typeof turnedCheckpoint>;

/** T4 with turned singular vectors. */
export const turnedTask = defineClaim({
  id: 'T4-rotation',
  title: 'A task turned in the planes of mode pairs acts plane by plane',
  statement:
    'Fine-tuning on U R diag(σ^ft) Rᵀ Vᵀ, with R a rotation in the planes of modes (1,2), (3,4), …, keeps W1W2 block diagonal in the bases U and V, each block moving as a balanced network of at most 2×2 of its own, by gradient steps and by gradient flow; at 0° and 180° that is the task with shared singular vectors, and at 90° the one with the values of each pair exchanged.',
  origin: 'ours',
  domain: turnedCheckpoint,
  wellFormed: (instance) => checkpoints.isTunedCheckpoint(instance) && areWithin([instance.flow], 0, 5),
  hypotheses: [balanced],
  conclusion(instance) {
    const prepared = checkpoints.prepare(instance);
    const { problem, fineTuning, explicit, regime } = prepared;
    const turned = fineTuneRotated(problem, instance.time, instance.angle, fineTuning);
    if (regime === 'diverging') {
      const largest = Math.max(...turned.core.to1DArray().map(Math.abs));
      const size = Number.isFinite(largest) ? largest : Number.MAX_VALUE;
      return tightest([
        atLeast(['largest entry of the network', size], ['diverging', 1e60], 1),
        atLeast(['its pre-training loss', turned.lossPre], ['diverging', 1e60], 1),
      ]);
    }
    if (regime === 'unclear') return tightest(turnedByFlow(instance, prepared));
    const bySteps = sameNetwork('gradient steps', prepared, turned, explicit);
    return tightest([...bySteps, ...turnedByFlow(instance, prepared), ...atSpecialAngles(instance, prepared, turned)]);
  },
  toleranceReason:
    'products of matrices of at most 10 rows, in up to 6 steps that keep errors within bounds: 1e-11 of the largest matrix; the flow comes from eigenbases, with some thousand roundings',
});

function sameNetwork(
  way: string,
  { size, problem }: checkpoints.PreparedCheckpoint,
  turned: RotatedFineTuned,
  expected: Expected,
): Conclusion[] {
  const largest = Math.max(size, ...expected.core.to1DArray().map(Math.abs));
  const embeddedCore = Matrix.zeros(problem.rows, problem.cols).setSubMatrix(turned.core, 0, 0);
  const network = vanishes(
    `distance of the blocks from W1W2 after ${way}, in units of the largest singular value`,
    Matrix.sub(expected.core, embeddedCore).div(largest).norm(),
    TOLERANCE,
  );
  const labelOf = (name: string) =>
    name === 'forgetting'
      ? 'forgetting, by blocks'
      : `${name} after ${way}, by blocks, in units of the largest singular value squared`;
  return [network, ...sameLosses(turned, expected, largest, labelOf)];
}

/** The same by gradient flow: full matrices in the basis of pre-training, without the planes. */
function turnedByFlow(instance: Turned, prepared: checkpoints.PreparedCheckpoint): Conclusion[] {
  const { problem, fineTuning, values, size } = prepared;
  const { pull, target } = fineTuning;
  const { rows, hidden, cols } = problem;
  const pretraining = Matrix.diag([...problem.spectrum], rows, cols);
  const turn = modeRotation(instance.angle, target.length);
  const core = turn.mmul(Matrix.diag([...target])).mmul(turn.transpose());
  const task = Matrix.zeros(rows, cols).setSubMatrix(core, 0, 0);
  const factors = values.map(Math.sqrt);
  const first = Matrix.diag(factors, rows, hidden);
  const second = Matrix.diag(factors, hidden, cols);
  const before = first.mmul(second);
  const anchored = fineTuning.anchor === 'checkpoint' ? before : pretraining;
  // The flow on ‖W − A‖² + λ‖W − B‖² is that on (1 + λ)‖W − (A + λB)/(1 + λ)‖².
  const mean = Matrix.add(task, Matrix.mul(anchored, pull)).div(1 + pull);
  const time = instance.flow / (4 * size);
  const end = flowWeights(first, second, mean, (1 + pull) * time);
  const product = end.first.mmul(end.second);
  const turned = fineTuneRotated(problem, instance.time, instance.angle, { ...fineTuning, length: { time } });
  const expected = {
    core: product,
    lossBefore: matrixDistance(before, pretraining) ** 2,
    lossPre: matrixDistance(product, pretraining) ** 2,
    lossFt: matrixDistance(product, task) ** 2,
  };
  const distance = Matrix.sub(rotatedTask(target, instance.angle, rows, cols), task).div(size);
  const label = 'distance of the turned task from R diag(σ^ft) Rᵀ, in units of the largest singular value';
  const goal = vanishes(label, distance.norm(), 1e-14);
  return [goal, ...sameNetwork('gradient flow', prepared, turned, expected)];
}

/** At multiples of 90° the task has the same singular vectors, with its values in place or exchanged. */
function atSpecialAngles(
  { time, angle }: Turned,
  { problem, fineTuning, size }: checkpoints.PreparedCheckpoint,
  turned: RotatedFineTuned,
): Conclusion[] {
  if (angle % 90 !== 0) return [];
  const { target } = fineTuning;
  const exchanged = target.map((value, index) => target[index % 2 === 0 ? index + 1 : index - 1] ?? value);
  const shared = fineTune(problem, time, { ...fineTuning, target: angle === 90 ? exchanged : target });
  const scale = Math.max(size, ...shared.singularValues);
  const values = shared.singularValues.map((value, index) =>
    equal(
      [`singular value ${index + 1} at ${angle}°, in units of the largest`, turned.core.get(index, index) / scale],
      ['of the task with shared vectors', value / scale],
      TOLERANCE,
    ),
  );
  const loss = equal(
    [`fine-tuning loss at ${angle}°, in units of the largest singular value squared`, turned.lossFt / scale ** 2],
    ['of the task with shared vectors', shared.lossFt / scale ** 2],
    10 * TOLERANCE,
  );
  return [...values, loss];
}
