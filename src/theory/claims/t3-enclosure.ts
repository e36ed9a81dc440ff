import * as fc from 'fast-check';
import type { Mode } from '../mode.js';
import { type LandscapeEnclosure, type LandscapePoint, NoiseLandscape } from '../noise-landscape.js';
import { middleTime, timeGrid, unsplittable } from '../search.js';
import { atLeast, atMost, type Conclusion, defineClaim, equal, tightest } from './engine/claim.js';
import { areWithin, decades, quotients } from './engine/draws.js';
import { sigmoid } from './engine/integration.js';
import * as noisy from './engine/noisy-problem.js';

/** T3: what makes the search for the inflection a proof. */
export const enclosure = defineClaim({
  id: 'T3-enclosure',
  title: 'Ranges of the modes enclose the perturbed loss between two times',
  statement:
    'Between two times the gap g of every mode is monotone, so that the sums over the modes of the ranges of g(g − 2c) and of s g(c − g), and of the products of those of s g and of 2(σ+c)g − 3g² − σc, enclose the perturbed loss, its slope and its curvature at every time between (up to a constant and the factors 8 and 32); and the cells into which the search cuts time cover it.',
  origin: 'ours',
  /** A noisy problem and an interval of times with a time in it. */
  domain: fc.record({
    ...noisy.noisyFields,
    /** Beginning of the interval. */
    time: decades(-3, 2),
    /** End of the interval over its beginning. */
    ratio: decades(0.01, 1),
    /** Where in the interval to look, from 0 to 1. */
    inside: quotients(0, 20, 20),
  }),
  wellFormed: (instance) =>
    noisy.isNoisyProblem(instance) && instance.time > 0 && instance.ratio >= 1 && areWithin([instance.inside], 0, 1),
  hypotheses: [],
  conclusion(instance) {
    const landscape = new NoiseLandscape(noisy.problemOf(instance), instance.gamma);
    const { unit } = landscape;
    const late = noisy.lateTime(instance);
    const [earlier, later] = [Math.min(instance.time, late), Math.min(instance.time * instance.ratio, late)];
    const between = earlier + (later - earlier) * instance.inside;
    const critical = noisy.halfNoise(instance) / unit;
    const moving = noisy.movingModes(instance.modes);
    const modes = moving.map(({ sigma, start }) => ({ sigma: sigma / unit, start: start / unit }));
    const [from, to] = [landscape.at(earlier * unit), landscape.at(later * unit)];
    const bounds = landscape.enclose(from, to);
    return tightest([
      ...isState(from, stateAt(modes, critical, earlier * unit)),
      ...contains(bounds, stateAt(modes, critical, between * unit)),
      ...areRanges(bounds, modes, critical, [earlier * unit, later * unit]),
      ...knowsItsModes(landscape, modes, critical),
      ...cellsCover(earlier, later),
    ]);
  },
  toleranceReason:
    'values and bounds are compared with the sum of the sizes of their terms, each off by some hundred roundings of the exponent 4σt; ranges are found by looking at 65 gaps, which misses the extremum of a cubic by less than 1e-3 of its terms',
});

const ROUNDING = 1e-11;

/** The scale on which the landscape keeps slopes and curvatures. */
const SCALE = 2 ** 500;

/** Objective, slope and curvature written out. */
function stateAt(modes: readonly Mode[], critical: number, time: number) {
  const sums = { objective: 0, slope: 0, curvature: 0, objectiveSize: 0, slopeSize: 0, curvatureSize: 0 };
  for (const mode of modes) {
    const { value, gap } = sigmoid(mode, time);
    const size = Math.abs(gap);
    const growth = value * SCALE * gap;
    sums.objective += gap * (gap - 2 * critical);
    sums.objectiveSize += size * (size + 2 * critical);
    sums.slope += growth * (critical - gap);
    sums.slopeSize += Math.abs(growth) * (critical + size);
    sums.curvature += 4 * growth * bend(mode, critical, gap);
    sums.curvatureSize += 4 * Math.abs(growth) * bendSize(mode, critical, size);
  }
  return sums;
}

