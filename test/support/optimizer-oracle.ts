import type { NetworkBatch, OptimizedNetworks, OptimizerRun, Weights } from '../../src/sim/backends/backend.js';

/*
 * The recurrences of every optimiser, as their papers give them, in plain float64 loops on nested arrays. Nothing here is
 * shared with src/sim/training/optimizers.
 */

export type Rows = number[][];

/** What a rule remembers of one layer between steps. */
export type Memory = Record<string, Rows>;

/** Change of a layer per unit of learning rate. */
export type Rule = (gradient: Rows, memory: Memory, step: number) => Rows;

export const rules: Readonly<Record<string, Rule>> = {
  'gradient-descent': (gradient) => gradient,
  momentum(gradient, memory) {
    memory.v = zip(memory.v ?? zeros(gradient), gradient, (v, g) => 0.9 * v + g);
    return memory.v;
  },
  adam(gradient, memory, step) {
    memory.m = zip(memory.m ?? zeros(gradient), gradient, (m, g) => 0.9 * m + (1 - 0.9) * g);
    memory.v = zip(memory.v ?? zeros(gradient), gradient, (v, g) => 0.999 * v + (1 - 0.999) * g * g);
    return zip(memory.m, memory.v, (m, v) => m / (1 - 0.9 ** step) / (Math.sqrt(v / (1 - 0.999 ** step)) + 1e-8));
  },
  'sign-descent': (gradient) => gradient.map((row) => row.map(Math.sign)),
  muon(gradient, memory) {
    memory.b = zip(memory.b ?? zeros(gradient), gradient, (b, g) => 0.95 * b + 0.05 * g);
    const nesterov = zip(memory.b, gradient, (b, g) => 0.95 * b + 0.05 * g);
    const [rows, cols] = [nesterov.length, nesterov[0]!.length];
    const isTall = rows > cols;
    let x = isTall ? transposed(nesterov) : nesterov;
    const norm = Math.sqrt(x.flat().reduce((sum, value) => sum + value * value, 0));
    x = x.map((row) => row.map((value) => value / (norm + 1e-7)));
    for (let iteration = 0; iteration < 5; iteration++) {
      const a = times(x, transposed(x));
      const b = zip(a, times(a, a), (one, two) => -4.775 * one + 2.0315 * two);
      x = zip(x, times(b, x), (one, two) => 3.4445 * one + two);
    }
    const scale = Math.sqrt(Math.max(1, rows / cols));
    return (isTall ? transposed(x) : x).map((row) => row.map((value) => scale * value));
  },
};

/** What happens to every number that a matrix operation gives; rounding can be imitated by it. */
export type Rounding = (value: number) => number;

/**
 * Both layers of every network after the steps of a run that starts from nothing remembered.
 *
 * @param rounding applied to both layers and both gradients in each step; exact arithmetic by default
 */
export function optimizerOracle(
  networks: OptimizedNetworks,
  run: OptimizerRun,
  rounding: Rounding = (value) => value,
): Weights {
  const { rows, hidden, cols } = networks.shape;
  const rounded = (matrix: Rows): Rows => matrix.map((row) => row.map(rounding));
  const rule = rules[run.optimizer.name]!;
  const first: number[] = [];
  const second: number[] = [];
  for (let network = 0; network < networks.count; network++) {
    let left = nested(networks.first, network, rows, hidden);
    let right = nested(networks.second, network, hidden, cols);
    const target = nested(networks.target, network, rows, cols);
    const [leftMemory, rightMemory]: Memory[] = [{}, {}];
    run.rates.forEach((rate, step) => {
      const residual = zip(times(left, right), target, (w, a) => 2 * (w - a));
      const seen = run.inputs
        ? times(residual, nested(run.inputs, step * networks.count + network, cols, cols))
        : residual;
      const leftChange = rule(rounded(times(seen, transposed(right))), leftMemory!, step + 1);
      const rightChange = rule(rounded(times(transposed(left), seen)), rightMemory!, step + 1);
      const pace = rate * networks.rateScale[network]!;
      left = rounded(zip(left, rounded(leftChange), (w, change) => w - pace * change));
      right = rounded(zip(right, rounded(rightChange), (w, change) => w - pace * change));
    });
    first.push(...left.flat());
    second.push(...right.flat());
  }
  return { first: Float64Array.from(first), second: Float64Array.from(second) };
}

/** Steps of an optimiser that has remembered nothing yet. */
export function fromNothing(batch: NetworkBatch, moments: number): OptimizedNetworks {
  const nothing = { first: new Float64Array(batch.first.length), second: new Float64Array(batch.second.length) };
  return { ...batch, moments: Array.from({ length: moments }, () => nothing), taken: 0 };
}

export function nested(values: Float64Array, index: number, rows: number, cols: number): Rows {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(values.subarray((index * rows + row) * cols, (index * rows + row + 1) * cols)),
  );
}

function zeros(like: Rows): Rows {
  return like.map((row) => row.map(() => 0));
}

export function zip(left: Rows, right: Rows, combine: (a: number, b: number) => number): Rows {
  return left.map((row, y) => row.map((value, x) => combine(value, right[y]![x]!)));
}

export function transposed(matrix: Rows): Rows {
  return matrix[0]!.map((_, x) => matrix.map((row) => row[x]!));
}

export function times(left: Rows, right: Rows): Rows {
  return left.map((row) => right[0]!.map((_, x) => row.reduce((sum, value, k) => sum + value * right[k]![x]!, 0)));
}
