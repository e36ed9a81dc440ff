import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { fromColumns, hypotenuse } from '../../linear-algebra.js';
import type { Drawn } from './claim.js';

// Building blocks for the domains of claims. All shrink to small, round instances and are plain JSON values.

/** Numbers over some decades, `10^from` to `10^to`, of three significant digits; shrinks towards 1. */
export function decades(from: number, to: number): fc.Arbitrary<number> {
  return fc.integer({ min: Math.round(from * 100), max: Math.round(to * 100) }).map(roundedPower);
}

const ROUNDED_POWERS = new Map<number, number>();

/** `10^(hundredth/100)` to three digits; looked up where possible, since reading digits back costs more than drawing. */
function roundedPower(hundredth: number): number {
  const rounded = ROUNDED_POWERS.get(hundredth) ?? Number((10 ** (hundredth / 100)).toPrecision(3));
  ROUNDED_POWERS.set(hundredth, rounded);
  return rounded;
}

/** One of several arbitraries, each drawn in proportion to the number before it. */
export function weighted<Values extends unknown[]>(
  ...choices: { [Index in keyof Values]: [weight: number, arbitrary: fc.Arbitrary<Values[Index]>] }
): fc.Arbitrary<Values[number]> {
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** Lists of one to so many values. */
export function listOf<Value>(most: number, value: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> {
  return fc.array(value, { minLength: 1, maxLength: most });
}

/** Multiples of `1/parts`, from `least` to `most` of them: short fractions, which collide often. */
export function quotients(least: number, most: number, parts: number): fc.Arbitrary<number> {
  return fc.integer({ min: least, max: most }).map((n) => n / parts);
}

/** Small fractions that collide often: quarters from 1/4 to 3. */
const quarters = quotients(1, 12, 4);

/** One positive singular value: mostly ordinary, sometimes over six decades. */
export const singularValue: fc.Arbitrary<number> = weighted([3, quarters], [2, decades(-3, 3)]);

/**
 * Positive singular values, non-increasing, with repeated values, clusters as tight as 1e-9 and ratios up to 1e6.
 *
 * @param most largest number of values, up to 12
 */
export function singularValues(most = 12): fc.Arbitrary<number[]> {
  const cluster = fc.record({
    value: singularValue,
    copies: weighted([4, fc.constant(1)], [1, fc.integer({ min: 2, max: 3 })]),
    spread: fc.constantFrom(0, 1e-9, 1e-3),
  });
  return listOf(most, cluster).map((clusters) =>
    clusters
      .flatMap(({ value, copies, spread }) => Array.from({ length: copies }, (_, copy) => value * (1 - spread * copy)))
      .slice(0, most)
      .sort((a, b) => b - a),
  );
}

/** A mode with a start of its own: usually below its σ, sometimes equal, above or zero; σ = 0 now and then. */
export const mode = fc.record({
  sigma: weighted([9, singularValue], [1, fc.constant(0)]),
  start: weighted([6, decades(-12, -1)], [2, decades(-1, 2)], [1, fc.constant(0)]),
});

/** A mode that starts strictly below its positive σ and above zero, by up to twelve decades. */
export const risingMode = fc
  .record({ sigma: singularValue, share: decades(-12, -0.05) })
  .map(({ sigma, share }) => ({ sigma, start: sigma * share }));

/** Dimension of a matrix, 1 to 12. */
export const dimension: fc.Arbitrary<number> = fc.integer({ min: 1, max: 12 });

/** Shape of a two-layer network, dimensions 1 to 12. */
export const shapeFields = { rows: dimension, hidden: dimension, cols: dimension };
export const shape = fc.record(shapeFields);

/** Seed of a drawn matrix; 0 is the identity where the matrix is orthogonal. */
export const matrixSeed: fc.Arbitrary<number> = fc.nat({ max: 9999 });

/** Noise scale γ over five decades, 0 now and then. */
export const noiseScale: fc.Arbitrary<number> = weighted([12, decades(-4, 1)], [1, fc.constant(0)]);

/** Gradient-flow time over eight decades, 0 now and then. */
export const flowTime: fc.Arbitrary<number> = weighted([12, decades(-4, 4)], [1, fc.constant(0)]);

/** The building blocks under one name, for claims of other people. */
export const arbitraries = {
  decades,
  singularValue,
  singularValues,
  mode,
  risingMode,
  dimension,
  shape,
  matrixSeed,
  noiseScale,
  flowTime,
} as const;

/**
 * A matrix of independent standard normal entries that a seed determines, so that an instance of a claim can name a
 * matrix of any shape by one number and still shrink in shape.
 *
 * @param seed any integer; 0 gives a matrix too
 */
export function drawnMatrix(rows: number, cols: number, seed: number): Matrix {
  const next = uniforms(seed);
  const matrix = Matrix.zeros(rows, cols);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < cols; column++) {
      const radius = Math.sqrt(-2 * Math.log(next()));
      matrix.set(row, column, radius * Math.cos(2 * Math.PI * next()));
    }
  }
  return matrix;
}

/** The orthogonal matrices drawn last: most instances ask for the same one several times. */
const ORTHOGONALS = new Map<string, Matrix>();

