import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { fineTune } from '../finetuning.js';
import { flowWeights } from '../riccati.js';
import { fineTuneRotated, modeRotation, type RotatedFineTuned, rotatedTask } from '../rotated-finetuning.js';
import { atLeast, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import { areWithin, decades, weighted } from './engine/draws.js';
import { matrixDistance } from './engine/networks.js';
import * as checkpoints from './engine/tuned-checkpoint.js';

/** A checkpoint fine-tuned on a turned task, by steps and by flow. */
const domain = fc.record({
  ...checkpoints.checkpointFields,
  angle: weighted([2, fc.constantFrom(0, 90, 180)], [3, fc.integer({ min: 0, max: 180 })]),
  /** Time of the flow, in units of that of the largest singular value. */
  flow: decades(-2, 0.5),
});

type Instance = Drawn<typeof domain>;

/** T4 with turned singular vectors. */
export const turnedTask = defineClaim({
  id: 'T4-rotation',
  title: 'A task turned in the planes of mode pairs acts plane by plane',
  statement:
    'Fine-tuning on U R diag(σ^ft) Rᵀ Vᵀ, with R a rotation in the planes of modes (1,2), (3,4), …, keeps W1W2 block diagonal in the bases U and V, each block moving as a balanced network of at most 2×2 of its own, by gradient steps and by gradient flow; at 0° and 180° that is the task with shared singular vectors, and at 90° the one with the values of each pair exchanged.',
  origin: 'ours',
  domain,
  wellFormed: (instance) => checkpoints.isTunedCheckpoint(instance) && areWithin([instance.flow], 0, 5),
  hypotheses: [
    {
      name: 'balanced',
      statement: 'both layers of the checkpoint have the same factor √s_i in each mode',
      holds: ({ imbalance }) => imbalance === 1,
    },
  ],
  conclusion(instance) {
    const prepared = checkpoints.prepare(instance);
    const { problem, fineTuning, explicit, regime } = prepared;
    const turned = fineTuneRotated(problem, instance.time, instance.angle, fineTuning);
    if (regime === 'diverging') {
      const largest = Math.max(...turned.core.to1DArray().map(Math.abs));
      const size = {
        label: 'largest entry of the network',
        value: Number.isFinite(largest) ? largest : Number.MAX_VALUE,
      };
      return tightest([
        atLeast(size, ['diverging', 1e60], 1),
        atLeast(['its pre-training loss', turned.lossPre], ['diverging', 1e60], 1),
      ]);
    }
    if (regime === 'unclear') return tightest(byFlow(instance, prepared));
    const bySteps = sameNetwork('gradient steps', prepared, turned, explicit);
    return tightest([...bySteps, ...byFlow(instance, prepared), ...atSpecialAngles(instance, prepared, turned)]);
  },
  toleranceReason:
    'products of matrices of at most 10 rows, in up to 6 steps that keep errors within bounds: 1e-11 of the largest matrix; the flow comes from eigenbases, with some thousand roundings',
});

interface Expected {
  readonly core: Matrix;
  readonly lossBefore: number;
  readonly lossPre: number;
  readonly lossFt: number;
}

const TOLERANCE = 1e-11;

function sameNetwork(
  way: string,
  { size, problem }: checkpoints.PreparedCheckpoint,
  turned: RotatedFineTuned,
  expected: Expected,
): Conclusion[] {
  const largest = Math.max(size, ...expected.core.to1DArray().map(Math.abs));
  const scale = largest * largest;
  const embeddedCore = Matrix.zeros(problem.rows, problem.cols);
  embeddedCore.setSubMatrix(turned.core, 0, 0);
  const network = equal(
    [
      `distance of the blocks from W1W2 after ${way}, in units of the largest singular value`,
      Matrix.sub(expected.core, embeddedCore).div(largest).norm(),
    ],
    ['none', 0],
    TOLERANCE,
  );
  const losses = (['lossBefore', 'lossPre', 'lossFt'] as const).map((name) =>
    equal(
      [`${name} after ${way}, by blocks, in units of the largest singular value squared`, turned[name] / scale],
      ['by matrices', expected[name] / scale],
      10 * TOLERANCE,
    ),
  );
  const forgetting = equal(
    ['forgetting, by blocks', turned.forgetting / scale],
    ['by matrices', (expected.lossPre - expected.lossBefore) / scale],
    10 * TOLERANCE,
  );
  return [network, ...losses, forgetting];
}

/** The same by gradient flow: full matrices in the basis of pre-training, without the planes. */
function byFlow(instance: Instance, prepared: checkpoints.PreparedCheckpoint): Conclusion[] {
  const { problem, fineTuning, values, size } = prepared;
  const { pull, target } = fineTuning;
  const { rows, hidden, cols } = problem;
  const pretraining = Matrix.diag([...problem.spectrum], rows, cols);
  const turn = modeRotation(instance.angle, target.length);
  const core = turn.mmul(Matrix.diag([...target])).mmul(turn.transpose());
  const task = Matrix.zeros(rows, cols);
  task.setSubMatrix(core, 0, 0);
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
  const goal = equal(
    [
      'distance of the turned task from R diag(σ^ft) Rᵀ, in units of the largest singular value',
      Matrix.sub(rotatedTask(target, instance.angle, rows, cols), task)
        .div(size)
        .norm(),
    ],
    ['none', 0],
    1e-14,
  );
  return [goal, ...sameNetwork('gradient flow', prepared, turned, expected)];
}

/** At multiples of 90° the task has the same singular vectors, with its values in place or exchanged. */
function atSpecialAngles(
  { time, angle }: Instance,
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
