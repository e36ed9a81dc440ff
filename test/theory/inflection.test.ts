import { fc, test } from '@fast-check/vitest';
import { describe, expect, vi } from 'vitest';
import { globalInflection, lastDescent } from '../../src/theory/inflection.js';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { gap, singularValue, timeOfGap } from '../../src/theory/mode.js';
import { NoiseLandscape } from '../../src/theory/noise-landscape.js';
import {
  criticalGap,
  modeOptimum,
  perturbedLoss,
  perturbedLossVelocity,
  stagedOptimum,
} from '../../src/theory/perturbed-loss.js';
import { createProblem, learnedModes, type Problem } from '../../src/theory/problem.js';
import { logUniform, positiveSpectrum, risingProblem } from '../support/problem-arbitraries.js';
import { samples } from '../support/sample-size.js';

const gammas = logUniform(1e-3, 1.5);

/** Problems with starts of every kind: unlearned for ever, learned from the start, above `σ`, null modes. */
const anyProblem: fc.Arbitrary<Problem> = positiveSpectrum(6, 1e-2, 10).chain((spectrum) =>
  fc
    .array(fc.oneof(logUniform(1e-9, 30), fc.constantFrom(0, 1e-5, ...spectrum)), {
      minLength: spectrum.length + 2,
      maxLength: spectrum.length + 2,
    })
    .map((starts) => createProblem({ dim: spectrum.length + 2, spectrum, tau: 5, starts })),
);

/** Times at which a mode does something, and many around and between them. */
function denseTimes(problem: Problem, gamma: number): number[] {
  const events = problem.modes.flatMap((mode) => [
    modeOptimum(problem, gamma, mode),
    timeOfGap(mode, (mode.sigma - mode.start) / 2),
  ]);
  const finite = events.filter((time) => time > 0 && time < Infinity);
  const near = finite.flatMap((time) =>
    [0.9, 0.97, 0.99, 0.999, 1, 1.001, 1.01, 1.03, 1.1].map((factor) => time * factor),
  );
  const [from, to] = [Math.min(1e-3, ...finite), Math.max(1, ...finite) * 10];
  const spread = Array.from({ length: 400 }, (_, index) => from * (to / from) ** (index / 399));
  return [0, ...near, ...spread, Infinity];
}

/** What differs between times: `Σ g(g - 2c)`, without the constants that would hide it. */
function objective(problem: Problem, gamma: number, time: number): { value: number; size: number } {
  const critical = criticalGap(problem, gamma);
  let [value, size] = [0, 0];
  for (const mode of problem.modes) {
    const g = gap(mode, time);
    value += g * (g - 2 * critical);
    size += Math.abs(g) * (Math.abs(g) + 2 * critical);
  }
  return { value, size };
}

function expectNoBetterTime(problem: Problem, gamma: number): number {
  const { time, value } = globalInflection(problem, gamma);
  expect(value).toBe(perturbedLoss(problem, gamma, time));
  const best = objective(problem, gamma, time);
  const better = denseTimes(problem, gamma).filter((other) => {
    const { value: there, size } = objective(problem, gamma, other);
    // The gaps at both times are good to about 2e-13 of themselves.
    return there < best.value - 1e-12 * (size + best.size);
  });
  expect(better).toEqual([]);
  return time;
}

