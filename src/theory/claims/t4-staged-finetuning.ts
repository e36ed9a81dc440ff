import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { fineTune } from '../finetuning.js';
import { flowWeights } from '../riccati.js';
import { parseFineTuningTarget, parseSpectrum } from '../spectrum.js';
import {
  overshootThreshold,
  stagedForgetting,
  stagedIncrement,
  stagedInflection,
  stagedPretrainingLoss,
} from '../staged-finetuning.js';
import { atLeast, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { alignedTask, alignedWeights, drawnBases, matrixDistance, vanishes } from './engine/networks.js';
import * as twoTasks from './engine/tuned-modes.js';

const anyTarget = fc.record({
  sigma: draws.singularValue,
  kept: twoTasks.keptShare,
  overshot: twoTasks.overshootShare,
});

/** Modes that overshoot from some mode on, and not before. */
const turning: fc.Arbitrary<twoTasks.TunedMode[]> = fc
  .record({ modes: draws.listOf(10, anyTarget), turn: fc.nat({ max: 9 }) })
  .map(({ modes, turn }) =>
    modes.map(({ sigma, kept, overshot }, index) => ({
      sigma,
      target: sigma * (index < turn % modes.length ? kept : overshot),
    })),
  );

/** Two tasks with the same singular vectors, and a checkpoint with some modes learned. */
const stagedTasks = fc.record({
  /** In the order in which they are learned. */
  modes: draws.weighted([7, turning], [1, twoTasks.tunedModes(10)]),
  /** Modes learned where the loss is computed from matrices; no more than the width. */
  learned: fc.nat({ max: 10 }),
  ...twoTasks.surplusFields,
});

function overshoots({ sigma, target }: twoTasks.TunedMode): boolean {
  return target > 2 * sigma;
}

/** T4: the U-turn of the pre-training loss after fine-tuning. */
export const stagedFineTuning = defineClaim({
  id: 'T4',
  title: 'Fine-tuning turns at the first mode that overshoots by more than twice',
  statement:
    'Fine-tuned to convergence on a task with the same singular vectors, a checkpoint with n learned modes has the pre-training loss F(n) with F(n) − F(n−1) = σ_n^ft(σ_n^ft − 2σ_n), so that F never rises up to the last mode n0 with σ_n^ft ≤ 2σ_n, rises strictly from there on, and is least at n0.',
  origin: 'direction: paper, section 4; threshold and closed form: ours',
  domain: stagedTasks,
  wellFormed: ({ modes, learned, ...surplus }) =>
    twoTasks.areTunedModes(modes) && twoTasks.isSurplus(surplus) && draws.areWhole([learned], 0, Infinity),
  hypotheses: [
    {
      name: 'overshoot',
      statement: 'some mode overshoots: σ_n^ft > 2σ_n',
      holds: ({ modes }) => modes.some(overshoots),
    },
    {
      name: 'no return',
      statement: 'every mode after one that overshoots overshoots too',
      holds: ({ modes }) =>
        modes.every((mode, index) => index === 0 || overshoots(mode) || !overshoots(modes[index - 1]!)),
    },
  ],
  conclusion(instance) {
    const { modes } = instance;
    const task = twoTasks.stagedTask(modes, 0);
    const size = twoTasks.sumOfSquares(modes.flatMap(({ sigma, target }) => [sigma, target]));
    const learned = Math.min(instance.learned, Math.max(1, modes.length - instance.beyond));
    const { end, task: pretraining } = limitOfFlow(twoTasks.stagedModes(modes, learned), instance, 0);
    const residual = end.sub(pretraining);
    const identity = equal(
      [`F(${learned})`, stagedPretrainingLoss(task, learned)],
      ['‖W1W2 − A‖² in the limit of the flow on A_ft', residual.dot(residual)],
      1e-10 * size,
    );
    const increments = modes.map(({ sigma, target }, index) => {
      const mode = index + 1;
      return equal(
        [`F(${mode}) − F(${index})`, stagedPretrainingLoss(task, mode) - stagedPretrainingLoss(task, index)],
        ['σ^ft(σ^ft − 2σ)', target * (target - 2 * sigma)],
        1e-14 * size,
      );
    });
    return tightest([identity, ...increments, ...turnIsRight(modes)]);
  },
  toleranceReason:
    'the limit of the flow comes from an eigenbasis of the task, whose error is some thousand roundings of its largest values; increments are differences of sums of at most 10 squares; signs are exact',
});

/** The pre-training task, the checkpoint with the starts of some modes, and the limit of fine-tuning, as matrices. */
function limitOfFlow(modes: readonly twoTasks.StartedMode[], surplus: twoTasks.Surplus, pull: number) {
  const problem = twoTasks.tunedProblem(modes, surplus);
  // In turned bases the rounding of zeros would be learned in the end: unlearned modes are a saddle.
  const bases = drawnBases(problem.rows, problem.hidden, problem.cols, 0);
  const { first, second } = alignedWeights(bases, draws.pluck(problem.modes, 'start'));
  const start = first.mmul(second);
  const target = alignedTask(bases, twoTasks.targetsOf(modes, problem));
  const goal = target.add(Matrix.mul(start, pull)).div(1 + pull);
  const end = flowWeights(first, second, goal, Infinity);
  return { task: alignedTask(bases, problem.spectrum), start, end: end.first.mmul(end.second) };
}

/** That `F` falls or stays up to the last mode that does not overshoot, and rises from there to the end. */
function turnIsRight(modes: readonly twoTasks.TunedMode[]): Conclusion[] {
  const task = twoTasks.stagedTask(modes, 0);
  const turn = modes.filter((mode) => !overshoots(mode)).length;
  const rises = modes.map((_, index) => stagedIncrement(task, index + 1) > 0);
  const [before, after] = [rises.slice(0, turn), rises.slice(turn)].map((part) => part.filter(Boolean).length);
  const all = Math.max(1, modes.length - turn);
  const rising = equal(
    [`modes that raise F, of those after n0 = ${turn}`, after!],
    ['all of them, one at least', all],
    1e-9,
  );
  const falling = vanishes(`modes that raise F, of those up to n0 = ${turn}`, before!, 1e-9);
  const useful = modes.map(({ sigma, target }) => target > 0 && target < 2 * sigma);
  const least = equal(
    ['fewest modes with the least F', stagedInflection(task)],
    ['last mode that lowers F', useful.lastIndexOf(true, turn - 1) + 1],
    1e-9,
  );
  return turn > 0 ? [rising, falling, least] : [rising, falling];
}

/** A pre-training spectrum and a fine-tuning task by their names, and a pull. */
const namedTask = fc.record({
  spectrum: fc.constantFrom('power', 'linear', 'geometric', 'list'),
  /** Exponent of the power law; its inverse power of two is the ratio of the geometric one. */
  exponent: draws.quotients(0, 12, 4),
  /** Values of the list; their number is that of the modes for every spectrum. */
  values: draws.singularValues(),
  task: fc.constantFrom('overshoot', 'scale', 'erase'),
  /** Modes that the task leaves as they are. */
  kept: fc.nat({ max: 12 }),
  /** What the others are multiplied by. */
  factor: fc.oneof(draws.decades(-1, 2), draws.quotients(0, 16, 4)),
  pull: fc.oneof(twoTasks.pullWeight, draws.quotients(0, 8, 4)),
});

/** T4 and T5 for the tasks that a user names. */
export const overshootInflection = defineClaim({
  id: 'T4-overshoot',
  title: 'A task that multiplies the later modes by F turns at F = 2 + λ',
  statement:
    'Fine-tuned to convergence with a pull λ on the task that multiplies every mode after the n0-th by F, the fewest learned modes with the least pre-training loss are n0 where F ≥ 2+λ, all of them where F < 2+λ, and n0 where the modes are erased without a pull, so that erasing or shrinking features never makes the loss rise again.',
  origin: 'ours',
  domain: namedTask,
  wellFormed: ({ exponent, values, kept, factor, pull }) =>
    draws.areWithin([exponent], 0, 8) &&
    draws.areWhole([values.length], 1, 12) &&
    values.every((value, index) => draws.areWithin([value], 1e-6, 1e6) && value <= (values[index - 1] ?? Infinity)) &&
    draws.areWhole([kept], 0, Infinity) &&
    draws.areWithin([factor, pull], 0, 1e6),
  hypotheses: [],
  conclusion(instance) {
    const { values, exponent, pull } = instance;
    const count = values.length;
    const kept = instance.task === 'scale' ? 0 : Math.min(instance.kept, count);
    const factor = instance.task === 'erase' ? 0 : instance.factor;
    const [name, law] = spectrumOf(instance);
    const spectrum = parseSpectrum(name, count);
    const task = { overshoot: `overshoot:${kept}:${factor}`, scale: `scale:${factor}`, erase: `erase:${kept}` };
    const target = parseFineTuningTarget(task[instance.task], spectrum, () => 0);
    const named = spectrum.map((sigma, index) =>
      equal([`σ_${index + 1} of ${name}`, sigma / law(index)], ['its law', 1], 1e-14),
    );
    const tuned = target.map((value, index) =>
      equal(
        [`σ_${index + 1}^ft/σ_${index + 1} of ${task[instance.task]}`, value / law(index)],
        ['its factor', index < kept ? 1 : factor],
        1e-14 * (1 + factor),
      ),
    );
    const turns = factor >= 2 + pull || (factor === 0 && pull === 0);
    const inflection = equal(
      [`inflection of F = ${factor}, λ = ${pull}`, stagedInflection({ spectrum, target, pull })],
      [turns ? 'n0' : 'all modes', turns ? kept : count],
      1e-9,
    );
    const halfway = Math.ceil(count / 2);
    const bounded = equal(
      [`inflection among at most ${halfway} modes`, stagedInflection({ spectrum, target, pull }, halfway)],
      [turns ? 'n0 or those' : 'those', turns ? Math.min(kept, halfway) : halfway],
      1e-9,
    );
    const threshold = equal(['threshold of σ^ft/σ', overshootThreshold(pull)], ['2 + λ', 2 + pull], 1e-15 * (2 + pull));
    return tightest([...named, ...tuned, inflection, bounded, threshold, shuffled(spectrum, exponent)]);
  },
  toleranceReason:
    'powers and products are off by a few roundings; numbers of modes are exact, where F and 2 + λ are compared as they are',
});

function spectrumOf(instance: Drawn<typeof namedTask>): [name: string, law: (index: number) => number] {
  const { exponent, values } = instance;
  switch (instance.spectrum) {
    case 'power':
      return [`power:${exponent}`, (index) => Math.exp(-exponent * Math.log(index + 1))];
    case 'linear':
      return ['linear', (index) => 1 - index / values.length];
    case 'geometric':
      return [`geometric:${2 ** -exponent}`, (index) => 2 ** (-exponent * index)];
    case 'list':
      return [values.join(','), (index) => values[index]!];
  }
}

/** That a shuffled task has the same singular values. */
function shuffled(spectrum: readonly number[], draw: number): Conclusion {
  const target = parseFineTuningTarget('shuffle', spectrum, () => (draw / 3) % 1);
  const sorted = [...target].sort((a, b) => b - a);
  const changes = sorted.map((value, index) => Math.abs(value - spectrum[index]!));
  return vanishes('largest change of a singular value by shuffling', Math.max(...changes), Number.MIN_VALUE);
}

/** Two tasks with the same singular vectors, a checkpoint, and how it is fine-tuned. */
const domain = fc.record({
  modes: twoTasks.tunedModes(9),
  learned: fc.integer({ min: 1, max: 9 }),
  /** How much of its σ each learned mode has. */
  share: draws.weighted([6, fc.constant(1)], [1, draws.decades(-3, 1)]),
  pull: twoTasks.pullWeight,
  /** Time of the fine-tuning flow. */
  time: fc.oneof(draws.decades(-3, 3), fc.constant('limit' as const)),
  ...twoTasks.surplusFields,
});

type Instance = Drawn<typeof domain>;

/** T4: forgetting grows with the number of learned modes. */
export const forgetting = defineClaim({
  id: 'T4-forgetting',
  title: 'Every learned mode is one more to forget',
  statement:
    'The rise of the pre-training loss by fine-tuning a checkpoint with n fully learned modes on a task with the same singular vectors never decreases with n, after any time of gradient flow and with any pull λ toward the checkpoint; at convergence it is Σ_{i≤n} ((σ_i^ft − σ_i)/(1+λ))².',
  origin: 'ours',
  domain,
  wellFormed: ({ modes, learned, share, pull, time, ...surplus }) =>
    twoTasks.areTunedModes(modes) &&
    twoTasks.isSurplus(surplus) &&
    draws.areWhole([learned], 1, Infinity) &&
    draws.areWithin([share], Number.MIN_VALUE, 100) &&
    draws.areWithin([pull], 0, 1e6) &&
    (time === 'limit' || time >= 0),
  hypotheses: [
    {
      name: 'fully learned',
      statement: 'the learned modes of the checkpoint are at their σ_i',
      holds: ({ share }) => share === 1,
    },
  ],
  conclusion(instance) {
    const { modes, pull, share } = instance;
    const learned = Math.min(instance.learned, modes.length, Math.max(1, modes.length - instance.beyond));
    const size = twoTasks.sumOfSquares(modes.flatMap(({ sigma, target }) => [sigma * Math.max(1, share), target]));
    const [before, after] = [learned - 1, learned].map((n) => forgotten(instance, n));
    const label = `forgetting with ${learned} learned modes`;
    const growth = atLeast([label, after!], ['with one fewer', before!], 1e-13 * size);
    if (share !== 1) return growth;
    const { task, start, end } = limitOfFlow(checkpoint(instance, learned), instance, pull);
    const closedForm = equal(
      ['Σ ((σ^ft − σ)/(1+λ))²', stagedForgetting(twoTasks.stagedTask(modes, pull), learned)],
      [
        'rise of ‖W1W2 − A‖² in the limit of the flow',
        matrixDistance(end, task) ** 2 - matrixDistance(start, task) ** 2,
      ],
      1e-10 * size,
    );
    return tightest([growth, closedForm]);
  },
  toleranceReason:
    'sums of at most 9 products of differences, each a few roundings; the limit of the flow comes from an eigenbasis of the task, whose error is some thousand roundings of its largest values',
});

function checkpoint({ modes, share }: Instance, learned: number): twoTasks.StartedMode[] {
  return modes.map((mode, index) => ({ ...mode, start: index < learned ? mode.sigma * share : 0 }));
}

function forgotten(instance: Instance, learned: number): number {
  const modes = checkpoint(instance, learned);
  const problem = twoTasks.tunedProblem(modes, instance);
  const { pull, time } = instance;
  return fineTune(problem, 0, {
    target: twoTasks.targetsOf(modes, problem),
    pull,
    anchor: 'checkpoint',
    length: { time: time === 'limit' ? Infinity : time },
  }).forgetting;
}
