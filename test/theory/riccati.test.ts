import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { imbalanceMatrix, imbalanceOf } from '../../src/theory/balance.js';
import { singularValue } from '../../src/theory/mode.js';
import { flowFromBasis, flowWeights, riccatiBasis } from '../../src/theory/riccati.js';
import { integrateWeights } from '../support/integrate.js';
import { balancedWeights, gaussianMatrix, orthonormalColumns, seededRandom } from '../support/random-matrices.js';
import { samples } from '../support/sample-size.js';

type Pair = { first: Matrix; second: Matrix };

/** Largest difference in anything that does not depend on the basis of the hidden units. */
function distance(left: Pair, right: Pair): number {
  const stacked = ({ first, second }: Pair) => {
    const tall = Matrix.zeros(first.rows + second.columns, first.columns);
    tall.setSubMatrix(first, 0, 0);
    tall.setSubMatrix(second.transpose(), first.rows, 0);
    return tall.mmul(tall.transpose());
  };
  return Matrix.sub(stacked(left), stacked(right)).norm();
}

function product({ first, second }: Pair): Matrix {
  return first.mmul(second);
}

/** A random task of any shape and rank with a λ-balanced start, from one integer. */
function randomCase(seed: number, largest: number, timeRange: [number, number]) {
  const random = seededRandom(seed);
  const pick = (top: number) => 1 + Math.floor(random() * top);
  const [rows, hidden, cols] = [pick(largest), pick(largest + 2), pick(largest)];
  const count = Math.min(rows, cols);
  const rank = Math.floor(random() * (count + 1));
  const time = timeRange[0] * (timeRange[1] / timeRange[0]) ** random();
  // Tasks are scaled so that an explicit integrator can follow: it needs steps of about 1/(4σ_1) for ever.
  const top = Math.min(2, 200 / time);
  const left = orthonormalColumns(rows, count, random);
  const right = orthonormalColumns(cols, count, random);
  const values = Array.from({ length: count }, (_, index) => (index < rank ? top * random() : 0));
  const task = left.mmul(Matrix.diag(values)).mmul(right.transpose());
  const kind = random();
  let imbalance = 0;
  if (kind < 0.3 && hidden <= rows) imbalance = top * random();
  else if (kind < 0.6 && hidden <= cols) imbalance = -top * random();
  const scale = Math.sqrt(top) * 10 ** (0.3 - 5 * random());
  const start = balancedWeights(rows, hidden, cols, scale, imbalance, random);
  return { rows, hidden, cols, rank, task, imbalance, start, time };
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

describe('flowWeights', () => {
  // The integrator's tolerance is 1e-14 per step; 1e-9 leaves room for the growth of its errors by a few hundred steps.
  test.prop([seeds], { numRuns: samples(12) })('agrees with integration of the matrix flow, dims to 8', (seed) => {
    const { start, task, time } = randomCase(seed, 8, [0.01, 100]);
    const exact = flowWeights(start.first, start.second, task, time);
    expect(distance(exact, integrateWeights(start.first, start.second, task, time))).toBeLessThan(1e-9);
  });

  test.prop([seeds], { numRuns: samples(3) })('agrees with integration, dims to 12, times to 1e4', (seed) => {
    const { start, task, time } = randomCase(seed, 12, [10, 1e4]);
    const exact = flowWeights(start.first, start.second, task, time);
    expect(distance(exact, integrateWeights(start.first, start.second, task, time))).toBeLessThan(1e-9);
  });

  test.prop([seeds], { numRuns: samples(20) })('composes: s + t is t after s, at any time', (seed) => {
    const { start, task, time } = randomCase(seed, 6, [0.01, 1e6]);
    const basis = riccatiBasis(task, imbalanceOf(start.first, start.second)!);
    for (const share of [0.01, 0.5]) {
      const middle = flowFromBasis(basis, start.first, start.second, share * time);
      const twice = flowFromBasis(basis, middle.first, middle.second, (1 - share) * time);
      const once = flowFromBasis(basis, start.first, start.second, time);
      // The smallest factors are 1e-5 of the largest: their rounding, 1e-16/1e-5 relative, grows with them, with room for 1e3.
      expect(distance(twice, once)).toBeLessThan(1e-8 * (1 + product(once).norm()));
    }
  });

  test.prop([seeds], { numRuns: samples(20) })('conserves the imbalance', (seed) => {
    const { start, task, time, imbalance } = randomCase(seed, 8, [0.01, 1e8]);
    const end = flowWeights(start.first, start.second, task, time);
    const { rows: hidden } = end.second;
    const size = end.first.dot(end.first) + end.second.dot(end.second) + 1;
    const expected = Matrix.eye(hidden, hidden, imbalance);
    expect(Matrix.sub(imbalanceMatrix(end.first, end.second), expected).norm()).toBeLessThan(1e-11 * size);
  });

  test.prop([seeds], { numRuns: 40 })('ends at the best approximation of rank h (Eckart–Young)', (seed) => {
    const random = seededRandom(seed);
    const [rows, hidden, cols] = [4, 1 + Math.floor(random() * 5), 3];
    const task = gaussianMatrix(rows, cols, random);
    const start = balancedWeights(rows, hidden, cols, 0.1, 0, random);
    const end = product(flowWeights(start.first, start.second, task, Infinity));
    const { values } = riccatiSingularValues(task);
    const least = values.slice(hidden).reduce((sum, value) => sum + value ** 2, 0);
    expect(Matrix.sub(end, task).norm() ** 2).toBeCloseTo(least, 10);
  });

  test.prop([
    fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 1, maxLength: 4 }),
    fc.array(fc.double({ min: 1e-12, max: 2, noNaN: true }), { minLength: 4, maxLength: 4 }),
    fc.oneof(fc.double({ min: 0, max: 50, noNaN: true }), fc.constantFrom(1e3, 1e4, 1e12, Infinity)),
  ])('is the closed form of the modes for an aligned start (T0)', (sigmas, starts, time) => {
    const factors = Matrix.diag(sigmas.map((_, index) => Math.sqrt(starts[index]!)));
    const end = product(flowWeights(factors, factors, Matrix.diag([...sigmas]), time));
    sigmas.forEach((sigma, index) => {
      // Singular values within rounding of zero or of each other are merged: an error of 1e-15·t in the exponent.
      const expected = singularValue({ sigma, start: starts[index]! }, time);
      const merged = singularValue({ sigma: sigma < 1e-14 ? 0 : sigma, start: starts[index]! }, time);
      const slack = 1e-11 * (1 + sigma);
      expect(
        Math.min(Math.abs(end.get(index, index) - expected), Math.abs(end.get(index, index) - merged)),
      ).toBeLessThan(slack);
    });
    expect(Matrix.sub(end, Matrix.diag(end.diagonal())).norm()).toBeLessThan(1e-11);
  });

  test('keeps a mode 150 decades of e below the other one, in a rotated task', () => {
    // Evaluated from the textbook formula with 2000 digits (mpmath): start diag(1, e^-150), values 2 and 1/2, turned by 30°.
    const oracle: [number, number[]][] = [
      [0.3, [1.5465064463191223, 0.46662159577177004, 0.14079198580699825]],
      [100, [1.5, 0.8660254037844386, 0.5]],
      [149, [1.5331486200548143, 0.8086103096487034, 0.5994458601644433]],
      [151, [1.6189625629435551, 0.6599762005675904, 0.8568876888306657]],
      [160, [1.6249999999033835, 0.6495190530056738, 0.8749999997101503]],
    ];
    const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const turn = new Matrix([
      [cos, -sin],
      [sin, cos],
    ]);
    const task = turn.mmul(Matrix.diag([2, 0.5])).mmul(turn.transpose());
    const start = Matrix.diag([1, Math.exp(-150)]);
    for (const [time, [a, b, c]] of oracle) {
      const end = product(flowWeights(start, start, task, time));
      expect(Math.abs(end.get(0, 0) - a!)).toBeLessThan(1e-12);
      expect(Math.abs(end.get(0, 1) - b!)).toBeLessThan(1e-12);
      expect(Math.abs(end.get(1, 1) - c!)).toBeLessThan(1e-12);
    }
  });

  test.prop([seeds], { numRuns: 40 })('never grows what the start lacks, however long', (seed) => {
    const random = seededRandom(seed);
    const [left, right] = [orthonormalColumns(5, 4, random), orthonormalColumns(6, 4, random)];
    const values = [3, 2, 1, 0.5];
    const task = left.mmul(Matrix.diag(values)).mmul(right.transpose());
    // Modes 2 and 3 only, hidden in a dense basis of 7 units where every entry carries rounding.
    const present = Matrix.diag([0, 0.3, 0.01, 0]);
    const rotation = orthonormalColumns(7, 4, random);
    const first = left.mmul(present).mmul(rotation.transpose());
    const second = rotation.mmul(present).mmul(right.transpose());
    const limit = left.mmul(Matrix.diag([0, 2, 1, 0])).mmul(right.transpose());
    for (const time of [1e4, 1e100, Infinity]) {
      expect(Matrix.sub(product(flowWeights(first, second, task, time)), limit).norm()).toBeLessThan(1e-12);
    }
  });

  test('runs from the wrong sign into the saddle at zero and stays', () => {
    const [plus, minus] = [Matrix.eye(3), Matrix.eye(3, 3, -1)];
    const task = Matrix.diag([3, 2, 0]);
    const middle = product(flowWeights(plus, minus, task, 0.1));
    const integrated = product(integrateWeights(plus, minus, task, 0.1));
    expect(Matrix.sub(middle, integrated).norm()).toBeLessThan(1e-12);
    expect(product(flowWeights(plus, minus, task, Infinity)).norm()).toBeLessThan(1e-200);
  });

  test('stops two equal modes at the direction of the start when one hidden unit must serve both', () => {
    const task = Matrix.eye(2);
    const first = Matrix.columnVector([0.6e-3, 0.8e-3]);
    const end = product(flowWeights(first, first.transpose(), task, Infinity)).to2DArray();
    expect(end[0]![0]).toBeCloseTo(0.36, 12);
    expect(end[0]![1]).toBeCloseTo(0.48, 12);
    expect(end[1]![1]).toBeCloseTo(0.64, 12);
  });

  test('a start of zeros and a time of zero change nothing', () => {
    const task = Matrix.eye(2);
    expect(product(flowWeights(Matrix.zeros(2, 3), Matrix.zeros(3, 2), task, Infinity)).norm()).toBe(0);
    const first = new Matrix([[1], [2]]);
    const same = flowWeights(first, new Matrix([[3, 4]]), task, 0);
    expect(same.first.to2DArray()).toEqual([[1], [2]]);
    expect(same.second.to2DArray()).toEqual([[3, 4]]);
  });

  test.prop([seeds, fc.double({ min: -19, max: -3, noNaN: true })])(
    'is the first-order step for short times',
    (seed, decades) => {
      const { start, task } = randomCase(seed, 4, [1, 1]);
      const time = 10 ** decades;
      const residual = Matrix.sub(product(start), task);
      const change = residual
        .mmul(start.second.transpose())
        .mmul(start.second)
        .add(start.first.mmul(start.first.transpose()).mmul(residual))
        .mul(-2 * time);
      const moved = Matrix.sub(product(flowWeights(start.first, start.second, task, time)), product(start));
      // Second order in t with rates up to 4(σ_1 + ‖Q‖²) ≤ 200, and rounding.
      expect(Matrix.sub(moved, change).norm()).toBeLessThan(1e6 * time ** 2 + 1e-13);
    },
  );

  test('says in one line what it cannot take', () => {
    const eye = Matrix.eye(2);
    const unbalanced = Matrix.diag([1, 2]);
    expect(() => flowWeights(unbalanced, eye, eye, 1)).toThrow(/^start: .*λ-balanced/);
    expect(() => flowWeights(eye, Matrix.eye(2, 3), eye, 1)).toThrow(/^start: "2x2 2x3" .*2x2$/);
    expect(() => flowWeights(Matrix.diag([1, Number.NaN]), eye, eye, 1)).toThrow(/^start: NaN/);
    expect(() => flowWeights(eye, eye, Matrix.diag([1, Infinity]), 1)).toThrow(/^target: Infinity/);
    expect(() => flowWeights(eye, eye, eye, -1)).toThrow(/^time: -1/);
    expect(() => flowWeights(eye, eye, eye, Number.NaN)).toThrow(/^time: NaN/);
  });
});

function riccatiSingularValues(task: Matrix) {
  const basis = riccatiBasis(task, 0);
  return { values: basis.eigenvalues.filter((value) => value > 0).sort((a, b) => b - a) };
}
