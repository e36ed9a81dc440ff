import * as fc from 'fast-check';
import { sensitivityVelocity } from '../sensitivity.js';
import { atLeast, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { flowOfSensitivity } from './engine/explicit-loss.js';
import { alignedTask, drawnBases, stretchedWeights } from './engine/networks.js';

/** T2 i, its sign: when the sensitivity rises. */
export const signOfVelocity = defineClaim({
  id: 'T2-sign',
  title: 'From an aligned start below the task the sensitivity never falls',
  statement:
    'Gradient flow raises the sensitivity exactly while ⟨W, A − W⟩ > 0 and lowers it exactly while ⟨W, A − W⟩ < 0; from an aligned start with 0 ≤ s_i ≤ σ_i it never falls, since there ⟨W, A − W⟩ = Σ s_i(σ_i − s_i) ≥ 0.',
  origin: 'direction: paper, section 4; condition and hypotheses: ours',
  domain: fc.record({
    /** Singular values of the task and, in the same directions, of the network: `share · sigma`. */
    modes: draws.listOf(
      6,
      fc.record({
        sigma: draws.singularValue,
        share: draws.weighted([40, draws.decades(-12, -0.05)], [4, fc.constantFrom(0, 1)], [1, draws.decades(0.05, 1)]),
      }),
    ),
    extraRows: fc.nat({ max: 3 }),
    extraHidden: fc.nat({ max: 3 }),
    extraCols: fc.nat({ max: 3 }),
    /** `W1` is that many times as large as balanced weights, `W2` as many times smaller. */
    stretch: fc.oneof(fc.constant(1), draws.decades(-1, 1)),
    /** Seed of the singular vectors of the task; 0 is the identity. */
    basis: draws.matrixSeed,
    /** Seed of the rotation of the network's output directions against the task's; 0 is none. */
    rotation: draws.weighted([8, fc.constant(0)], [1, draws.matrixSeed]),
  }),
  wellFormed: ({ modes, extraRows, extraHidden, extraCols, stretch, basis, rotation }) =>
    modes.length > 0 &&
    modes.every(
      ({ sigma, share }) => draws.areWithin([sigma], Number.MIN_VALUE, 1e6) && draws.areWithin([share], 0, 1e6),
    ) &&
    draws.areWhole([extraRows, extraHidden, extraCols], 0, 8) &&
    draws.areWithin([stretch], Number.MIN_VALUE, 1e6) &&
    [basis, rotation].every(Number.isInteger),
  hypotheses: [
    {
      name: 'aligned',
      statement: 'the network has the singular vectors of the task',
      holds: ({ rotation }) => rotation === 0,
    },
    {
      name: 'starts below',
      statement: 'no singular value of the network is above that of the task: s_i ≤ σ_i',
      holds: ({ modes }) => modes.every(({ share }) => share <= 1),
    },
  ],
  conclusion({ modes, extraRows, extraHidden, extraCols, stretch, basis, rotation }) {
    const bases = drawnBases(modes.length + extraRows, modes.length + extraHidden, modes.length + extraCols, basis);
    const turned = { ...bases, left: bases.left.mmul(draws.drawnOrthogonal(bases.left.rows, rotation)) };
    const { first, second } = stretchedWeights(
      turned,
      modes.map(({ sigma, share }) => ({ value: sigma * share, stretch })),
    );
    const task = alignedTask(bases, draws.pluck(modes, 'sigma'));
    const { velocity, rounding } = flowOfSensitivity({ first, second, task });
    const drive = modes.reduce((sum, { sigma, share }) => sum + sigma * share * sigma * (1 - share), 0);
    const formula = { label: '4(p+q)⟨W, A − W⟩', value: sensitivityVelocity(first, second, task) };
    const size = 4 * (task.rows + task.columns) * product(first.norm(), second.norm(), task.norm());
    return tightest([
      atLeast(['d/dt (q‖W1‖² + p‖W2‖²) by central differences of the loss', velocity], ['zero', 0], rounding),
      equal(formula, ['4(p+q) Σ s(σ − s)', 4 * (task.rows + task.columns) * drive], 1e-13 * size + 1e-300),
    ]);
  },
  toleranceReason:
    'central differences of the loss are exact but for its rounding, h + 4 units of a bound of the loss for each weight; products of three orthogonal matrices carry 1e-13 of ‖W1‖‖W2‖(‖W1‖‖W2‖ + ‖A‖)',
});

/** `‖W1‖‖W2‖(‖W1‖‖W2‖ + ‖A‖)`. */
function product(first: number, second: number, task: number): number {
  return first * second * (first * second + task);
}
