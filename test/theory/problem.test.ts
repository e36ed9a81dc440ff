import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import {
  createProblem,
  learnedModes,
  loss,
  type ProblemOptions,
  singularValues,
  unlearnableLoss,
} from '../../src/theory/problem.js';
import { alignedWeights } from '../support/aligned-weights.js';
import { integrateWeights } from '../support/integrate.js';
import { risingProblem } from '../support/problem-arbitraries.js';
import { seededRandom } from '../support/random-matrices.js';

function refusedOption(options: ProblemOptions): string | undefined {
  try {
    createProblem(options);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.option;
    throw error;
  }
  return undefined;
}

describe('createProblem', () => {
  test('has one mode per unit of the narrowest dimension; the rest of the spectrum is unlearnable', () => {
    const problem = createProblem({ rows: 6, hidden: 2, cols: 4, spectrum: '3,2,1', tau: 1 });
    const start = Math.exp(-2);
    expect(problem.spectrum).toEqual([3, 2, 1, 0]);
    expect(problem.modes).toEqual([
      { sigma: 3, start },
      { sigma: 2, start },
    ]);
    expect(problem.unlearnable).toEqual([1, 0]);
  });

  test('pads with null modes, which start like all others', () => {
    const problem = createProblem({ dim: 3, spectrum: [2], tau: 1 });
    expect(problem.modes.map(({ sigma }) => sigma)).toEqual([2, 0, 0]);
    expect(new Set(problem.modes.map(({ start }) => start))).toEqual(new Set([Math.exp(-2)]));
    expect(problem.unlearnable).toEqual([]);
  });

  test('dim stands for the dimensions that are not given', () => {
    const problem = createProblem({ dim: 5, hidden: 9, spectrum: 'linear', tau: 0 });
    expect([problem.rows, problem.hidden, problem.cols]).toEqual([5, 9, 5]);
  });

  test('takes a start per mode', () => {
    const problem = createProblem({ dim: 2, spectrum: '2,1', tau: 3, starts: [0, 4] });
    expect(problem.modes.map(({ start }) => start)).toEqual([0, 4]);
  });

  test('cannot be changed', () => {
    const problem = createProblem({ rows: 2, hidden: 1, cols: 2, spectrum: 'linear', tau: 1 });
    for (const part of [problem, problem.modes, problem.modes[0], problem.spectrum, problem.unlearnable]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test.prop([fc.constantFrom('rows', 'hidden', 'cols', 'dim'), fc.oneof(fc.integer({ max: 0 }), fc.double())])(
    'names the dimension that is not a positive integer',
    (name, size) => {
      fc.pre(!(Number.isInteger(size) && size >= 1 && size <= 2 ** 20));
      const sizes = name === 'dim' ? { dim: size } : { dim: 3, [name]: size };
      expect(refusedOption({ ...sizes, spectrum: 'linear', tau: 1 })).toBe(name);
    },
  );

  test('refuses dimensions that are missing or beyond any memory, before listing anything', () => {
    expect(refusedOption({ spectrum: 'linear', tau: 1 })).toBe('rows');
    expect(refusedOption({ dim: 3, rows: 1e15, cols: 1e15, spectrum: 'linear', tau: 1 })).toBe('rows');
  });

  test.each([-1, 350.1, Number.NaN, Infinity])('refuses tau = %s', (tau) => {
    expect(refusedOption({ dim: 2, spectrum: 'linear', tau })).toBe('tau');
  });

  test('starts stay normal doubles up to the largest tau', () => {
    const problem = createProblem({ dim: 1, spectrum: '1', tau: 350 });
    expect(problem.modes[0]?.start).toBeGreaterThan(2.3e-308);
  });

  test('refuses a spectrum that does not fit', () => {
    expect(refusedOption({ rows: 5, hidden: 5, cols: 2, spectrum: '3,2,1', tau: 1 })).toBe('spectrum');
  });

  test.each([[[1]], [[1, 2, 3]], [[1, -1]], [[1, Number.NaN]], [[1, 1e151]]])('refuses the starts %j', (starts) => {
    expect(refusedOption({ dim: 2, spectrum: 'linear', tau: 1, starts })).toBe('starts');
  });
});

const dimension = fc.integer({ min: 1, max: 4 });

describe('trajectory of gradient flow (T0)', () => {
  test.prop([dimension, dimension, dimension, fc.double({ min: 0, max: 3, noNaN: true }), fc.nat()], { numRuns: 40 })(
    'loss and singular values are those of the full matrices, in any bases and shapes',
    (rows, hidden, cols, time, seed) => {
      const random = seededRandom(seed);
      const least = Math.min(rows, cols);
      const spectrum = Array.from({ length: least }, () => 0.1 + random()).sort((a, b) => b - a);
      const problem = createProblem({ rows, hidden, cols, spectrum, tau: 2 });
      const { task, first, second } = alignedWeights(problem, random);
      const end = integrateWeights(first, second, task, time);
      const product = end.first.mmul(end.second);
      // The oracle's steps are good to 1e-13, and a mode amplifies an early error by at most e^{4σt} until it saturates.
      expect(Math.abs(Matrix.sub(product, task).norm() ** 2 - loss(problem, time))).toBeLessThan(1e-9);
      const total = singularValues(problem, time).reduce((sum, value) => sum + value, 0);
      expect(Math.abs(end.first.norm() ** 2 - total)).toBeLessThan(1e-9);
      expect(Math.abs(end.second.norm() ** 2 - total)).toBeLessThan(1e-9);
    },
  );

  test('what the width cannot learn stays in the loss', () => {
    const problem = createProblem({ rows: 4, hidden: 2, cols: 3, spectrum: '4,3,2', tau: 5 });
    expect(unlearnableLoss(problem)).toBe(4);
    expect(loss(problem, Infinity)).toBe(4);
    expect(singularValues(problem, Infinity)).toEqual([4, 3]);
  });

  test.prop([
    risingProblem(),
    fc.double({ min: 0, max: 1e4, noNaN: true }),
    fc.double({ min: 1, max: 2, noNaN: true }),
  ])('the loss never rises, and learned modes stay learned', (problem, time, factor) => {
    // A few roundings per mode, relative to the loss itself.
    expect(loss(problem, time * factor)).toBeLessThanOrEqual(loss(problem, time) * (1 + 1e-13));
    expect(learnedModes(problem, time * factor)).toBeGreaterThanOrEqual(learnedModes(problem, time));
  });

  test('counts modes beyond half of their singular value; null modes have nothing to learn', () => {
    const problem = createProblem({ dim: 4, spectrum: '2,1', tau: 8 });
    expect([0, 2.5, 10, Infinity].map((time) => learnedModes(problem, time))).toEqual([0, 1, 2, 2]);
  });
});