type State = ReturnType<typeof stateAt>;

function bend({ sigma }: Mode, critical: number, gap: number): number {
  return 2 * (sigma + critical) * gap - 3 * gap * gap - sigma * critical;
}

function bendSize({ sigma }: Mode, critical: number, size: number): number {
  return 2 * (sigma + critical) * size + 3 * size * size + sigma * critical;
}

function isState(point: LandscapePoint, state: State): Conclusion[] {
  const shares = [
    { name: 'objective', bound: point.uncertainty, size: state.objectiveSize },
    { name: 'slope', bound: point.slopeUncertainty, size: state.slopeSize },
  ].flatMap(({ name, bound, size }) => {
    if (size < 1e-290) return [];
    const share = { label: `bound on the rounding of the ${name}, as a share of its terms`, value: bound / size };
    return [
      atMost(share, ['a few hundred roundings', 1e-12], 1e-15),
      // Where σ and c nearly cancel the slope is known better than its terms.
      ...(name === 'objective' ? [atLeast(share, ['some hundred roundings', 1e-14], 1e-17)] : []),
    ];
  });
  const rounding = (size: number) => ROUNDING * size + Number.MIN_VALUE;
  return [
    equal(['objective', point.objective], ['Σ g(g − 2c)', state.objective], rounding(state.objectiveSize)),
    equal(['slope', point.slope], ['Σ s g(c − g)', state.slope], rounding(state.slopeSize)),
    ...shares,
  ];
}

function contains(bounds: LandscapeEnclosure, state: State): Conclusion[] {
  const { objective, slope, curvature, objectiveSize, slopeSize, curvatureSize } = state;
  const within = (name: string, value: number, low: number, high: number, size: number): Conclusion[] => [
    atLeast([name, value], ['its lower bound', low], ROUNDING * size + Number.MIN_VALUE),
    atMost([name, value], ['its upper bound', high], ROUNDING * size + Number.MIN_VALUE),
  ];
  return [
    ...within('objective', objective, bounds.objectiveLow, Number.MAX_VALUE, objectiveSize),
    ...within('slope', slope, bounds.slopeLow, bounds.slopeHigh, slopeSize),
    ...within('curvature', curvature, bounds.curvatureLow, bounds.curvatureHigh, curvatureSize),
  ];
}

const CELLS = 64;

/** The least and the largest of the numbers that were seen. */
class Range {
  low = Infinity;
  high = -Infinity;

  see(value: number): void {
    this.low = Math.min(this.low, value);
    this.high = Math.max(this.high, value);
  }
}

/** That the bounds are the sums of the ranges, found by looking at many gaps of each mode. */
function areRanges(
  bounds: LandscapeEnclosure,
  modes: readonly Mode[],
  critical: number,
  [from, to]: readonly [number, number],
): Conclusion[] {
  const sums = { objective: 0, slopeLow: 0, slopeHigh: 0, curvatureLow: 0, curvatureHigh: 0 };
  const sizes = { objective: 0, slope: 0, curvature: 0 };
  for (const mode of modes) {
    const [first, last] = [sigmoid(mode, from), sigmoid(mode, to)];
    const [objectives, slopes, growths, bends] = [new Range(), new Range(), new Range(), new Range()];
    let gap = 0;
    for (let cell = 0; cell <= CELLS; cell++) {
      const share = cell / CELLS;
      const value = first.value + (last.value - first.value) * share;
      const at = first.gap + (last.gap - first.gap) * share;
      const growth = value * SCALE * at;
      objectives.see(at * (at - 2 * critical));
      slopes.see(growth * (critical - at));
      growths.see(growth);
      bends.see(bend(mode, critical, at));
      gap = Math.max(gap, Math.abs(at));
    }
    const corners = [growths.low, growths.high].flatMap((growth) => [growth * bends.low, growth * bends.high]);
    sums.objective += objectives.low;
    sums.slopeLow += slopes.low;
    sums.slopeHigh += slopes.high;
    sums.curvatureLow += 4 * Math.min(...corners);
    sums.curvatureHigh += 4 * Math.max(...corners);
    const growth = Math.max(-growths.low, growths.high);
    sizes.objective += gap * (gap + 2 * critical);
    sizes.slope += growth * (critical + gap);
    sizes.curvature += 4 * growth * bendSize(mode, critical, gap);
  }
  const near = (name: string, value: number, range: number, size: number): Conclusion =>
    equal([name, value], ['sum of the ranges of the modes', range], 1e-3 * size + Number.MIN_VALUE);
  return [
    near('lower bound of the objective', bounds.objectiveLow, sums.objective, sizes.objective),
    near('lower bound of the slope', bounds.slopeLow, sums.slopeLow, sizes.slope),
    near('upper bound of the slope', bounds.slopeHigh, sums.slopeHigh, sizes.slope),
    near('lower bound of the curvature', bounds.curvatureLow, sums.curvatureLow, sizes.curvature),
    near('upper bound of the curvature', bounds.curvatureHigh, sums.curvatureHigh, sizes.curvature),
  ];
}

