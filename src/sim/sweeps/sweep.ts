import { createHash } from 'node:crypto';
import { InvalidInputError } from '../../theory/invalid-input.js';
import type { BackendChoice } from '../backends/backend-list.js';
import type { EngineChoice } from '../scenario/scenario.js';
import { type Axis, type AxisForm, writtenOut } from './axis.js';
import type { PointCosts } from './point-cost.js';

/** SHA-256, in hexadecimal, of a plain value: the same whatever the order in which its keys were written. */
export function contentHash(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** Points from `from` up to but not including `to`. */
export interface PointRange {
  readonly from: number;
  readonly to: number;
}

/** Work of a batch, in multiplications: a fraction of a second, so that little is lost when one is cut off. */
const BATCH_WORK = 1e9;
/** Points of a batch at most: they are in memory at the same time. */
const MOST_IN_BATCH = 64;

/**
 * Cuts the points of a sweep into shards of neighbours that take about the same work: a point belongs to the shard in whose part
 * of the whole work its own middle lies. No shard has more than its share and the work of one point.
 *
 * @param count how many shards, from 1
 * @returns one range for each, in order; some may be empty
 */
export function shardRanges(points: number, costs: PointCosts, count: number): PointRange[] {
  const shardOf = costs.isEven
    ? (point: number) => Math.floor(((point + 0.5) * count) / points)
    : byWork(points, costs, count);
  const starts: number[] = [];
  for (let shard = 0; shard < count; shard++) starts.push(firstOf(points, shard, shardOf));
  return starts.map((from, shard) => ({ from, to: starts[shard + 1] ?? points }));
}

function byWork(points: number, costs: PointCosts, count: number): (point: number) => number {
  const middles = new Float64Array(points);
  let sum = 0;
  for (let point = 0; point < points; point++) {
    const work = costs.at(point);
    middles[point] = sum + work / 2;
    sum += work;
  }
  return (point) => Math.min(count - 1, Math.floor((middles[point]! / sum) * count));
}

/** The first point of a shard or a later one, by bisection. */
function firstOf(points: number, shard: number, shardOf: (point: number) => number): number {
  let [low, high] = [0, points];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (shardOf(middle) < shard) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Cuts a range of points into batches, each computed together. */
export function batchesOf({ from, to }: PointRange, costs: PointCosts): PointRange[] {
  const batches: PointRange[] = [];
  let start = from;
  let work = 0;
  for (let point = from; point < to; point++) {
    work += costs.at(point);
    if (work < BATCH_WORK && point + 1 - start < MOST_IN_BATCH) continue;
    batches.push({ from: start, to: point + 1 });
    start = point + 1;
    work = 0;
  }
  if (start < to) batches.push({ from: start, to });
  return batches;
}

/** A sweep as its file says it, with every default filled in; what decides its numbers, and nothing else. */
export interface SweepDefinition {
  readonly scenario: string;
  /** Parameters that are the same at every point. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly axes: readonly AxisForm[];
  /** How often every setting is run, each time with other random numbers. */
  readonly replicates: number;
  /** Seed of the first replicate. */
  readonly seed: number;
  /**
   * `common`: replicate r of every setting has the seed `seed + r`, so that what points differ in is not the noise.
   * `independent`: point n has the seed `seed + n`.
   */
  readonly randomNumbers: 'common' | 'independent';
  readonly engine: EngineChoice;
  readonly backend: BackendChoice;
  /** Table of the scenario whose rows are kept. */
  readonly table: string;
}

export interface SweepPoint {
  /** Number from 0. */
  readonly point: number;
  readonly replicate: number;
  readonly seed: number;
  /** Values of the axes, in the order of {@link Sweep.names}. */
  readonly values: readonly unknown[];
}

/** More points than this are refused: one process could not index their results. */
const MOST_POINTS = 1e7;

/**
 * The points of a sweep: the product of its axes, the last axis changing fastest, the replicates slowest. So the first
 * replicate of everything comes first, and neighbours have their random numbers in common.
 */
export class Sweep {
  readonly axes: readonly Axis[];
  /** Parameters that vary. */
  readonly names: readonly string[];
  /** Points without replicates. */
  readonly settings: number;
  readonly points: number;

  /** @throws InvalidInputError for axes without values, or that set one parameter twice, and for too many points */
  constructor(readonly definition: SweepDefinition) {
    this.axes = definition.axes.map(writtenOut);
    this.names = this.axes.flatMap((axis) => axis.names);
    refuseOverlap(this.names, definition.params);
    this.settings = this.axes.reduce((product, { rows }) => product * rows.length, 1);
    this.points = this.settings * definition.replicates;
    if (this.points > MOST_POINTS)
      throw new InvalidInputError('axes', `${this.points} points`, `at most ${MOST_POINTS} points`);
  }

  at(point: number): SweepPoint {
    const { definition, settings } = this;
    const replicate = Math.floor(point / settings);
    const values = this.places(point % settings).map((place, axis) => this.axes[axis]!.rows[place]!);
    const offset = definition.randomNumbers === 'common' ? replicate : point;
    return { point, replicate, seed: definition.seed + offset, values: values.flat() };
  }

  /** What a point sets: fixed parameters and axes together, in a record without prototype. */
  settingsAt(values: readonly unknown[]): Readonly<Record<string, unknown>> {
    const settings: Record<string, unknown> = Object.assign(Object.create(null), this.definition.params);
    this.names.forEach((name, index) => {
      settings[name] = values[index];
    });
    return settings;
  }

  places(setting: number): number[] {
    const places: number[] = [];
    let rest = setting;
    for (let axis = this.axes.length - 1; axis >= 0; axis--) {
      const { length } = this.axes[axis]!.rows;
      places.unshift(rest % length);
      rest = Math.floor(rest / length);
    }
    return places;
  }
}

function refuseOverlap(names: readonly string[], params: Readonly<Record<string, unknown>>): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new InvalidInputError('axes', twice, 'axes that do not overlap; two of them set this parameter');
  const fixed = names.find((name) => Object.hasOwn(params, name));
  if (fixed !== undefined)
    throw new InvalidInputError('axes', fixed, 'a parameter that varies or one that is fixed in params, not both');
}
