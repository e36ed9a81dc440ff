import * as fc from 'fast-check';
import { stagedFineTuningLoss } from '../staged-finetuning.js';
import { atLeast, defineClaim, equal, tightest } from './engine/claim.js';
import {
  areStagedModes,
  convergedLosses,
  largerPull,
  modesOfTwoTasks,
  morePull,
  pullWeight,
  stagedRounding,
  stagedTask,
  type TunedMode,
} from './engine/tuned-modes.js';

/** Two tasks with common modes, the number of learned ones, and two pulls. */
interface Instance {
  readonly modes: readonly TunedMode[];
  readonly learned: number;
  readonly pull: number;
  /** How much larger the second pull is; negative for a smaller one. */
  readonly more: number;
}

/** T5: what regularisation costs. */
export const regularizationCost = defineClaim<Instance>({
  id: 'T5-cost',
  title: 'Regularisation costs fine-tuning loss',
  statement:
    'At convergence from n learned modes the fine-tuning loss is Σ_{i≤n} (λ/(1+λ))²(σ_i^ft − σ_i)² + Σ_{i>n} (σ_i^ft)², which never falls as λ grows.',
  origin: 'direction: paper, section 4; formula: ours',
  domain: fc.record({ modes: modesOfTwoTasks, learned: fc.nat({ max: 12 }), pull: pullWeight, more: morePull }),
  wellFormed: ({ modes, learned, pull, more }) =>
    areStagedModes(modes) && Number.isInteger(learned) && learned >= 0 && pull >= 0 && pull + more >= 0 && pull < 1e6,
  hypotheses: [largerPull],
  conclusion({ modes, learned, pull, more }) {
    const count = Math.min(learned, modes.length);
    const lossAt = (strength: number) => stagedFineTuningLoss(stagedTask(modes, strength), count);
    const rounding = stagedRounding(modes);
    return tightest([
      equal(
        [`fine-tuning loss with ${count} learned modes`, lossAt(pull)],
        ['the loss at the end points of all modes', convergedLosses(modes, pull, count).ft],
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
