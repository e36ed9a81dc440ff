import * as fc from 'fast-check';
import { stagedFineTuningLoss } from '../staged-finetuning.js';
import { atLeast, defineClaim, equal, tightest } from './engine/claim.js';
import { areWhole, areWithin } from './engine/draws.js';
import * as twoTasks from './engine/tuned-modes.js';

/** T5: what regularisation costs. */
export const regularizationCost = defineClaim({
  id: 'T5-cost',
  title: 'Regularisation costs fine-tuning loss',
  statement:
    'At convergence from n learned modes the fine-tuning loss is Σ_{i≤n} (λ/(1+λ))²(σ_i^ft − σ_i)² + Σ_{i>n} (σ_i^ft)², which never falls as λ grows.',
  origin: 'direction: paper, section 4; formula: ours',
  /** Two tasks with common modes, the number of learned ones, and two pulls. */
  domain: fc.record({
    modes: twoTasks.modesOfTwoTasks,
    learned: fc.nat({ max: 12 }),
    pull: twoTasks.pullWeight,
    /** How much larger the second pull is; negative for a smaller one. */
    more: twoTasks.morePull,
  }),
  wellFormed: ({ modes, learned, pull, more }) =>
    twoTasks.areStagedModes(modes) && areWhole([learned], 0, Infinity) && areWithin([pull], 0, 1e6) && pull + more >= 0,
  hypotheses: [twoTasks.largerPull],
  conclusion({ modes, learned, pull, more }) {
    const count = Math.min(learned, modes.length);
    const lossAt = (strength: number) => stagedFineTuningLoss(twoTasks.stagedTask(modes, strength), count);
    const rounding = twoTasks.stagedRounding(modes);
    return tightest([
      equal(
        [`fine-tuning loss with ${count} learned modes`, lossAt(pull)],
        ['the loss at the end points of all modes', twoTasks.convergedLosses(modes, pull, count).ft],
        rounding,
      ),
      atLeast(
        [`fine-tuning loss at λ = ${pull + more}`, lossAt(pull + more)],
        [`fine-tuning loss at λ = ${pull}`, lossAt(pull)],
        rounding,
      ),
    ]);
  },
  toleranceReason: '1e-14 of the squared singular values: sums of at most 12 squares, each rounded a few times',
});
