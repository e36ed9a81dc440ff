import * as fc from 'fast-check';
import { overshootThreshold, stagedIncrement, stagedInflection, stagedPretrainingLoss } from '../staged-finetuning.js';
import { atLeast, type Conclusion, defineClaim, equal, tightest } from './engine/claim.js';
import { areWithin } from './engine/draws.js';
import * as twoTasks from './engine/tuned-modes.js';

/** T5: the inflection under regularisation. */
export const regularizedInflection = defineClaim({
  id: 'T5-inflection',
  title: 'Regularisation delays the inflection',
  statement:
    'At convergence the pre-training loss after regularised fine-tuning is F_λ(n) = Σ_{i≤n} ((σ_i^ft − σ_i)/(1+λ))² + Σ_{i>n} σ_i²; learning mode n raises it exactly when σ_n^ft > (2+λ)σ_n, and the number of modes with the least F_λ never decreases as λ grows.',
  origin: 'direction: paper, section 4; formulas: ours',
  /** Two tasks with common modes, and two pulls. */
  domain: fc.record({
    modes: twoTasks.modesOfTwoTasks,
    pull: twoTasks.pullWeight,
    /** How much larger the second pull is; negative for a smaller one. */
    more: twoTasks.morePull,
  }),
  wellFormed: ({ modes, pull, more }) =>
    twoTasks.areStagedModes(modes) && areWithin([pull], 0, 1e6) && pull + more >= 0,
  hypotheses: [twoTasks.largerPull],
  conclusion({ modes, pull, more }) {
    const task = twoTasks.stagedTask(modes, pull);
    const rounding = twoTasks.stagedRounding(modes);
    const parts = modes.flatMap((mode, index): Conclusion[] => {
      const learned = index + 1;
      const before = twoTasks.convergedLosses(modes, pull, index).pre;
      const after = twoTasks.convergedLosses(modes, pull, learned).pre;
      return [
        equal(
          [`F_λ(${learned})`, stagedPretrainingLoss(task, learned)],
          ['the loss at the end points of all modes', after],
          rounding,
        ),
        equal(
          [`F_λ(${learned}) − F_λ(${index}) by its formula`, stagedIncrement(task, learned)],
          ['the difference of the losses', after - before],
          2 * rounding,
        ),
        thresholdIsRight(mode, pull, stagedIncrement(task, learned)),
      ];
    });
    return tightest([...parts, bestIsLeast(modes, pull), ordered(modes, pull, more)]);
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

/** The number of modes called best has the least loss, up to rounding. */
function bestIsLeast(modes: readonly twoTasks.TunedMode[], pull: number): Conclusion {
  const best = stagedInflection(twoTasks.stagedTask(modes, pull));
  const losses = Array.from(
    { length: modes.length + 1 },
    (_, learned) => twoTasks.convergedLosses(modes, pull, learned).pre,
  );
  const least = Math.min(...losses);
  return equal(
    [`F_λ at the inflection, n = ${best}`, losses[best] ?? Number.NaN],
    ['least F_λ(n)', least],
    2 * twoTasks.stagedRounding(modes),
  );
}

/** The inflection at the larger pull is not earlier, or the losses there are equal within rounding. */
function ordered(modes: readonly twoTasks.TunedMode[], pull: number, more: number): Conclusion {
  const early = stagedInflection(twoTasks.stagedTask(modes, pull));
  const late = stagedInflection(twoTasks.stagedTask(modes, pull + more));
  const loss = (learned: number) => twoTasks.convergedLosses(modes, pull + more, learned).pre;
  const isTie = Math.abs(loss(early) - loss(late)) <= 2 * twoTasks.stagedRounding(modes);
  return atLeast(
    [`inflection at λ = ${pull + more}`, isTie ? early : late],
    [`inflection at λ = ${pull}`, early],
    1e-9,
  );
}
