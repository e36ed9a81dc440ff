import { type LandscapeEnclosure, type LandscapePoint, NoiseLandscape } from './noise-landscape.js';
import { perturbedLoss } from './perturbed-loss.js';
import type { Problem } from './problem.js';
import { bisect, middleTime, timeGrid, unsplittable } from './search.js';

/** Where the perturbed loss is least over all times, and its value there. */
export interface Inflection {
  /** Gradient-flow time; `Infinity` where the infimum is only approached as training goes on. */
  readonly time: number;
  /** Perturbed loss at that time (its limit at `Infinity`). */
  readonly value: number;
}

/**
 * Inflection of catastrophic overtraining (T3): the global minimum of the perturbed loss over `t ∈ [0, ∞]`.
 *
 * The perturbed loss can have a dip for every mode, so that no local search finds the right one. Branch and bound: time
 * is cut into cells; a cell is dropped when its exact lower bound (see `NoiseLandscape`) is above a value that was found,
 * or when the loss is proved monotone or concave in it; where it is proved convex, bisection on the derivative finishes.
 * Equal minima within rounding count as one, and the earliest is returned.
 *
 * Where modes that fall from above cancel rising ones to many digits, the loss is so flat that this would take for ever.
 * After some thousand cells, far more than any problem without falling modes needs, the search begins to allow itself an
 * error of the value: it doubles from 1e-13 (relative to what the modes contribute) until the search ends.
 *
 * @param gamma noise scale `γ`, from 0 to 1e60
 * @returns time and value; time 0 where training never helps, `Infinity` where it never stops helping (`γ = 0`)
 * @throws InvalidInputError where `gamma` is out of its range
 */
export function globalInflection(problem: Problem, gamma: number): Inflection {
  const landscape = new NoiseLandscape(problem, gamma);
  const time = leastTime(landscape) / landscape.unit;
  return { time, value: perturbedLoss(problem, gamma, time) };
}

/** At the last mode's own optimum, where a search ends, the slope may be zero; a little beyond, it is clearly positive. */
const BEYOND = 1 + 2 ** -20;

function leastTime(landscape: NoiseLandscape): number {
  if (landscape.modes.length === 0) return 0;
  if (landscape.critical === 0) return Infinity;
  const end = landscape.lastModeOptimum();
  if (end === 0 && !landscape.hasFallingModes) return 0;
  const times = timeGrid(end * BEYOND);
  if (landscape.hasFallingModes) times.push(Infinity);
  return new MinimumSearch(landscape).run(times);
}

type Cell = readonly [from: LandscapePoint, to: LandscapePoint];

/** Cells that are searched without compromise, and between one doubling of the allowed error and the next. */
const PATIENCE = 4096;
const DOUBLING = 256;

/** Depth-first branch and bound over cells of time. */
class MinimumSearch {
  private best: LandscapePoint | undefined;
  private lowest: LandscapePoint | undefined;
  /** Improvement of the objective that may be missed. */
  private allowance = 0;

  constructor(private readonly landscape: NoiseLandscape) {}

  run(times: readonly number[]): number {
    const points = times.map((time) => this.visit(time));
    const [first, last] = [points[0] as LandscapePoint, points.at(-1) as LandscapePoint];
    if (first.slope >= 0) this.propose(first);
    if (last.time === Infinity) this.propose(last);
    const cells: Cell[] = points.slice(1).map((to, index) => [points[index] as LandscapePoint, to]);
    const largest = points.reduce((most, { uncertainty }) => Math.max(most, uncertainty), 0);
    let searched = 0;
    for (let cell = cells.pop(); cell !== undefined; cell = cells.pop()) {
      searched += 1;
      if (searched > PATIENCE && searched % DOUBLING === 0) this.allowance = Math.max(largest, 2 * this.allowance);
      const middle = this.settle(cell);
      if (middle !== undefined) cells.push([cell[0], middle], [middle, cell[1]]);
    }
    if (this.allowance > 0) this.propose(this.lowest ?? first);
    return (this.best ?? first).time;
  }

  /** Deals with a cell for good, or returns the point at which to split it. */
  private settle(cell: Cell): LandscapePoint | undefined {
    const [from, to] = cell;
    const bounds = this.landscape.enclose(from, to);
    if (to.time === Infinity) {
      // The limit itself is a candidate already, so that a tail that cannot beat what is known is done with.
      const beaten = bounds.objectiveLow >= this.upper - from.uncertainty - to.uncertainty - this.allowance;
      const monotone = bounds.slopeHigh <= 0 || bounds.slopeLow >= 0;
      return beaten || monotone ? undefined : this.visit(middleTime(from.time, to.time));
    }
    const beaten = bounds.objectiveLow > this.upper + from.uncertainty + to.uncertainty - this.allowance;
    if (beaten || bounds.slopeLow > 0 || bounds.slopeHigh < 0 || bounds.curvatureHigh < 0) return undefined;
    if (bounds.curvatureLow > 0) {
      this.finish(cell);
      return undefined;
    }
    if (unsplittable(from.time, to.time)) {
      this.propose(from.objective <= to.objective ? from : to);
      return undefined;
    }
    const middle = this.visit(middleTime(from.time, to.time));
    return this.monotone(cell, middle, bounds) ? undefined : middle;
  }

