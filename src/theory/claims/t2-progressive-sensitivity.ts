import * as fc from 'fast-check';
import { singularValue } from '../mode.js';
import { createProblem } from '../problem.js';
import { sensitivityVelocityAt } from '../progressive.js';
import { decades, flowTime, mode, risingMode } from './arbitraries.js';
import { atLeast, defineClaim, equal, tightest } from './claim.js';

/** Modes in any order of their σ, the dimensions beyond them, a noise scale and a time. */
interface Instance {
  readonly modes: readonly { readonly sigma: number; readonly start: number }[];
  /** Rows and columns beyond the number of modes. */
  readonly extraRows: number;
  readonly extraCols: number;
  readonly gamma: number;
  readonly time: number;
}

/** T2 ii: progressive sensitivity from an aligned start. */
export const progressiveSensitivity = defineClaim<Instance>({
  id: 'T2',
  title: 'Progressive sensitivity',
  statement:
    'Along gradient flow from an aligned balanced start, the expected rise of the loss under Gaussian noise of any scale grows strictly with training time, with velocity 4γ²(p+q) Σ s_i(σ_i − s_i).',
  origin: 'direction: paper, section 4; velocity and hypotheses: ours',
  domain: fc.record({
    modes: fc.oneof(
      { weight: 6, arbitrary: fc.array(risingMode, { minLength: 1, maxLength: 12 }) },
      { weight: 1, arbitrary: fc.array(mode, { minLength: 1, maxLength: 12 }) },
    ),
    extraRows: fc.nat({ max: 3 }),
    extraCols: fc.nat({ max: 3 }),
    gamma: decades(-4, 1),
    time: flowTime,
  }),
  wellFormed: ({ modes, extraRows, extraCols, gamma, time }) =>
    modes.length > 0 &&
    modes.some(({ sigma }) => sigma > 0) &&
    modes.every(({ sigma, start }) => sigma >= 0 && start >= 0 && sigma < 1e6 && start < 1e6) &&
    [extraRows, extraCols].every((extra) => Number.isInteger(extra) && extra >= 0) &&
    gamma > 0 &&
    time >= 0,
  hypotheses: [
    {
      name: 'starts below',
      statement: 'every mode that starts above zero starts below its σ: s_i(0) < σ_i',
      holds: ({ modes }) => modes.every(({ sigma, start }) => start === 0 || start < sigma),
    },
    {
      name: 'something moves',
      statement: 'some mode starts above zero',
      holds: ({ modes }) => modes.some(({ start }) => start > 0),
    },
  ],
  conclusion({ modes, extraRows, extraCols, gamma, time }) {
    const sorted = [...modes].sort((a, b) => b.sigma - a.sigma);
    const problem = createProblem({
      rows: modes.length + extraRows,
      hidden: modes.length,
      cols: modes.length + extraCols,
      spectrum: sorted.map(({ sigma }) => sigma),
      tau: 0,
      starts: sorted.map(({ start }) => start),
    });
    const scale = 4 * gamma ** 2 * (problem.rows + problem.cols);
    const velocity = sensitivityVelocityAt(problem, gamma, time) / scale;
    const movers = sorted.filter(({ start }) => start > 0);
    const underflows = movers.length > 0 && movers.every(({ sigma }) => 4 * sigma * time > 700);
    const terms = sorted.map(({ sigma, start }) => {
      const value = singularValue({ sigma, start }, time);
      return value * (sigma - value);
    });
    const size = sorted.reduce((sum, { sigma, start }) => sum + Math.max(sigma, start) ** 2, 0);
    const rising = atLeast(
      { label: 'sign of the velocity of the sensitivity', value: sign(velocity, underflows) },
      { label: 'positive', value: 1 },
      1e-9,
    );
    const formula = equal(
      { label: 'velocity of the sensitivity / 4γ²(p+q)', value: velocity },
      { label: 'Σ s(σ − s)', value: terms.reduce((sum, term) => sum + term, 0) },
      1e-13 * size,
    );
    return tightest([rising, formula]);
  },
  toleranceReason:
    'the sign is exact; σ − s cancels to a few units of σ in the formula written out, 1e-13 of the squared values',
});

/** Beyond e^-700 the closed form underflows, and a velocity of exactly 0 there is growth too small for a double. */
function sign(velocity: number, underflows: boolean): number {
  return velocity === 0 && underflows ? 1 : Math.sign(velocity);
}
