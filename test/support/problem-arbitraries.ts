import fc from 'fast-check';
import { createProblem, type Problem } from '../../src/theory/problem.js';

/** A double between two positive bounds, evenly spread on a logarithmic scale. */
export function logUniform(from: number, to: number): fc.Arbitrary<number> {
  return fc
    .double({ min: Math.log(from), max: Math.log(to), noNaN: true })
    .map((exponent) => Math.min(to, Math.max(from, Math.exp(exponent))));
}

/** A spectrum of up to `longest` positive values, ties and clusters included, largest first. */
export function positiveSpectrum(longest: number, from = 1e-3, to = 10): fc.Arbitrary<number[]> {
  const separate = fc.array(logUniform(from, to), { minLength: 1, maxLength: longest });
  const clustered = fc
    .tuple(
      logUniform(from, to),
      fc.array(fc.constantFrom(1, 1, 1 - 1e-12, 0.999), { minLength: 1, maxLength: longest }),
    )
    .map(([center, factors]) => factors.map((factor) => center * factor));
  return fc.oneof({ weight: 3, arbitrary: separate }, clustered).map((values) => values.sort((a, b) => b - a));
}

/**
 * Problems of any shape whose modes all start below their `σ` (no null modes): the hypothesis of T2 ii and T3.
 */
export function risingProblem(longest = 8, largestTau = 300): fc.Arbitrary<Problem> {
  return fc
    .record({
      spectrum: positiveSpectrum(longest),
      extraRows: fc.nat(3),
      extraCols: fc.nat(3),
      hidden: fc.integer({ min: 1, max: longest + 3 }),
      // e^{-2·4} is below the smallest singular value, 1e-3.
      tau: logUniform(4, largestTau),
    })
    .map(({ spectrum, extraRows, extraCols, hidden, tau }) => {
      const least = spectrum.length;
      const [rows, cols] = extraRows > extraCols ? [least + extraRows, least] : [least, least + extraCols];
      return createProblem({ rows, hidden, cols, spectrum, tau });
    });
}
