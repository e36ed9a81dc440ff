import * as fc from 'fast-check';
import type { Matrix } from 'ml-matrix';
import { alignByFlow, isPastAThird, liesBetween } from '../finetuning.js';
import { flowWeights } from '../riccati.js';
import { atLeast, atMost, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import {
  areWhole,
  areWithin,
  decades,
  listOf,
  matrixSeed,
  pluck,
  quotients,
  singularValue,
  weighted,
} from './engine/draws.js';
import { alignedTask, alignedWeights, drawnBases, matrixDistance } from './engine/networks.js';

/** How far the base is from its goal: from a thousandth of it to ten times. */
const baseShare = weighted([4, quotients(2, 30, 12)], [1, decades(-3, 1)]);
/** Where the fine-tuned network stands on the way, in tenths; beyond 0 and 10 it is not between. */
const place = weighted([12, fc.integer({ min: 0, max: 10 })], [1, fc.integer({ min: -9, max: 20 })]);
const drawnModes = listOf(5, fc.record({ goal: singularValue, baseShare, place })).map((list) =>
  list.map(({ goal, baseShare: share, place: tenths }) => {
    const base = goal * share;
    const tuned = Math.max(0, tenths === 10 ? goal : base + (tenths / 10) * (goal - base));
    return { base, tuned, goal };
  }),
);

/** A mode of the base network, of the fine-tuned one, and of the alignment task. */
const domain = fc.record({ modes: drawnModes, seed: matrixSeed, time: decades(-3, 2) });

type Instance = Drawn<typeof domain>;

/** T4-two-stage: aligning the base network or the fine-tuned one. */
export const twoStageAlignment = defineClaim({
  id: 'T4-two-stage',
  title: 'Aligned from the base network or from a fine-tuned one',
  statement:
    'Where every singular value of a fine-tuned network lies between those of the base network and of the alignment task, which share their singular vectors, gradient flow on the alignment task ends after any time at no higher a loss from the fine-tuned network, and gains no less from the base network.',
  origin: 'ours; the question is that of arXiv 2606.28998',
  domain,
  wellFormed: ({ modes: list, seed, time }) =>
    areWhole([list.length], 1, 8) &&
    list.every(({ base, tuned, goal }) => areWithin([goal], 1e-6, 1e6) && areWithin([base, tuned], 0, 1e6)) &&
    areWhole([seed], 0, Infinity) &&
    time >= 0,
  hypotheses: [
    {
      name: 'between',
      statement:
        'every singular value of the fine-tuned network lies between those of the base network and of the alignment task',
      holds: ({ modes }) => liesBetween(pluck(modes, 'base'), pluck(modes, 'tuned'), pluck(modes, 'goal')),
    },
    {
      name: 'past a third',
      statement: 'no singular value of the base network is below a third of what the alignment task asks',
      holds: ({ modes }) => isPastAThird(pluck(modes, 'base'), pluck(modes, 'goal')),
    },
  ],
  conclusion(instance) {
    const { modes, time } = instance;
    const [base, tuned, goals] = [pluck(modes, 'base'), pluck(modes, 'tuned'), pluck(modes, 'goal')];
    const size = [...base, ...tuned, ...goals].reduce((sum, value) => sum + value * value, 0);
    const fromBase = alignByFlow(base, goals, time);
    const fromTuned = alignByFlow(tuned, goals, time);
    const after = { label: 'alignment loss after, from the fine-tuned network', value: fromTuned.after };
    const gain = { label: 'gain from the base network', value: fromBase.gain };
    return tightest([
      atMost(after, ['from the base network', fromBase.after], 1e-13 * size),
      atLeast(gain, ['gain from the fine-tuned network', fromTuned.gain], 1e-13 * size),
      byMatrices(instance, base, fromBase.gain, size),
      byMatrices(instance, tuned, fromTuned.gain, size),
    ]);
  },
  toleranceReason:
    'sums of at most 8 squares of gaps, each to a few roundings; the flow of the matrices by an eigenbasis of the task, to some thousand roundings of its largest values',
});

/** The gain from the closed form of the full matrices, in bases that the seed determines. */
function byMatrices(
  { modes, seed, time }: Instance,
  starts: readonly number[],
  gain: number,
  size: number,
): Conclusion {
  const count = starts.length;
  const bases = drawnBases(count, count, count, seed);
  const { first, second } = alignedWeights(bases, starts);
  const goal = alignedTask(bases, pluck(modes, 'goal'));
  const end = flowWeights(first, second, goal, time);
  const loss = (network: Matrix) => matrixDistance(network, goal) ** 2;
  return equal(
    ['gain by modes', gain],
    ['gain by matrices', loss(first.mmul(second)) - loss(end.first.mmul(end.second))],
    1e-9 * size,
  );
}