describe('global inflection (T3)', () => {
  test.prop([risingProblem(), gammas], { numRuns: samples(50) })(
    'no time is better, from tiny and from large starts',
    (problem, gamma) => {
      const time = expectNoBetterTime(problem, gamma);
      expect(time).toBeLessThan(Infinity);
      // T3 d bounds it by the last mode's own optimum.
      const last = Math.max(...problem.modes.map((mode) => modeOptimum(problem, gamma, mode)));
      expect(time).toBeLessThanOrEqual(last * (1 + 1e-5));
    },
  );

  test.prop([anyProblem, fc.oneof(gammas, fc.constant(0))], { numRuns: samples(50) })(
    'no time is better, with null modes, learned modes and starts above σ',
    (problem, gamma) => {
      expectNoBetterTime(problem, gamma);
    },
  );

  test.prop([risingProblem(), gammas, logUniform(1, 3)])('is never later for more noise', (problem, gamma, factor) => {
    const [before, after] = [globalInflection(problem, gamma).time, globalInflection(problem, gamma * factor).time];
    // A minimum is located to the rounding of the derivative, which is flat where two modes balance.
    const slack = 1e-5 * before;
    if (after > before + slack) {
      // Then both times are equally good within rounding, at either noise.
      const [early, late] = [objective(problem, gamma, before), objective(problem, gamma, after)];
      expect(Math.abs(early.value - late.value)).toBeLessThan(1e-12 * (early.size + late.size));
    }
  });

  test('finds the later of two dips, and the earlier one under more noise', () => {
    const problem = createProblem({ dim: 2, spectrum: '1,0.2', tau: 10 });
    // The second mode pays while σ_2 = 0.2 > 2c = 2·2γ²/... with c = 2γ², up to γ = √0.05.
    const border = Math.sqrt(0.05);
    const late = globalInflection(problem, border * 0.98).time;
    const early = globalInflection(problem, border * 1.02).time;
    expect(learnedModes(problem, late)).toBe(2);
    expect(learnedModes(problem, early)).toBe(1);
    // Both dips are there on either side of the border: the loss rises between them.
    for (const gamma of [border * 0.98, border * 1.02]) {
      const between = perturbedLoss(problem, gamma, (early + late) / 2);
      expect(between).toBeGreaterThan(perturbedLoss(problem, gamma, early));
      expect(between).toBeGreaterThan(perturbedLoss(problem, gamma, late));
    }
  });

  test.prop([fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }), logUniform(0.02, 1)])(
    'is where theory of stages puts it, when the start is tiny',
    (units, gamma) => {
      // Well separated modes, none of them near the border 2c.
      const spectrum = [...new Set(units)].sort((a, b) => b - a).map((unit) => unit / 10);
      const problem = createProblem({ dim: spectrum.length, spectrum, tau: 300 });
      const critical = criticalGap(problem, gamma);
      fc.pre(spectrum.every((sigma) => Math.abs(sigma / (2 * critical) - 1) > 0.05));
      expect(learnedModes(problem, globalInflection(problem, gamma).time)).toBe(stagedOptimum(problem, gamma));
    },
  );

  test('one mode is at its own optimum', () => {
    const problem = createProblem({ dim: 1, spectrum: '2', tau: 4 });
    const expected = modeOptimum(problem, 0.3, problem.modes[0]!);
    expect(globalInflection(problem, 0.3).time / expected).toBeCloseTo(1, 12);
  });

  test('without noise training helps for ever, under much noise never', () => {
    const problem = createProblem({ dim: 3, spectrum: 'linear', tau: 3 });
    expect(globalInflection(problem, 0)).toEqual({ time: Infinity, value: 0 });
    expect(globalInflection(problem, 1e-200).time).toBe(Infinity);
    expect(globalInflection(problem, 1).time).toBe(0);
    expect(globalInflection(problem, 1e60).time).toBe(0);
  });

  test('null modes that outweigh the last rise move it to infinity', () => {
    // Late, the rise of the real mode is c², the fall of the null mode 2c·s0.
    const problem = createProblem({ dim: 2, spectrum: '1', tau: 3 });
    const start = Math.exp(-6);
    const border = Math.sqrt(start);
    expect(globalInflection(problem, border * 0.9).time).toBe(Infinity);
    expect(globalInflection(problem, border * 1.1).time).toBeLessThan(10);
  });

  test('a network that does not move has it at the start', () => {
    const problem = createProblem({ dim: 2, spectrum: '1', tau: 3, starts: [0, 0] });
    expect(globalInflection(problem, 0.1)).toEqual({ time: 0, value: 1 + 1e-4 * 8 });
    const learned = createProblem({ dim: 1, spectrum: '1', tau: 3, starts: [1] });
    expect(globalInflection(learned, 0.1).time).toBe(0);
  });

  test.each(['power:1', 'power:0', 'linear', 'geometric:0.9', 'power:3'])(
    '256 modes of spectrum %s are looked at some hundred times, from ordinary and tiny starts',
    (spectrum) => {
      const looks = vi.spyOn(NoiseLandscape.prototype, 'at');
      try {
        for (const tau of [6, 300]) {
          const problem = createProblem({ dim: 256, spectrum, tau });
          for (const gamma of [1e-6, 0.003, 0.01, 0.02, 0.03, 0.05, 0.1, 0.3]) {
            looks.mockClear();
            globalInflection(problem, gamma);
            // The most is 556 today; a search that does not converge goes on beyond 4096 cells.
            expect(looks.mock.calls.length).toBeLessThan(1000);
          }
        }
      } finally {
        looks.mockRestore();
      }
    },
  );

  test('spectra with ratios of 1e12 and the smallest starts', () => {
    const problem = createProblem({ dim: 3, spectrum: '1e6,1,1e-6', tau: 350 });
    for (const gamma of [1e-7, 1e-4, 0.1, 100]) {
      expect(learnedModes(problem, expectNoBetterTime(problem, gamma))).toBe(stagedOptimum(problem, gamma));
    }
  });

  test('ends, within its allowance, where a falling mode cancels a rising one to twelve digits', () => {
    const spectrum = [1, 1, 1 - 1e-12, 1 - 1e-12, 0.999];
    const starts = [1, 1, 1, 0.999, 1 - 1e-12, 0, 0];
    const problem = createProblem({ dim: 7, spectrum, tau: 5, starts });
    const { time } = globalInflection(problem, 1);
    const best = objective(problem, 1, time).value;
    // The modes contribute up to 7·2·0.001 each; what is left of them is flat at the thirteenth digit.
    for (const other of denseTimes(problem, 1)) {
      expect(objective(problem, 1, other).value).toBeGreaterThan(best - 1e-9);
    }
  });

  test('values far from one', () => {
    for (const unit of [1e-100, 1e100]) {
      const starts = [1e-4 * unit, 1e-4 * unit];
      const problem = createProblem({ dim: 2, spectrum: [unit, unit / 4], tau: 0, starts });
      const reference = createProblem({ dim: 2, spectrum: [1, 0.25], tau: 0, starts: [1e-4, 1e-4] });
      const time = globalInflection(problem, 0.2 * Math.sqrt(unit)).time;
      expect((time * unit) / globalInflection(reference, 0.2).time).toBeCloseTo(1, 9);
      expect(singularValue(problem.modes[0]!, time)).toBeGreaterThan(0);
    }
  });

  test.each([-1, Number.NaN, Infinity])('refuses gamma = %s', (gamma) => {
    const problem = createProblem({ dim: 2, spectrum: 'linear', tau: 3 });
    expect(() => globalInflection(problem, gamma)).toThrow(InvalidInputError);
  });
});