  /** Mean-value form: the slope in the cell differs from the one in its middle by at most curvature times distance. */
  private monotone([from, to]: Cell, middle: LandscapePoint, bounds: LandscapeEnclosure): boolean {
    const reach = Math.max(middle.time - from.time, to.time - middle.time);
    const change = reach * Math.max(bounds.curvatureHigh, -bounds.curvatureLow);
    return Math.abs(middle.slope) > change * (1 + 1e-12) + middle.slopeUncertainty;
  }

  /** In a convex cell the slope rises: its only minimum is where the slope changes sign, if it does. */
  private finish([from, to]: Cell): void {
    if (from.slope > 0 || to.slope < 0) return;
    if (to.slope === 0) this.propose(to);
    else this.propose(this.visit(bisect(from.time, to.time, (time) => this.landscape.at(time).slope)));
  }

  private visit(time: number): LandscapePoint {
    const point = this.landscape.at(time);
    if (point.objective < this.upper) this.lowest = point;
    return point;
  }

  /** Objective of the best time that was visited. */
  private get upper(): number {
    return this.lowest?.objective ?? Infinity;
  }

  private propose(point: LandscapePoint): void {
    const lead = this.best === undefined ? -1 : point.objective - this.best.objective;
    if (lead < 0 || (lead === 0 && point.time < (this.best as LandscapePoint).time)) this.best = point;
  }
}

/**
 * Last time at which the perturbed loss does not rise, `T(γ) = sup{t : P_γ′(t) ≤ 0}` (T3 b, c). After it, training only
 * makes the checkpoint worse under noise.
 *
 * The search goes from the right, from `max t_i*` on, through cells of time in which the loss is proved to rise until one
 * is found where it does not.
 *
 * The theorem's `T(γ)` is finite where every mode that moves starts below its `σ`. Where null modes move, or where the
 * slowest mode falls from above, the perturbed loss falls again at the end and `T(γ) = ∞`.
 *
 * Where modes that fall from above cancel rising ones to many digits, the sign of the slope is soon beyond rounding; after
 * some thousand cells the search returns the end of the first one that it could not decide, an upper bound for `T(γ)`.
 *
 * @param gamma noise scale `γ`, from 0 to 1e60
 * @returns the time; 0 where the loss rises from the very start, `Infinity` where it falls again and again (also for
 *   `γ = 0` and where no mode moves)
 * @throws InvalidInputError where `gamma` is out of its range
 */
export function lastDescent(problem: Problem, gamma: number): number {
  const landscape = new NoiseLandscape(problem, gamma);
  if (landscape.modes.length === 0 || landscape.critical === 0 || fallsAtTheEnd(landscape)) return Infinity;
  const end = landscape.hasFallingModes ? certifiedRise(landscape) : landscape.lastModeOptimum() * BEYOND;
  return lastNonPositive(landscape, end) / landscape.unit;
}

/**
 * Whether the perturbed loss falls towards its limit. Late, each part is `c` times the gap, which decays like
 * `σ(σ - s0)/s0 · e^{-4σt}` (algebraically for null modes), so that the modes with the least `σ` decide.
 */
function fallsAtTheEnd({ modes, slowest }: NoiseLandscape): boolean {
  const late = modes
    .filter(({ sigma }) => sigma === slowest)
    .reduce((sum, { sigma, start }) => sum + (sigma - start) / start, 0);
  return late <= 0;
}

/**
 * A time from which on the loss rises although some modes fall from above: where every rising mode has passed its own
 * optimum and the slowest of them outweigh the falling ones. From then on they keep outweighing them: a falling gap decays
 * at a rate above `4σ_j`, a gap of the slowest rising modes at one below `4σ_m ≤ 4σ_j`.
 */
function certifiedRise(landscape: NoiseLandscape): number {
  let time = Math.max(landscape.lastModeOptimum(), 1);
  while (!outweighs(landscape, landscape.at(time))) time *= 2;
  return time;
}

function outweighs({ modes, critical, slowest }: NoiseLandscape, { values, gaps }: LandscapePoint): boolean {
  let rising = 0;
  let falling = 0;
  modes.forEach(({ sigma }, index) => {
    const gap = gaps[index] as number;
    const slope = (values[index] as number) * gap * (critical - gap);
    if (slope < 0) falling -= slope;
    else if (sigma === slowest) rising += slope;
  });
  return falling === 0 || rising > falling;
}

/** Cells that are searched before the search gives up. */
const MOST_CELLS = 8192;

function lastNonPositive(landscape: NoiseLandscape, end: number): number {
  // From the right, and each point of the grid only when its turn has come: most searches end in one of the last cells.
  const times = timeGrid(end);
  let to = landscape.at(times.pop() as number);
  /** Points within a cell of the grid at which it has been split, and the cell's beginning; the last is next. */
  const within: LandscapePoint[] = [];
  let searched = 0;
  while (within.length > 0 || times.length > 0) {
    searched += 1;
    const from = within.pop() ?? landscape.at(times.pop() as number);
    // Everything later has been proved to rise, so that a slope that is not positive here is the last one.
    if (to.slope <= 0) return to.time;
    const { slopeLow, curvatureLow, curvatureHigh } = landscape.enclose(from, to);
    if (slopeLow > 0 || curvatureHigh < 0 || (curvatureLow > 0 && from.slope > 0)) {
      to = from;
      continue;
    }
    if (curvatureLow > 0) return bisect(from.time, to.time, (time) => landscape.at(time).slope);
    if (unsplittable(from.time, to.time) || searched > MOST_CELLS) return to.time;
    within.push(from, landscape.at(middleTime(from.time, to.time)));
  }
  return 0;
}
