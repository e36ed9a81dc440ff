import { type Memory, type Rounding, type Rows, rules, times, transposed, zip } from './optimizer-oracle.js';

/*
 * Nexus from its description, in plain float64 loops on nested arrays: from θ an inner loop takes a step of length γ along the
 * normalised gradient of each source, and the base optimiser makes one step from θ, with the displacement over γ for a gradient.
 * Nothing here is shared with src/sim.
 */

/** A network in training. */
export interface OracleNetwork {
  readonly left: Rows;
  readonly right: Rows;
  readonly memory: readonly [Memory, Memory];
  /** Steps of the base optimiser made so far. */
  readonly taken: number;
}

/** How it is trained. */
export interface OracleTraining {
  readonly task: Rows;
  readonly base: string;
  readonly rate: number;
  /** Null for descent on the sum of the losses. */
  readonly innerStep: number | null;
}

/** Gradients `2RCW2ᵀ` and `2W1ᵀRC` of the loss `tr RCRᵀ`. */
export function oracleGradient(left: Rows, right: Rows, task: Rows, covariance: Rows): readonly [Rows, Rows] {
  const seen = times(
    zip(times(left, right), task, (w, a) => 2 * (w - a)),
    covariance,
  );
  return [times(seen, transposed(right)), times(transposed(left), seen)];
}

/** Sum of the squares of all entries. */
export function squares(matrix: Rows): number {
  return matrix.flat().reduce((sum, value) => sum + value * value, 0);
}

/** One step of the base optimiser, on sources in the order in which they are given. */
export function oracleStep(
  { left, right, memory, taken }: OracleNetwork,
  covariances: readonly Rows[],
  { task, base, rate, innerStep }: OracleTraining,
  rounding: Rounding = (value) => value,
): OracleNetwork {
  const rounded = (matrix: Rows): Rows => matrix.map((row) => row.map(rounding));
  const moved = (from: Rows, by: Rows, factor: number) => zip(from, by, (w, change) => w - factor * change);
  let sums: readonly [Rows, Rows] | undefined;
  const add = (next: readonly [Rows, Rows]) => {
    const before = sums;
    sums = before === undefined ? next : [plus(before[0], next[0]), plus(before[1], next[1])];
  };
  if (innerStep === null) {
    const all = covariances.reduce(plus);
    add(oracleGradient(left, right, task, all));
  } else {
    for (const covariance of covariances) {
      const at: readonly [Rows, Rows] =
        sums === undefined
          ? [left, right]
          : [rounded(moved(left, sums[0], innerStep)), rounded(moved(right, sums[1], innerStep))];
      const gradient = oracleGradient(at[0], at[1], task, covariance).map(rounded);
      const norm = Math.sqrt(squares(gradient[0]!) + squares(gradient[1]!)) + 1e-12;
      const [one, other] = gradient.map((matrix) => matrix.map((row) => row.map((value) => value / norm)));
      add([one!, other!]);
    }
  }
  const rule = rules[base]!;
  const change = (layer: 0 | 1) => rounded(rule(rounded(sums![layer]), memory[layer], taken + 1));
  return {
    left: rounded(moved(left, change(0), rate)),
    right: rounded(moved(right, change(1), rate)),
    memory,
    taken: taken + 1,
  };
}

function plus(left: Rows, right: Rows): Rows {
  return zip(left, right, (a, b) => a + b);
}
