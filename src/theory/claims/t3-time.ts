import * as fc from 'fast-check';
import { lastDescent } from '../inflection.js';
import type { Mode } from '../mode.js';
import { modeOptimum, perturbedLoss } from '../perturbed-loss.js';
import { atMost, type Conclusion, defineClaim, equal, tightest } from './engine/claim.js';
import * as noisy from './engine/noisy-problem.js';

/** T3 d: when each mode begins to hurt, and by how much it does in the end. */
export const modeOptimumTimes = defineClaim<noisy.NoisyProblem>({
  id: 'T3-time',
  title: 'When a mode begins to hurt',
  statement:
    'A mode that starts more than c below its σ_i does best at t_i* = ln[(σ_i/s_i(0) − 1)(σ_i − c)/c]/(4σ_i), one that starts nearer does best at 0 and one that starts above at ∞; the rise of the first kind after t_i* is exactly c² (γ⁴d² for a square network), and T(γ) ≤ max_i t_i*.',
  origin: 'ours',
  domain: fc.record({ ...noisy.noisyFields, gamma: noisy.noisyFields.gamma.filter((gamma) => gamma > 0) }),
  wellFormed: (instance) => noisy.isNoisyProblem(instance) && instance.gamma > 0,
  hypotheses: [
    {
      name: 'something moves',
      statement: 'some mode starts above zero and not at its σ',
      holds: ({ modes }) => noisy.movingModes(modes).length > 0,
    },
  ],
  conclusion(instance) {
    const problem = noisy.problemOf(instance);
    const { modes, gamma } = instance;
    const optima = modes.map((mode) => modeOptimum(problem, gamma, mode));
    const last = lastDescent(problem, gamma);
    const latest = Math.max(...optima);
    // Both are infinite where a mode falls from above for ever.
    const bound = atMost(['T(γ)', last], ['max t*', latest], 1e-12 * latest + Number.MIN_VALUE);
    // A mode that falls from above for ever bounds nothing.
    const bounds = latest < Infinity ? [bound] : [];
    return tightest([...bounds, ...modes.flatMap((mode, index) => optimumIsRight(instance, mode, optima[index]!))]);
  },
  toleranceReason:
    'a time of ln(…)/4σ carries a few roundings of the logarithms of its factors; the rise is a difference of perturbed losses, a hundred roundings of the larger',
});

function optimumIsRight(instance: noisy.NoisyProblem, mode: Mode, optimum: number): Conclusion[] {
  const critical = noisy.halfNoise(instance);
  const { sigma, start } = mode;
  const time = { label: `t* of the mode σ = ${sigma}, s(0) = ${start}`, value: optimum };
  if (start > sigma) {
    const never = { label: 'reciprocal of its t*', value: 1 / optimum };
    return [equal(never, ['falls for ever', 0], 1e-12)];
  }
  if (start === 0 || sigma - start <= critical) {
    return [equal(time, ['never helps', 0], 1e-12)];
  }
  const ratio = ((sigma - start) / start) * ((sigma - critical) / critical);
  const logs = Math.abs(Math.log(start)) + Math.abs(Math.log(critical)) + 2 * Math.abs(Math.log(sigma)) + 4;
  const formula = equal(
    time,
    ['ln[(σ/s(0) − 1)(σ − c)/c]/4σ', Math.log(ratio) / (4 * sigma)],
    (1e-15 * logs + roundingOfRatio(mode, critical)) / (4 * sigma),
  );
  const alone = noisy.problemOf({ ...instance, modes: [mode] });
  // One mode's network has other dimensions: the same c needs γ² in proportion.
  const gamma = Math.sqrt((2 * critical) / (alone.rows + alone.cols));
  const [best, end] = [perturbedLoss(alone, gamma, optimum), perturbedLoss(alone, gamma, Infinity)];
  const rise = equal(
    ['rise of its part after t*', end - best],
    ['c²', critical ** 2],
    1e-13 * (best + end + sigma ** 2),
  );
  return [formula, rise];
}

/** Relative rounding of the two differences `σ - s(0)` and `σ - c` with `c` off by a few roundings. */
function roundingOfRatio({ sigma, start }: Mode, critical: number): number {
  return 1e-15 * (sigma / (sigma - start) + sigma / (sigma - critical));
}
