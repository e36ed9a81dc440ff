import * as fc from 'fast-check';
import { type FineTuning, fineTune } from '../finetuning.js';
import { fineTuneRotated } from '../rotated-finetuning.js';
import { atMost, defineClaim, equal, tightest } from './engine/claim.js';
import { areWithin, decades, weighted } from './engine/draws.js';
import { sigmoid } from './engine/integration.js';
import * as twoTasks from './engine/tuned-modes.js';

const erased = twoTasks.keptShare.map((share) => share / 2);

/** Two checkpoints of one pre-training run, and how both are fine-tuned. */
const fields = {
  modes: weighted(
    [12, twoTasks.startedModes(12, erased, twoTasks.startedBelow)],
    [1, twoTasks.startedModes(12, twoTasks.anyShare, twoTasks.startedBelow)],
    [1, twoTasks.startedModes(12, erased, twoTasks.startedAnywhere)],
  ),
  /** Pre-training time of the earlier checkpoint, and between the two. */
  earlier: fc.oneof(decades(-3, 3), fc.constant(0)),
  delay: decades(-3, 3),
  /** Time of the fine-tuning flow. */
  time: weighted([3, decades(-3, 3)], [1, fc.constant('limit' as const)]),
  ...twoTasks.surplusFields,
};

/** Degrees by which pairs of singular vectors of the new task are turned. */
const turned = fc.record({ ...fields, angle: fc.integer({ min: 1, max: 179 }) });

/** Two modes of which the later checkpoint knows one, and time to follow the turned task from there. */
const turnedPair = fc
  .record({
    first: fc.constantFrom(0.5, 1, 2),
    second: fc.constantFrom(1, 2, 4),
    delay: decades(-0.3, 0.5),
    time: decades(-0.3, 0.5),
    angle: fc.integer({ min: 10, max: 80 }),
  })
  .map(({ first, second, ...rest }) => ({
    modes: [
      { sigma: first, start: 0.01 * first, target: 0 },
      { sigma: second, start: 0, target: second },
    ],
    earlier: 0,
    extraRows: 0,
    extraCols: 0,
    beyond: 0,
    ...rest,
  }));

/** T4, corollary: no U-turn without overshoot or rotation. */
export const erasingFeatures = defineClaim({
  id: 'T4-erase',
  title: 'Erasing features alone never makes longer pre-training harmful',
  statement:
    'After any time of fine-tuning flow, convergence included, on a task with the same singular vectors and 0 ≤ σ_i^ft ≤ σ_i for every mode, the pre-training loss never rises with the length of pre-training: a U-turn takes overshoot or turned singular vectors.',
  origin: 'ours',
  domain: weighted([9, fc.record({ ...fields, angle: fc.constantFrom(0, 180) })], [1, turned]),
  wellFormed: ({ modes, earlier, delay, time, angle, ...surplus }) =>
    twoTasks.areTunedModes(modes) &&
    twoTasks.isSurplus(surplus) &&
    areWithin([earlier, delay], 0, Infinity) &&
    (time === 'limit' || time >= 0) &&
    areWithin([angle], 0, 180),
  hypotheses: [
    {
      name: 'no overshoot',
      statement: 'σ_i^ft ≤ σ_i for every mode',
      holds: ({ modes }) => modes.every(({ sigma, target }) => target <= sigma),
    },
    {
      name: 'starts below',
      statement: 'no mode starts pre-training above its σ: s_i(0) ≤ σ_i',
      holds: ({ modes }) => modes.every(({ sigma, start }) => start <= sigma),
      broken: fc.record({
        ...fields,
        modes: twoTasks.startedModes(4, erased, twoTasks.startedAnywhere),
        angle: fc.constant(0),
      }),
    },
    {
      name: 'shared vectors',
      statement: 'the two tasks have the same singular vectors: the angle is 0° or 180°',
      holds: ({ angle }) => angle % 180 === 0,
      broken: fc.oneof(turned, turnedPair),
    },
  ],
  conclusion(instance) {
    const { modes, earlier, delay, angle } = instance;
    const later = earlier + delay;
    const problem = twoTasks.tunedProblem(modes, instance);
    const length = { time: instance.time === 'limit' ? Infinity : instance.time };
    const target = twoTasks.targetsOf(modes, problem);
    const fineTuning: FineTuning = { target, pull: 0, anchor: 'checkpoint', length };
    const size = twoTasks.sumOfSquares(modes.flatMap(({ sigma, start, target }) => [sigma, start, target]));
    const lossFrom = (time: number) => fineTuneRotated(problem, time, angle, fineTuning).lossPre;
    const order = atMost(
      [`pre-training loss after fine-tuning from t = ${later}`, lossFrom(later)],
      [`from t = ${earlier}`, lossFrom(earlier)],
      1e-11 * size,
    );
    if (angle % 180 !== 0) return order;
    // Mode by mode, after both flows.
    const byModes = modes.reduce((sum, mode, index) => {
      const before = index < problem.modes.length ? sigmoid(mode, later).value : 0;
      const after = sigmoid({ sigma: mode.target, start: before }, length.time).value;
      return sum + (after - mode.sigma) ** 2;
    }, 0);
    const tuned = { label: 'the same by modes', value: fineTune(problem, later, fineTuning).lossPre };
    return tightest([order, equal(tuned, ['from two sigmoids per mode', byModes], 1e-12 * size)]);
  },
  toleranceReason:
    'losses are sums of at most 12 squares; a singular value carries one rounding per unit of the exponents 4σt that matter, some hundred, and one that comes through the blocks of the turned task some thousand',
});
