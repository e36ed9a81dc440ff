import type { NetworkShape, Weights } from '../../src/sim/backends/backend.js';
import { type Memory, type Rounding, type Rows, rules, times, transposed, zip } from './optimizer-oracle.js';

/*
 * The update of decoupled layers in plain float64 loops on nested arrays: gains are vectors and every row, column or matrix is
 * projected by itself. Nothing here is shared with src/sim/decoupling.
 */

/** How the layers of an oracle are trained. */
export interface OracleSettings {
  readonly base: string;
  readonly sphere: 'frobenius' | 'row' | 'column';
  readonly gains: 'none' | 'row' | 'column' | 'both';
  readonly radius: number;
  /** Learning rate of the directions and of the gains in each step. */
  readonly rates: readonly number[];
  readonly gainRates: readonly number[];
  /** Second moments of the inputs of each step; absent for the identity. */
  readonly inputs?: readonly Rows[];
}

/** A layer with its direction of norm 1. */
export interface OracleLayer {
  readonly direction: Rows;
  readonly rowGains: readonly number[];
  readonly columnGains: readonly number[];
}

/** One network on one task: both layers after every step, those of the start first. */
export function decoupledOracle(
  start: readonly [Rows, Rows],
  target: Rows,
  settings: OracleSettings,
  rounding: Rounding = (value) => value,
): (readonly [OracleLayer, OracleLayer])[] {
  const layers = start.map(
    (direction): OracleLayer => ({
      direction,
      rowGains: direction.map(() => 1),
      columnGains: direction[0]!.map(() => 1),
    }),
  ) as [OracleLayer, OracleLayer];
  const memories: Memory[][] = [0, 1].map(() => [{}, {}, {}]);
  const course: (readonly [OracleLayer, OracleLayer])[] = [[layers[0], layers[1]]];
  settings.rates.forEach((_, step) => {
    const [first, second] = layers.map((layer) => weightsOf(layer, settings.radius)) as [Rows, Rows];
    const residual = zip(times(first, second), target, (w, a) => 2 * (w - a));
    const seen = settings.inputs ? times(residual, settings.inputs[step]!) : residual;
    const gradients = [times(seen, transposed(second)), times(transposed(first), seen)];
    gradients.forEach((gradient, at) => {
      const rounded = gradient.map((row) => row.map(rounding));
      layers[at] = layerAfter(layers[at]!, rounded, memories[at]!, settings, step, rounding);
    });
    course.push([layers[0], layers[1]]);
  });
  return course;
}

/** `ρ diag(r) Ŵ diag(c)`. */
export function weightsOf({ direction, rowGains, columnGains }: OracleLayer, radius: number): Rows {
  return direction.map((row, i) => row.map((entry, j) => radius * rowGains[i]! * entry * columnGains[j]!));
}

/** A matrix of numbers, one layer of one network. */
export function rowsOf(values: Float64Array, { rows, cols }: { rows: number; cols: number }): Rows {
  return Array.from({ length: rows }, (_, row) => Array.from(values.subarray(row * cols, (row + 1) * cols)));
}

/** Both layers at the end, flattened. */
export function flatWeights([first, second]: readonly [OracleLayer, OracleLayer], radius: number): Weights {
  return {
    first: Float64Array.from(weightsOf(first, radius).flat()),
    second: Float64Array.from(weightsOf(second, radius).flat()),
  };
}

/** Shapes of both layers. */
export function layerShapes({ rows, hidden, cols }: NetworkShape) {
  return [
    { rows, cols: hidden },
    { rows: hidden, cols },
  ] as const;
}

function layerAfter(
  layer: OracleLayer,
  gradient: Rows,
  [ofDirection, ofRows, ofColumns]: readonly Memory[],
  { base, sphere, gains, rates, gainRates }: OracleSettings,
  step: number,
  rounding: Rounding,
): OracleLayer {
  const { direction, rowGains, columnGains } = layer;
  const scaled = gradient.map((row, i) => row.map((entry, j) => rowGains[i]! * entry * columnGains[j]!));
  const proposed = rules[base]!(projected(scaled, direction, sphere), ofDirection!, step + 1);
  const tangent = scaledToSphere(
    projected(
      proposed.map((row) => row.map(rounding)),
      direction,
      sphere,
    ),
    sphere,
  );
  const moved = zip(direction, tangent, (w, t) => rounding(w - rates[step]! * t));
  const [rows, cols] = [direction.length, direction[0]!.length];
  const slope = (sum: number) => [[rounding(sum)]];
  const rowSlopes = direction.map((row, i) =>
    slope(rows * row.reduce((sum, entry, j) => sum + gradient[i]![j]! * entry * columnGains[j]!, 0)).flat(),
  );
  const columnSlopes = direction[0]!.map((_, j) =>
    slope(cols * direction.reduce((sum, row, i) => sum + gradient[i]![j]! * row[j]! * rowGains[i]!, 0)).flat(),
  );
  const after = (values: readonly number[], slopes: Rows, memory: Memory, has: boolean) => {
    if (!has) return values;
    const change = rules.adam!(slopes, memory, step + 1);
    return values.map((value, at) => rounding(value - gainRates[step]! * change[at]![0]!));
  };
  return {
    direction: scaledToSphere(moved, sphere).map((row) => row.map(rounding)),
    rowGains: after(rowGains, rowSlopes, ofRows!, gains === 'row' || gains === 'both'),
    columnGains: after(columnGains, columnSlopes, ofColumns!, gains === 'column' || gains === 'both'),
  };
}

/** Applies a rule of vectors to every row, every column or the whole of two matrices. */
function partwise(one: Rows, other: Rows, sphere: string, rule: (a: number[], b: number[]) => number[]): Rows {
  if (sphere === 'row') return one.map((row, i) => rule(row, other[i]!));
  if (sphere === 'column') {
    const columns = transposed(other);
    return transposed(transposed(one).map((column, j) => rule(column, columns[j]!)));
  }
  const flat = rule(one.flat(), other.flat());
  const width = one[0]!.length;
  return one.map((_, i) => flat.slice(i * width, (i + 1) * width));
}

function projected(matrix: Rows, direction: Rows, sphere: string): Rows {
  return partwise(matrix, direction, sphere, (x, w) => {
    const share = dot(x, w) / dot(w, w);
    return x.map((value, at) => value - share * w[at]!);
  });
}

/** Every part scaled to the norm that it has where the whole has the norm 1 and all parts the same. */
export function scaledToSphere(matrix: Rows, sphere: string): Rows {
  const parts = sphere === 'row' ? matrix.length : sphere === 'column' ? matrix[0]!.length : 1;
  return partwise(matrix, matrix, sphere, (x) => x.map((value) => value / Math.sqrt(parts * dot(x, x))));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * b[at]!, 0);
}
