import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { createProblem, type Problem } from '../problem.js';
import { expectedExcess, sensitivityAt, sensitivityVelocityAt } from '../sensitivity.js';
import { atLeast, type Conclusion, defineClaim, equal, tightest } from './engine/claim.js';
import { areWhole, areWithin, decades, flowTime, listOf, mode, pluck, risingMode, weighted } from './engine/draws.js';
import { panelIntegral, sigmoid } from './engine/integration.js';

/** T2 ii: progressive sensitivity from an aligned start. */
export const progressiveSensitivity = defineClaim({
  id: 'T2',
  title: 'Progressive sensitivity',
  statement:
    'Along gradient flow from an aligned balanced start, the expected rise of the loss under Gaussian noise of any scale grows strictly with training time, with velocity 4γ²(p+q) Σ s_i(σ_i − s_i).',
  origin: 'direction: paper, section 4; velocity and hypotheses: ours',
  /** Modes in any order of their σ, the dimensions beyond them, a noise scale and a time. */
  domain: fc.record({
    modes: weighted([6, listOf(12, risingMode)], [1, listOf(12, mode)]),
    /** Rows, hidden units and columns beyond the number of modes. */
    extraRows: fc.nat({ max: 3 }),
    extraHidden: fc.nat({ max: 3 }),
    extraCols: fc.nat({ max: 3 }),
    gamma: decades(-4, 1),
    time: flowTime,
  }),
  wellFormed: ({ modes, extraRows, extraHidden, extraCols, gamma, time }) =>
    modes.length > 0 &&
    gamma > 0 &&
    modes.some(({ sigma }) => sigma > 0) &&
    modes.every(({ sigma, start }) => areWithin([sigma, start], 0, 1e6)) &&
    areWhole([extraRows, extraHidden, extraCols], 0, Infinity) &&
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
  conclusion({ modes, extraRows, extraHidden, extraCols, gamma, time }) {
    const sorted = [...modes].sort((a, b) => b.sigma - a.sigma);
    const rows = modes.length + extraRows;
    const hidden = modes.length + extraHidden;
    const cols = modes.length + extraCols;
    const problem = createProblem({
      rows,
      hidden,
      cols,
      spectrum: pluck(sorted, 'sigma'),
      tau: 0,
      starts: Array.from({ length: Math.min(rows, hidden, cols) }, (_, index) => sorted[index]?.start ?? 0),
    });
    const scale = gamma ** 2 * (rows + cols);
    const velocity = sensitivityVelocityAt(problem, gamma, time);
    const movers = sorted.filter(({ start }) => start > 0);
    const underflows = movers.length > 0 && movers.every(({ sigma }) => 4 * sigma * time > 700);
    const values = sorted.map((each) => sigmoid(each, time).value);
    const size = sorted.reduce((sum, { sigma, start }) => sum + Math.max(sigma, start) ** 2, 0);
    const rising = atLeast(
      ['sign of the velocity of the sensitivity', sign(velocity, underflows)],
      ['positive', 1],
      1e-9,
    );
    const formula = equal(
      ['velocity of the sensitivity / γ²(p+q)', velocity / scale],
      [
        '4 Σ s(σ − s)',
        sorted.reduce((sum, { sigma }, index) => sum + 4 * values[index]! * (sigma - values[index]!), 0),
      ],
      ROUNDING * size,
    );
    const sensitivity = sensitivityAt(problem, gamma, time);
    const factors = values.map(Math.sqrt);
    const explicit = equal(
      ['sensitivity along the flow', sensitivity],
      [
        'expected rise of the loss of the weights at that time',
        expectedExcess(Matrix.diag(factors, rows, hidden), Matrix.diag(factors, hidden, cols), gamma),
      ],
      ROUNDING * sensitivity,
    );
    return tightest([rising, formula, explicit, risesByVelocity(problem, gamma, time)]);
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

/** Beyond e^-700 the closed form underflows, and a velocity of exactly 0 there is growth too small for a double. */
function sign(velocity: number, underflows: boolean): number {
  return velocity === 0 && underflows ? 1 : Math.sign(velocity);
}
