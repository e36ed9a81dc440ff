import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import {
  networkStart,
  randomBasis,
  requireBalanced,
  type startNames,
} from '../../../src/sim/training/network-start.js';
import { imbalanceOf } from '../../../src/theory/balance.js';
import { createProblem } from '../../../src/theory/problem.js';

const shape = { rows: 5, hidden: 3, cols: 4 };
const problem = createProblem({ ...shape, spectrum: 'power:1', tau: 2 });
const basis = randomBasis(problem, 1);

function layers(start: (typeof startNames)[number], replicate = 0) {
  const { first, second } = networkStart(start, problem, basis, 1, replicate);
  return { first: Matrix.from1DArray(5, 3, first), second: Matrix.from1DArray(3, 4, second) };
}

describe('networkStart', () => {
  test('aligned and balanced starts have all singular values at e^(-2 tau) and are balanced', () => {
    for (const start of ['aligned', 'balanced'] as const) {
      const { first, second } = layers(start);
      expect(imbalanceOf(first, second)).toBe(0);
      const gram = first.transpose().mmul(first);
      expect(Matrix.sub(gram, Matrix.eye(3, 3, Math.exp(-4))).norm()).toBeLessThan(1e-12);
    }
    const network = layers('balanced').first.mmul(layers('balanced').second);
    const seen = basis.left.transpose().mmul(network).mmul(basis.right);
    expect(Math.abs(seen.get(0, 1)) + Math.abs(seen.get(1, 0))).toBeGreaterThan(1e-4);
  });

  test('random starts differ, are not balanced, and have the same expected norms as the others', () => {
    const count = 400;
    let squares = [0, 0];
    for (let replicate = 0; replicate < count; replicate++) {
      const { first, second } = layers('random', replicate);
      if (replicate < 5) expect(imbalanceOf(first, second)).toBeNull();
      squares = [squares[0]! + first.norm() ** 2 / count, squares[1]! + second.norm() ** 2 / count];
    }
    // A sum of n squares of standard deviation s²√2 each, over 400 replicates.
    [15, 12].forEach((entries, layer) => {
      const expected = 3 * Math.exp(-4);
      const error = (expected * Math.sqrt(2 / entries)) / Math.sqrt(count);
      expect(Math.abs(squares[layer]! - expected)).toBeLessThan(6 * error);
    });
    expect(layers('random', 0).first).not.toEqual(layers('random', 1).first);
    expect(layers('random', 1).first).toEqual(layers('random', 1).first);
  });

  test('refuses a balanced start that cannot be', () => {
    const wide = createProblem({ rows: 3, hidden: 4, cols: 5, spectrum: 'power:1', tau: 2 });
    expect(() => networkStart('balanced', wide, randomBasis(wide, 1), 1)).toThrow(
      'start: "balanced" is not allowed; expected aligned or random where the hidden width (4) is above rows or columns',
    );
  });

  test('the closed form is refused exactly where it does not hold, naming the engine that does', () => {
    for (const start of ['aligned', 'balanced'] as const) {
      expect(() => requireBalanced(start, problem, networkStart(start, problem, basis, 1))).not.toThrow();
    }
    expect(() => requireBalanced('random', problem, networkStart('random', problem, basis, 1))).toThrow(
      /start: "random" is not allowed; .*the engine matrix takes any start/,
    );
  });
});