describe('last descent of the perturbed loss (T3 b, c)', () => {
  test.prop([risingProblem(), gammas], { numRuns: samples(50) })(
    'afterwards the loss strictly rises, just before it does not',
    (problem, gamma) => {
      const last = lastDescent(problem, gamma);
      expect(last).toBeLessThan(Infinity);
      const times = Array.from(
        { length: 200 },
        (_, step) => last * (1 + 1e-9) * 1.02 ** step + (last === 0 ? 1.2 ** step * 1e-6 : 0),
      );
      const falling = times.filter((time) => {
        const slope = perturbedLossVelocity(problem, gamma, time);
        // Products of two tiny numbers can underflow; otherwise the derivative is positive.
        const visible = problem.modes.some((mode) => Math.min(singularValue(mode, time), gap(mode, time)) > 1e-150);
        return visible ? slope <= 0 : slope < 0;
      });
      expect(falling).toEqual([]);
      expect(perturbedLoss(problem, gamma, 2 * last + 1)).toBeGreaterThanOrEqual(
        perturbedLoss(problem, gamma, last) * (1 - 1e-12),
      );
      if (last > 0) expect(perturbedLossVelocity(problem, gamma, last * (1 - 1e-9))).toBeLessThanOrEqual(0);
    },
  );

  test.prop([risingProblem(), gammas])(
    'is no later than the last own optimum, and no earlier than the inflection',
    (problem, gamma) => {
      const last = lastDescent(problem, gamma);
      const bound = Math.max(...problem.modes.map((mode) => modeOptimum(problem, gamma, mode)));
      expect(last).toBeLessThanOrEqual(bound * (1 + 1e-9));
      // A minimum is located to the rounding of the derivative.
      expect(globalInflection(problem, gamma).time).toBeLessThanOrEqual(last * (1 + 1e-9));
    },
  );

  test.prop([risingProblem(), gammas, logUniform(1, 10)])('is non-increasing in γ (c)', (problem, gamma, factor) => {
    expect(lastDescent(problem, gamma * factor)).toBeLessThanOrEqual(lastDescent(problem, gamma) * (1 + 1e-9));
  });

  test('one mode: its own optimum', () => {
    const problem = createProblem({ dim: 1, spectrum: '2', tau: 4 });
    expect(lastDescent(problem, 0.3) / modeOptimum(problem, 0.3, problem.modes[0]!)).toBeCloseTo(1, 12);
  });

  test('is zero where no mode ever helps, infinite without noise or motion', () => {
    const problem = createProblem({ dim: 3, spectrum: 'linear', tau: 3 });
    expect(lastDescent(problem, 2)).toBe(0);
    expect(lastDescent(problem, 0)).toBe(Infinity);
    expect(lastDescent(createProblem({ dim: 1, spectrum: '1', tau: 3, starts: [0] }), 1)).toBe(Infinity);
  });

  test('moving null modes make the loss fall again at the end: the hypothesis of (b) is needed', () => {
    const problem = createProblem({ dim: 2, spectrum: '1', tau: 6 });
    expect(lastDescent(problem, 0.1)).toBe(Infinity);
    expect(perturbedLossVelocity(problem, 0.1, 1000)).toBeLessThan(0);
  });

  test('a mode that falls from above decides the end only if it is the slowest', () => {
    const slowFall = createProblem({ dim: 2, spectrum: '2,1', tau: 3, starts: [0.01, 3] });
    expect(lastDescent(slowFall, 0.1)).toBe(Infinity);
    const fastFall = createProblem({ dim: 2, spectrum: '2,1', tau: 3, starts: [30, 0.01] });
    const last = lastDescent(fastFall, 0.1);
    expect(last).toBeGreaterThan(0);
    expect(perturbedLossVelocity(fastFall, 0.1, last * (1 - 1e-9))).toBeLessThanOrEqual(0);
    for (const factor of [1 + 1e-9, 1.1, 2, 5]) {
      expect(perturbedLossVelocity(fastFall, 0.1, last * factor)).toBeGreaterThan(0);
    }
  });

  test('tied modes from both sides: the larger late gap wins', () => {
    // Late gaps are σ(σ - s0)/s0 · e^{-4σt}: 1 from s0 = 1/2 against -1/2 from s0 = 2.
    const rising = createProblem({ dim: 2, spectrum: '1,1', tau: 3, starts: [0.5, 2] });
    expect(lastDescent(rising, 0.1)).toBeLessThan(Infinity);
    const falling = createProblem({ dim: 2, spectrum: '1,1', tau: 3, starts: [0.9, 2] });
    expect(lastDescent(falling, 0.1)).toBe(Infinity);
  });

  test('finds a short last dip far behind a long rise', () => {
    // Modes of 1 and 0.01, with noise that makes the first one rise long before the second one helps for a while.
    const problem = createProblem({ dim: 2, spectrum: '1,0.01', tau: 20 });
    const gamma = 0.06;
    const last = lastDescent(problem, gamma);
    expect(last / modeOptimum(problem, gamma, problem.modes[1]!)).toBeCloseTo(1, 6);
    expect(globalInflection(problem, gamma).time).toBeLessThan(last / 10);
  });

  test.each([-1, Number.NaN])('refuses gamma = %s', (gamma) => {
    const problem = createProblem({ dim: 2, spectrum: 'linear', tau: 3 });
    expect(() => lastDescent(problem, gamma)).toThrow(InvalidInputError);
  });
});
