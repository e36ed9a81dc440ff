import type { TrainedNetwork } from './train-cell.js';

/** Smaller losses are told apart by nothing but rounding. */
const LEAST_LOSS = 1e-300;

/** Logarithm of the loss at the end, training by training, for each learning rate; infinite where a training diverged. */
export function logLosses(networks: readonly TrainedNetwork[]): ReadonlyMap<number, readonly number[]> {
  const losses = new Map<number, number[]>();
  for (const { learningRate, looks } of networks) {
    const log = Math.log(Math.max(LEAST_LOSS, looks.at(-1)!.loss));
    losses.set(learningRate, [...(losses.get(learningRate) ?? []), log]);
  }
  return losses;
}

/** The learning rate with the least mean logarithm of the loss; the smallest where all diverged. */
export function bestRate(losses: ReadonlyMap<number, readonly number[]>): number {
  const means = [...losses].map(([rate, logs]) => ({ rate, mean: meanOf(logs) }));
  return means.reduce((best, next) => (next.mean < best.mean ? next : best)).rate;
}

/**
 * Learning rates that must still be tried before the best ones can be told: neighbours on the grid of the best one over all trainings
 * and of the best one of each training, among those that were tried. There are none left where each of these has a greater loss on
 * both sides, or is at an end of the grid.
 *
 * @param losses of the tried rates, at least one, in the order of the grid
 * @param grid increasing
 */
export function missingRates(
  losses: ReadonlyMap<number, readonly number[]>,
  grid: readonly number[],
): number[] {
  const tried = [...losses];
  const trainings = tried[0]![1].map((_, training) => training);
  const best = [
    bestRate(losses),
    ...trainings.map((training) => bestRate(new Map(tried.map(([rate, logs]) => [rate, [logs[training]!]])))),
  ];
  return grid.filter(
    (rate, at) => !losses.has(rate) && (best.includes(grid[at - 1]!) || best.includes(grid[at + 1]!)),
  );
}

/**
 * Binary logarithm of the best learning rate of each training: the vertex of the parabola through the best rate of the grid and its
 * neighbours, in logarithms, or the rate itself at an end of the grid or beside a training that diverged.
 */
export function bestRates(losses: ReadonlyMap<number, readonly number[]>): number[] {
  const rates = [...losses.keys()].map(Math.log2);
  const logs = [...losses.values()];
  return logs[0]!.map((_, training) => {
    const values = logs.map((ofRate) => ofRate[training]!);
    const at = values.reduce((best, value, index) => (value < values[best]! ? index : best), 0);
    const [left, right] = [values[at - 1], values[at + 1]];
    if (left === undefined || right === undefined || left + right === Infinity) return rates[at]!;
    const [before, after] = [rates[at]! - rates[at - 1]!, rates[at + 1]! - rates[at]!];
    const [first, second] = [(values[at]! - left) / before, (right - values[at]!) / after];
    const vertex = rates[at]! - before / 2 - (first * (before + after)) / (2 * (second - first));
    return Number.isFinite(vertex) ? vertex : rates[at]!;
  });
}

/** Slope of a least-squares line. */
export function slopeOf(xs: readonly number[], ys: readonly number[]): number {
  const [x0, y0] = [meanOf(xs), meanOf(ys)];
  const [mixed, square] = xs.reduce(
    ([sum, squares], x, at) => [sum + (x - x0) * (ys[at]! - y0), squares + (x - x0) ** 2],
    [0, 0],
  );
  return mixed / square;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
