import { bisect } from './bisection.js';
import { type LandscapeEnclosure, type LandscapePoint, NoiseLandscape } from './noise-landscape.js';
import { perturbedLoss } from './perturbed-loss.js';
import type { Problem } from './problem.js';
import { middleTime, timeGrid, unsplittable } from './time-cells.js';

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
 * @param problem the problem
 * @param gamma noise scale `γ`, from 0 to 1e60
 * @returns time and value; time 0 where training never helps, `Infinity` where it never stops helping (`γ = 0`)
 * @throws InvalidInputError where `gamma` is out of its range
 */
export function globalInflection(problem: Problem, gamma: number): Inflection {
  const landscape = new NoiseLandscape(problem, gamma);
  const time = leastTime(landscape) / landscape.unit;
  return { time, value: perturbedLoss(problem, gamma, time) };
}

/** The minimum of a single mode is at the end of the search itself; a little beyond, its slope is clearly positive. */
const BEYOND = 1 + 2 ** -20;

function leastTime(landscape: NoiseLandscape): number {
  if (landscape.modes.length === 0) return 0;
  if (landscape.critical === 0) return Infinity;
  const search = new MinimumSearch(landscape);
  const end = landscape.lastModeOptimum();
  if (end === 0 && !landscape.hasFallingModes) return 0;
  const times = timeGrid(end * BEYOND);
  if (landscape.hasFallingModes) times.push(Infinity);
  return search.run(times);
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
      if (searched > PATIENCE && searched % DOUBLING === 0)
        this.allowance = Math.max(largest, 2 * this.allowance);
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
    if (this.excluded(cell, bounds)) return undefined;
    if (bounds.curvatureHigh < 0) return undefined;
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

  private excluded([from, to]: Cell, { objectiveLow, slopeLow, slopeHigh }: LandscapeEnclosure): boolean {
    if (slopeLow > 0 || slopeHigh < 0) return true;
    return objectiveLow > this.upper + from.uncertainty + to.uncertainty - this.allowance;
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
