import { bisect } from './bisection.js';
import { type LandscapePoint, NoiseLandscape } from './noise-landscape.js';
import type { Problem } from './problem.js';
import { middleTime, timeGrid, unsplittable } from './time-cells.js';

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
 * @param problem the problem
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

/** At the last mode's own optimum the slope may be zero; a little beyond it is clearly positive. */
const BEYOND = 1 + 2 ** -20;

/**
 * Whether the perturbed loss falls towards its limit. Late, each part is `c` times the gap, which decays like
 * `σ(σ - s0)/s0 · e^{-4σt}` (algebraically for null modes), so that the modes with the least `σ` decide.
 */
function fallsAtTheEnd({ modes }: NoiseLandscape): boolean {
  const slowest = modes.reduce((least, { sigma }) => Math.min(least, sigma), Infinity);
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
  const { modes } = landscape;
  const slowest = modes.reduce((least, { sigma }) => Math.min(least, sigma), Infinity);
  let time = Math.max(landscape.lastModeOptimum(), 1);
  while (!outweighs(landscape, landscape.at(time), slowest)) time *= 2;
  return time;
}

function outweighs(
  { modes, critical }: NoiseLandscape,
  { values, gaps }: LandscapePoint,
  slowest: number,
): boolean {
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
const PATIENCE = 8192;

function lastNonPositive(landscape: NoiseLandscape, end: number): number {
  const search = { searched: 0 };
  const times = timeGrid(end);
  // From the right, and each point only when its turn has come: most searches end in one of the last cells.
  let to = landscape.at(times.at(-1) as number);
  for (const time of times.slice(0, -1).reverse()) {
    const from = landscape.at(time);
    const found = lastNonPositiveIn(landscape, [from, to], search);
    if (found !== undefined) return found;
    to = from;
  }
  return 0;
}

/** The search in one cell of the grid; undefined where the loss rises throughout. */
function lastNonPositiveIn(
  landscape: NoiseLandscape,
  gridCell: readonly [LandscapePoint, LandscapePoint],
  search: { searched: number },
): number | undefined {
  const cells = [gridCell];
  for (let cell = cells.pop(); cell !== undefined; cell = cells.pop()) {
    const [from, to] = cell;
    search.searched += 1;
    // Everything later has been proved to rise, so that a slope that is not positive here is the last one.
    if (to.slope <= 0) return to.time;
    const bounds = landscape.enclose(from, to);
    const rises = bounds.slopeLow > 0 || bounds.curvatureHigh < 0;
    if (rises) continue;
    if (bounds.curvatureLow > 0) {
      if (from.slope > 0) continue;
      return bisect(from.time, to.time, (time) => landscape.at(time).slope);
    }
    if (unsplittable(from.time, to.time) || search.searched > PATIENCE) return to.time;
    const middle = landscape.at(middleTime(from.time, to.time));
    cells.push([from, middle], [middle, to]);
  }
  return undefined;
}