/**
 * An orthogonal matrix that a seed determines: the Q factor of {@link drawnMatrix}; seed 0 gives the identity. Not to be
 * changed, since the same one is handed out again.
 */
export function drawnOrthogonal(size: number, seed: number): Matrix {
  const key = `${size} ${seed}`;
  const known = ORTHOGONALS.get(key);
  if (known !== undefined) return known;
  if (ORTHOGONALS.size >= 16) ORTHOGONALS.clear();
  const drawn = seed === 0 ? Matrix.eye(size) : orthogonalFactor(drawnMatrix(size, size, seed));
  ORTHOGONALS.set(key, drawn);
  return drawn;
}

/** The Q factor of a square matrix by Householder reflections; that of the library makes several matrices on its way. */
function orthogonalFactor(matrix: Matrix): Matrix {
  const size = matrix.rows;
  // Column by column, the reflectors in place of what they annul; each begins with 1 more than its share of its length.
  const reflectors = Array.from({ length: size }, (_, column) => matrix.getColumn(column));
  for (let k = 0; k < size; k++) {
    const pivot = reflectors[k]!;
    let length = 0;
    for (let row = k; row < size; row++) length = hypotenuse(length, pivot[row]!);
    if (length === 0) continue;
    const signed = pivot[k]! < 0 ? -length : length;
    for (let row = k; row < size; row++) pivot[row]! /= signed;
    pivot[k]! += 1;
    for (let column = k + 1; column < size; column++) reflect(reflectors[column]!, pivot, k);
  }
  const columns: number[][] = [];
  for (let k = size - 1; k >= 0; k--) {
    const unit = new Array<number>(size).fill(0);
    unit[k] = 1;
    columns[k] = unit;
    for (let column = k; column < size; column++) reflect(columns[column]!, reflectors[k]!, k);
  }
  return fromColumns(columns);
}

/** Reflects a vector by the reflector that begins at coordinate `from`; by none where that is zero. */
function reflect(vector: number[], reflector: readonly number[], from: number): void {
  if (reflector[from] === 0) return;
  let overlap = 0;
  for (let row = from; row < vector.length; row++) overlap += reflector[row]! * vector[row]!;
  const share = -overlap / reflector[from]!;
  for (let row = from; row < vector.length; row++) vector[row]! += share * reflector[row]!;
}

/** Numbers in (0, 1) by Weyl increments through a 32-bit mixing function (Steele, Lea and Flood's SplitMix). */
function uniforms(seed: number): () => number {
  // Mixed first, so that neighbouring seeds do not give the same sequence one step apart.
  let state = mix((seed | 0) ^ 0x3c6ef372);
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return (mix(state) + 0.5) / 2 ** 32;
  };
}

function mix(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Two layers and a task. */
export interface Network {
  readonly first: Matrix;
  readonly second: Matrix;
  readonly task: Matrix;
}

/** Standard deviation of the entries of a matrix: over four decades, zero now and then. */
const entrySize = weighted([12, decades(-2, 2)], [1, fc.constant(0)]);

/** Arbitrary weights and an arbitrary task, named by numbers: shapes of dimensions 1 to 12 and sizes over decades. */
export const drawnNetwork = fc
  .record({ shape, seed: matrixSeed, firstSize: entrySize, secondSize: entrySize, taskSize: entrySize })
  .map(({ shape, ...rest }) => ({ ...shape, ...rest }));

type DrawnNetwork = Drawn<typeof drawnNetwork>;

/** Whether a plain value is a network: whole dimensions that stay small, sizes that stay finite. */
export function isDrawnNetwork({ rows, hidden, cols, seed, firstSize, secondSize, taskSize }: DrawnNetwork): boolean {
  return (
    [rows, hidden, cols].every(isDimension) &&
    Number.isInteger(seed) &&
    areWithin([firstSize, secondSize, taskSize], 0, 1e6)
  );
}

/** One field of every record of a list. */
export function pluck<Name extends string, Value>(
  list: readonly { readonly [Key in Name]: Value }[],
  name: Name,
): Value[] {
  return list.map((record) => record[name]);
}

/** Whether all numbers lie between two ends, both included. */
export function areWithin(values: readonly number[], least: number, most: number): boolean {
  return values.every((value) => value >= least && value <= most);
}

export function areWhole(values: readonly number[], least: number, most: number): boolean {
  return values.every(Number.isInteger) && areWithin(values, least, most);
}

/** Whether a number is a dimension that the search for counterexamples may try. */
export function isDimension(value: number): boolean {
  return areWhole([value], 1, 20);
}

/** Beyond every `matrixSeed`, so that the matrices of one instance have seeds of their own. */
export const SEED_STRIDE = 100_000;

export function networkOf({ rows, hidden, cols, seed, firstSize, secondSize, taskSize }: DrawnNetwork): Network {
  return {
    first: drawnMatrix(rows, hidden, seed).mul(firstSize),
    second: drawnMatrix(hidden, cols, seed + SEED_STRIDE).mul(secondSize),
    task: drawnMatrix(rows, cols, seed + 2 * SEED_STRIDE).mul(taskSize),
  };
}
