import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import type { Problem } from '../problem.js';
import { expectedExcess, sensitivityAt, sensitivityVelocity, sensitivityVelocityAt } from '../sensitivity.js';
import { atLeast, type Conclusion, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { flowOfSensitivity } from './engine/explicit-loss.js';
import { panelIntegral, sigmoid } from './engine/integration.js';
import * as networks from './engine/networks.js';

/** T2 ii: progressive sensitivity from an aligned start. */
export const progressiveSensitivity = defineClaim({
  id: 'T2',
  title: 'Progressive sensitivity',
  statement:
    'Along gradient flow from an aligned balanced start, the expected rise of the loss under Gaussian noise of any scale grows strictly with training time, with velocity 4γ²(p+q) Σ s_i(σ_i − s_i).',
  origin: 'direction: paper, section 4; velocity and hypotheses: ours',
  /** Modes in any order of their σ, the dimensions beyond them, a noise scale and a time. */
  domain: fc.record({
    modes: draws.weighted([6, draws.listOf(12, draws.risingMode)], [1, draws.listOf(12, draws.mode)]),
    ...networks.extraFields,
    gamma: draws.decades(-4, 1),
    time: draws.flowTime,
  }),
  wellFormed: ({ modes, extraRows, extraHidden, extraCols, gamma, time }) =>
    modes.length > 0 &&
    gamma > 0 &&
    modes.some(({ sigma }) => sigma > 0) &&
    modes.every(({ sigma, start }) => draws.areWithin([sigma, start], 0, 1e6)) &&
    draws.areWhole([extraRows, extraHidden, extraCols], 0, Infinity) &&
    time >= 0,
  hypotheses: [
    {
      name: 'starts below',
      statement: 'every mode of a positive σ_i starts below it: s_i(0) < σ_i',
      holds: ({ modes }) => modes.every(({ sigma, start }) => sigma === 0 || start < sigma),
    },
    {
      name: 'no null modes',
      statement: 'modes with σ_i = 0, which can only decay, start at zero',
      holds: ({ modes }) => modes.every(({ sigma, start }) => sigma > 0 || start === 0),
    },
    {
      name: 'something moves',
      statement: 'some mode starts above zero',
      holds: ({ modes }) => modes.some(({ start }) => start > 0),
    },
  ],
  conclusion({ modes, gamma, time, ...extra }) {
    const problem = networks.problemOfModes(modes, extra);
    const { rows, hidden, cols } = problem;
    const sorted = networks.largestFirst(modes);
    const scale = gamma ** 2 * (rows + cols);
    const velocity = sensitivityVelocityAt(problem, gamma, time);
    const movers = sorted.filter(({ start }) => start > 0);
    const underflows = movers.length > 0 && movers.every(({ sigma }) => 4 * sigma * time > 700);
    const values = sorted.map((each) => sigmoid(each, time).value);
    const size = sorted.reduce((sum, { sigma, start }) => sum + Math.max(sigma, start) ** 2, 0);
    // Beyond e^-700 the closed form underflows, and a velocity of exactly 0 there is growth too small for a double.
    const sign = velocity === 0 && underflows ? 1 : Math.sign(velocity);
    const drive = sorted.reduce((sum, { sigma }, index) => sum + 4 * values[index]! * (sigma - values[index]!), 0);
    const sensitivity = sensitivityAt(problem, gamma, time);
    const factors = values.map(Math.sqrt);
    const rise = expectedExcess(Matrix.diag(factors, rows, hidden), Matrix.diag(factors, hidden, cols), gamma);
    return tightest([
      atLeast(['sign of the velocity of the sensitivity', sign], ['positive', 1], 1e-9),
      equal(['velocity of the sensitivity / γ²(p+q)', velocity / scale], ['4 Σ s(σ − s)', drive], ROUNDING * size),
      equal(
        ['sensitivity along the flow', sensitivity],
        ['expected rise of the loss of the weights at that time', rise],
        ROUNDING * sensitivity,
      ),
      risesByVelocity(problem, gamma, time),
    ]);
  },
  toleranceReason:
    'the sign is exact; the closed form written out carries the rounding of the exponent 4σt, a few hundred units in the last place, and σ − s cancels to as many units of σ',
});

const ROUNDING = 1e-13;

/**
 * That the sensitivity rises by the integral of its velocity, over a panel short enough for the quadrature: the closed form has no
 * pole within `1/(4 max(σ, s0))`.
 */
function risesByVelocity(problem: Problem, gamma: number, time: number): Conclusion {
  const fastest = Math.max(...problem.modes.map(({ sigma, start }) => Math.max(sigma, start)));
  const later = time + 0.1 / fastest;
  const before = sensitivityAt(problem, gamma, time);
  return equal(
    ['rise of the sensitivity over a short time', sensitivityAt(problem, gamma, later) - before],
    ['integral of its velocity', panelIntegral((at) => sensitivityVelocityAt(problem, gamma, at), time, later)],
    ROUNDING * before,
  );
}

/** T2 i: how fast gradient flow changes the sensitivity, from any weights. */
export const velocityOfSensitivity = defineClaim({
  id: 'T2-velocity',
  title: 'Velocity of the sensitivity under gradient flow',
  statement:
    'Under gradient flow on ‖W1W2 − A‖² from any weights, the coefficient q‖W1‖² + p‖W2‖² of γ² in the sensitivity changes at the rate 4(p+q)⟨W, A − W⟩ with W = W1W2.',
  origin: 'ours',
  domain: fc.record({ network: draws.drawnNetwork }),
  wellFormed: ({ network }) => draws.isDrawnNetwork(network),
  hypotheses: [],
  conclusion({ network }) {
    const drawn = draws.networkOf(network);
    const { velocity, rounding } = flowOfSensitivity(drawn);
    return equal(
      ['4(p+q)⟨W, A − W⟩', sensitivityVelocity(drawn.first, drawn.second, drawn.task)],
      ['d/dt (q‖W1‖² + p‖W2‖²) by central differences of the loss', velocity],
      rounding,
    );
  },
  toleranceReason:
    'central differences of the loss are exact but for its rounding, h + 4 units of a bound of the loss for each weight, which the weights and their coefficients p and q multiply',
});

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
    ...networks.extraFields,
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
    const bases = networks.drawnBases(
      modes.length + extraRows,
      modes.length + extraHidden,
      modes.length + extraCols,
      basis,
    );
    const turned = { ...bases, left: bases.left.mmul(draws.drawnOrthogonal(bases.left.rows, rotation)) };
    const stretched = modes.map(({ sigma, share }) => ({ value: sigma * share, stretch }));
    const { first, second } = networks.stretchedWeights(turned, stretched);
    const task = networks.alignedTask(bases, draws.pluck(modes, 'sigma'));
    const { velocity, rounding } = flowOfSensitivity({ first, second, task });
    const drive = modes.reduce((sum, { sigma, share }) => sum + sigma * share * sigma * (1 - share), 0);
    const formula = { label: '4(p+q)⟨W, A − W⟩', value: sensitivityVelocity(first, second, task) };
    const product = first.norm() * second.norm();
    const size = 4 * (task.rows + task.columns) * (product * (product + task.norm()));
    return tightest([
      atLeast(['d/dt (q‖W1‖² + p‖W2‖²) by central differences of the loss', velocity], ['zero', 0], rounding),
      equal(formula, ['4(p+q) Σ s(σ − s)', 4 * (task.rows + task.columns) * drive], 1e-13 * size + 1e-300),
    ]);
  },
  toleranceReason:
    'central differences of the loss are exact but for its rounding, h + 4 units of a bound of the loss for each weight; products of three orthogonal matrices carry 1e-13 of ‖W1‖‖W2‖(‖W1‖‖W2‖ + ‖A‖)',
});