function knowsItsModes(landscape: NoiseLandscape, modes: readonly Mode[], critical: number): Conclusion[] {
  const falling = modes.some(({ sigma, start }) => start > sigma);
  const helping = modes.filter(({ sigma, start }) => sigma - start > critical);
  const last = landscape.lastModeOptimum();
  const latest = Math.max(0, ...helping.map((mode) => sigmoid(mode, last).gap));
  const falls = { label: 'whether some mode falls (1 or 0)', value: landscape.hasFallingModes ? 1 : 0 };
  return [
    equal(falls, ['whether some starts above its σ', falling ? 1 : 0], 1e-9),
    equal(['moving modes', landscape.modes.length], ['that start above 0 and not at σ', modes.length], 1e-9),
    helping.length > 0 && critical > 0
      ? equal(['largest gap at max t*', latest], ['c', critical], 1e-10 * (critical + 1e-6 * latest))
      : equal(
          ['max t* where no mode helps (0), or all do for ever (1)', last === Infinity ? 1 : last],
          ['its value', helping.length > 0 ? 1 : 0],
          1e-9,
        ),
  ];
}

/** That the grid goes from 0 to its end in order, and that a cell is cut near its logarithmic middle until it is a point. */
function cellsCover(from: number, to: number): Conclusion[] {
  const grids = [to, to * 1e-9, 0].map(timeGrid);
  const gaps = grids.flatMap((grid) => grid.map((time, index) => (index === 0 ? 0 : time - grid[index - 1]!)));
  const ends = grids.reduce((sum, grid) => sum + grid[0]! * 1e9 + grid.at(-1)!, 0);
  const centring = middleTime(from, to) ** 2 / (from * to);
  const cells = [
    [0, to * 1e-3],
    [to, to * (1 + 12 * Number.EPSILON)],
    [to, to * (1 + 2 * Number.EPSILON)],
    [0, 1e-22],
  ] as const;
  const split = cells.filter(([left, right]) => !unsplittable(left, right)).length;
  return [
    atLeast(['least step between times of a grid', Math.min(...gaps)], ['in order', 0], Number.MIN_VALUE),
    equal(['ends of the grids', ends], ['0 and the times asked for', to + to * 1e-9], 1e-12 * to),
    atMost(
      ['first step of a grid, in which no mode moves', timeGrid(to)[1]!],
      ['a thousandth of the unit', 1e-3],
      1e-9,
    ),
    equal(['square of the middle of a cell over the product of its ends', centring], ['about 1', 1.0625], 0.07),
    equal(['middle of a cell that begins at 0', middleTime(0, to)], ['half its end', to / 2], 1e-15 * to),
    equal(['cells that can be split, of two wide and two narrow ones', split], ['the wide ones', 2], 1e-9),
  ];
}
