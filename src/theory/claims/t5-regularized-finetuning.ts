import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { effectiveSpeed, effectiveTask, effectiveValue, regularizationFloor } from '../finetuning.js';
import { descendWeights } from '../rotated-finetuning.js';
import {
  overshootThreshold,
  stagedFineTuningLoss,
  stagedIncrement,
  stagedInflection,
  stagedPretrainingLoss,
} from '../staged-finetuning.js';
import { atLeast, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import { areWhole, areWithin, decades, drawnMatrix, matrixSeed, shapeFields, weighted } from './engine/draws.js';
import { vanishes } from './engine/networks.js';
import * as twoTasks from './engine/tuned-modes.js';

/** Any weights, any task, an anchor, a pull and a learning rate. */
const domain = fc.record({
  ...shapeFields,
  seed: matrixSeed,
  /** Size of the weights; the task has entries of about 1. */
  scale: decades(-2, 0.5),
  pull: weighted([6, decades(-3, 3)], [1, fc.constantFrom(0, 1, 2)]),
  /** What is pulled to: the product of the checkpoint's weights, or another task (replay of true data). */
  anchor: fc.constantFrom('checkpoint', 'replay'),
  /** Learning rate in units of what keeps a step of the regularised loss small. */
  rate: decades(-3, -1),
  steps: fc.nat({ max: 4 }),
});

type Instance = Drawn<typeof domain>;

/** T5: fine-tuning that is pulled to an anchor is plain fine-tuning to another task, in faster time. */
export const regularizedFineTuning = defineClaim({
  id: 'T5',
  title: 'Regularised fine-tuning is plain fine-tuning to a nearer task',
  statement:
    'For any weights, any task A_ft, any anchor W_0 and any λ ≥ 0, L_ft + λ‖W − W_0‖² = (1+λ)‖W − A_eff‖² + λ/(1+λ)‖A_ft − W_0‖² with A_eff = (A_ft + λW_0)/(1+λ), so gradient descent on it with rate η makes the very steps of plain gradient descent toward A_eff with rate (1+λ)η.',
  origin: 'the regularised loss: paper, section 4; the equivalence: ours',
  domain,
  wellFormed: ({ rows, hidden, cols, steps, pull, rate, scale }) =>
    areWhole([rows, hidden, cols], 1, 12) &&
    areWhole([steps], 0, 8) &&
    areWithin([pull, rate], 0, Infinity) &&
    scale > 0,
  hypotheses: [],
  conclusion(instance) {
    const start = startOf(instance);
    const { first, second, task, anchor } = start;
    const { pull } = instance;
    const product = first.mmul(second);
    const size = squared(product) + squared(task) + squared(anchor);
    const remaining = effectiveSpeed(pull) * squared(Matrix.sub(product, effectiveTask(task, anchor, pull)));
    const loss = squared(Matrix.sub(product, task)) + pull * squared(Matrix.sub(product, anchor));
    const [asked, held] = [task.get(0, 0), anchor.get(0, 0)];
    return tightest([
      equal(
        ['(1+λ)‖W − A_eff‖² + λ/(1+λ)‖A_ft − W_0‖²', remaining + regularizationFloor(task, anchor, pull)],
        ['‖W − A_ft‖² + λ‖W − W_0‖²', loss],
        1e-13 * (1 + pull) * size,
      ),
      equal(
        ['an entry of A_eff by the rule for one mode', effectiveValue(asked, held, pull)],
        ['(a + λw)/(1+λ)', (asked + pull * held) / (1 + pull)],
        1e-14 * (Math.abs(asked) + Math.abs(held)),
      ),
      stepsAgree(instance, start),
    ]);
  },
  toleranceReason:
    '1e-13 of the squared entries that are added: some hundred roundings of products and sums of at most 12 terms; steps that are small against their stability limit amplify a rounding by less than 10',
});

function startOf({ rows, hidden, cols, seed, scale, anchor }: Instance) {
  const first = drawnMatrix(rows, hidden, 4 * seed + 1).mul(scale);
  const second = drawnMatrix(hidden, cols, 4 * seed + 2).mul(scale);
  const anchored = anchor === 'checkpoint' ? first.mmul(second) : drawnMatrix(rows, cols, 4 * seed + 4);
  return { first, second, task: drawnMatrix(rows, cols, 4 * seed + 3), anchor: anchored };
}

/** Descent toward A_eff beside descent on the regularised loss with its gradient written out. */
function stepsAgree({ pull, rate, steps, scale }: Instance, start: ReturnType<typeof startOf>): Conclusion {
  const { task, anchor } = start;
  let { first, second } = start;
  const reach = Math.sqrt(squared(task) + squared(anchor)) + squared(first) + squared(second) + scale;
  const stepSize = rate / ((1 + pull) * reach);
  const goal = effectiveTask(task, anchor, pull);
  const plain = descendWeights(first, second, goal, effectiveSpeed(pull) * stepSize, steps);
  for (let step = 0; step < steps; step++) {
    const product = first.mmul(second);
    const residual = Matrix.sub(product, task).add(Matrix.sub(product, anchor).mul(pull));
    const force = residual.mul(2 * stepSize);
    const next = Matrix.sub(first, force.mmul(second.transpose()));
    second = Matrix.sub(second, first.transpose().mmul(force));
    first = next;
  }
  const distance = Math.sqrt(squared(Matrix.sub(plain.first, first)) + squared(Matrix.sub(plain.second, second)));
  const norm = Math.sqrt(squared(first) + squared(second));
  const label = `distance of the weights after ${steps} steps, as a share of their norm`;
  return vanishes(label, norm === 0 ? distance : distance / norm, 1e-12);
}

function squared(matrix: Matrix): number {
  return matrix.dot(matrix);
}

const pulls = {
  pull: twoTasks.pullWeight,
  /** How much larger the second pull is; negative for a smaller one. */
  more: twoTasks.morePull,
};

/** T5: the inflection under regularisation. */
export const regularizedInflection = defineClaim({
  id: 'T5-inflection',
  title: 'Regularisation delays the inflection',
  statement:
    'At convergence the pre-training loss after regularised fine-tuning is F_λ(n) = Σ_{i≤n} ((σ_i^ft − σ_i)/(1+λ))² + Σ_{i>n} σ_i²; learning mode n raises it exactly when σ_n^ft > (2+λ)σ_n, and the number of modes with the least F_λ never decreases as λ grows.',
  origin: 'direction: paper, section 4; formulas: ours',
  /** Two tasks with common modes, and two pulls. */
  domain: fc.record({ modes: twoTasks.modesOfTwoTasks, ...pulls }),
  wellFormed: ({ modes, pull, more }) =>
    twoTasks.areStagedModes(modes) && areWithin([pull], 0, 1e6) && pull + more >= 0,
  hypotheses: [twoTasks.largerPull],
  conclusion({ modes, pull, more }) {
    const task = twoTasks.stagedTask(modes, pull);
    const rounding = twoTasks.stagedRounding(modes);
    const losses = [...modes, null].map((_, learned) => twoTasks.convergedLosses(modes, pull, learned).pre);
    const parts = modes.flatMap((mode, index): Conclusion[] => {
      const learned = index + 1;
      const [before, after] = [losses[index]!, losses[learned]!];
      const loss = { label: `F_λ(${learned})`, value: stagedPretrainingLoss(task, learned) };
      const rise = stagedIncrement(task, learned);
      return [
        equal(loss, ['the loss at the end points of all modes', after], rounding),
        equal(
          [`F_λ(${learned}) − F_λ(${index}) by its formula`, rise],
          ['the difference of the losses', after - before],
          2 * rounding,
        ),
        thresholdIsRight(mode, pull, rise),
      ];
    });
    // The number of modes called best has the least loss, up to rounding.
    const best = stagedInflection(task);
    const bestLoss = { label: `F_λ at the inflection, n = ${best}`, value: losses[best] ?? Number.NaN };
    const bestIsLeast = equal(bestLoss, ['least F_λ(n)', Math.min(...losses)], 2 * rounding);
    return tightest([...parts, bestIsLeast, ordered(modes, pull, more)]);
  },
  toleranceReason:
    '1e-14 of the squared singular values: sums of at most 12 squares of differences, each rounded a few times; signs and numbers of modes are compared exactly',
});

/** The sign of the rise against the threshold, where they are not equal within rounding. */
function thresholdIsRight({ sigma, target }: twoTasks.TunedMode, pull: number, rise: number): Conclusion {
  const beyond = target - (2 + pull) * sigma;
  const isClose = Math.abs(beyond) <= 1e-12 * (target + (2 + pull) * sigma) || target + pull * sigma === 0;
  const above = target > overshootThreshold(pull) * sigma ? 1 : -1;
  return equal(
    ['sign of the rise, and of σ^ft over its threshold', isClose ? 0 : (Math.sign(rise) + above) / 2],
    ['sign of σ^ft − (2+λ)σ', isClose ? 0 : Math.sign(beyond)],
    1e-9,
  );
}

/** The inflection at the larger pull is not earlier, or the losses there are equal within rounding. */
function ordered(modes: readonly twoTasks.TunedMode[], pull: number, more: number): Conclusion {
  const early = stagedInflection(twoTasks.stagedTask(modes, pull));
  const late = stagedInflection(twoTasks.stagedTask(modes, pull + more));
  const loss = (learned: number) => twoTasks.convergedLosses(modes, pull + more, learned).pre;
  const isTie = Math.abs(loss(early) - loss(late)) <= 2 * twoTasks.stagedRounding(modes);
  const larger = { label: `inflection at λ = ${pull + more}`, value: isTie ? early : late };
  return atLeast(larger, [`inflection at λ = ${pull}`, early], 1e-9);
}

/** T5: what regularisation costs. */
export const regularizationCost = defineClaim({
  id: 'T5-cost',
  title: 'Regularisation costs fine-tuning loss',
  statement:
    'At convergence from n learned modes the fine-tuning loss is Σ_{i≤n} (λ/(1+λ))²(σ_i^ft − σ_i)² + Σ_{i>n} (σ_i^ft)², which never falls as λ grows.',
  origin: 'direction: paper, section 4; formula: ours',
  /** Two tasks with common modes, the number of learned ones, and two pulls. */
  domain: fc.record({ modes: twoTasks.modesOfTwoTasks, learned: fc.nat({ max: 12 }), ...pulls }),
  wellFormed: ({ modes, learned, pull, more }) =>
    twoTasks.areStagedModes(modes) && areWhole([learned], 0, Infinity) && areWithin([pull], 0, 1e6) && pull + more >= 0,
  hypotheses: [twoTasks.largerPull],
  conclusion({ modes, learned, pull, more }) {
    const count = Math.min(learned, modes.length);
    const lossAt = (strength: number) => stagedFineTuningLoss(twoTasks.stagedTask(modes, strength), count);
    const rounding = twoTasks.stagedRounding(modes);
    const sideAt = (strength: number) => ({ label: `fine-tuning loss at λ = ${strength}`, value: lossAt(strength) });
    return tightest([
      equal(
        [`fine-tuning loss with ${count} learned modes`, lossAt(pull)],
        ['the loss at the end points of all modes', twoTasks.convergedLosses(modes, pull, count).ft],
        rounding,
      ),
      atLeast(sideAt(pull + more), sideAt(pull), rounding),
    ]);
  },
  toleranceReason: '1e-14 of the squared singular values: sums of at most 12 squares, each rounded a few times',
});
