import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { relativeSphereStep } from '../sensitivity-floor.js';
import { atLeast, atMost, type Conclusion, defineClaim, equal, tightest } from './engine/claim.js';
import { areWhole, areWithin, decades, drawnMatrix, matrixSeed, weighted } from './engine/draws.js';
import { matrixDistance } from './engine/networks.js';

/** T6-update: what a step on a sphere changes. */
export const updateOnSphere = defineClaim({
  id: 'T6-update',
  title: 'The relative update on a sphere is set by the rate alone',
  statement:
    'A step Ŵ′ = N(Ŵ − ηT) on the sphere, T being tangent there and of the same norm in every row, every column or as a whole, and N scaling back to that norm, changes Ŵ by exactly 2 sin(½ arctan η) times its norm, which is below η by less than 3η³/8; and W = diag(r) Ŵ diag(c) with the same gains before and after by at least 1/κ and at most κ times as much, κ being the product of the ratios of largest and smallest gains in absolute value.',
  origin: 'ours; plane trigonometry',
  /** Weights on a sphere, a tangent, and gains. */
  domain: fc.record({
    rows: fc.integer({ min: 2, max: 12 }),
    cols: fc.integer({ min: 2, max: 12 }),
    /** 0: the whole matrix has a fixed norm, 1: every row, 2: every column. */
    sphere: fc.nat({ max: 2 }),
    seed: matrixSeed,
    norm: decades(-2, 2),
    rate: decades(-4, 1),
    /** Component of the step along the weights, in units of their norm. */
    tilt: weighted([5, fc.constant(0)], [1, fc.integer({ min: -20, max: 20 }).map((tenths) => tenths / 10)]),
    /** Length of the tangent, in units of the norm of the weights. */
    stretch: weighted([5, fc.constant(1)], [1, decades(-1, 1)]),
    /** Logarithm of the largest ratio of gains. */
    spread: fc.oneof(fc.constant(0), decades(-2, 0.5)),
  }),
  wellFormed: ({ rows, cols, sphere, seed, norm, rate, tilt, stretch, spread }) =>
    areWhole([rows, cols], 2, 12) &&
    [0, 1, 2].includes(sphere) &&
    Number.isInteger(seed) &&
    areWithin([norm, rate, stretch], 1e-6, 1e6) &&
    Math.abs(tilt) <= 100 &&
    areWithin([spread], 0, 5),
  hypotheses: [
    { name: 'tangent', statement: 'T is tangent to the sphere at Ŵ', holds: ({ tilt }) => tilt === 0 },
    {
      name: 'as long as the weights',
      statement: 'T has the norm of Ŵ in every part',
      holds: ({ stretch }) => stretch === 1,
    },
  ],
  conclusion({ rows, cols, sphere, seed, norm, rate, tilt, stretch, spread }) {
    const partOf = (row: number, column: number) => [0, row, column][sphere]!;
    const scaledTo = (matrix: Matrix) => {
      const sizes = partSums(Matrix.mul(matrix, matrix), partOf);
      return mapped(matrix, (entry, row, column) => (entry * norm) / Math.sqrt(sizes[partOf(row, column)]!));
    };
    const before = scaledTo(drawnMatrix(rows, cols, 3 * seed + 1));
    const drawn = drawnMatrix(rows, cols, 3 * seed + 2);
    const along = partSums(Matrix.mul(drawn, before), partOf);
    const tangent = scaledTo(
      mapped(
        drawn,
        (entry, row, column) => entry - (along[partOf(row, column)]! / norm ** 2) * before.get(row, column),
      ),
    );
    const step = Matrix.add(Matrix.mul(tangent, stretch), Matrix.mul(before, tilt));
    const after = scaledTo(Matrix.sub(before, Matrix.mul(step, rate)));

    const gain = (index: number, count: number) => Math.exp((spread * index) / (count - 1));
    const composed = (weights: Matrix) =>
      mapped(weights, (entry, row, column) => gain(row, rows) * entry * gain(cols - 1 - column, cols));
    const change = (from: Matrix, to: Matrix) => matrixDistance(to, from) / from.norm();
    const whole = change(before, after);
    const exact = relativeSphereStep(rate);
    const gained = change(composed(before), composed(after));
    const ratio = Math.exp(2 * spread);
    return tightest([
      equal(['‖Ŵ′ − Ŵ‖/‖Ŵ‖', whole], ['2 sin(½ arctan η)', exact], TOLERANCE),
      atMost(['‖Ŵ′ − Ŵ‖/‖Ŵ‖', whole], ['η', rate], TOLERANCE),
      atLeast(['‖Ŵ′ − Ŵ‖/‖Ŵ‖', whole], ['η − 3η³/8', rate - (3 / 8) * rate ** 3], TOLERANCE),
      ...enclosed(gained, exact, ratio),
    ]);
  },
  toleranceReason:
    'norms of at most 144 entries carry less than a hundred units in the last place of 1, and a drawn matrix loses at most two decades of its norm to the projection',
});

const TOLERANCE = 1e-12;

function enclosed(gained: number, exact: number, ratio: number): Conclusion[] {
  const left = { label: '‖W′ − W‖/‖W‖', value: gained };
  return [
    atMost(left, ['κ · 2 sin(½ arctan η)', ratio * exact], TOLERANCE * ratio),
    atLeast(left, ['2 sin(½ arctan η)/κ', exact / ratio], TOLERANCE),
  ];
}

function partSums(matrix: Matrix, partOf: (row: number, column: number) => number): number[] {
  const sums: number[] = [];
  for (let row = 0; row < matrix.rows; row++) {
    for (let column = 0; column < matrix.columns; column++) {
      const part = partOf(row, column);
      sums[part] = (sums[part] ?? 0) + matrix.get(row, column);
    }
  }
  return sums;
}

function mapped(matrix: Matrix, of: (entry: number, row: number, column: number) => number): Matrix {
  const result = Matrix.zeros(matrix.rows, matrix.columns);
  for (let row = 0; row < matrix.rows; row++) {
    for (let column = 0; column < matrix.columns; column++) {
      result.set(row, column, of(matrix.get(row, column), row, column));
    }
  }
  return result;
}
