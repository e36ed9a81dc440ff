import { resolveParameters } from '../scenario/resolve.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Sweep } from './sweep.js';

/** Parameters on which the work of a point depends in the main; an axis of others leaves it as it is. */
const COSTLY: ReadonlySet<string> = new Set([
  ...['dim', 'rows', 'hidden', 'cols', 'dims', 'times', 'replicates', 'steps', 'learningRates', 'lambdas'],
  ...['gammas', 'angles', 'overshoots', 'schedules'],
]);

/** Work that a point takes however small it is, in multiplications: parameters, plan, bounds, checks. */
const LEAST_WORK = 1e6;

/**
 * Estimated work of the points of a sweep, in multiplications. It serves to balance shards and to size batches, so that it is a
 * function of the sweep alone: the work of the first setting times a factor for the place on each axis.
 */
export class PointCosts {
  private readonly base: number;
  private readonly factors: readonly (Float64Array | undefined)[];

  constructor(
    private readonly sweep: Sweep,
    scenario: Scenario,
  ) {
    const first = sweep.at(0).values;
    this.base = workOf(sweep, scenario, first) ?? LEAST_WORK;
    let from = 0;
    this.factors = sweep.axes.map(({ names, rows }) => {
      const place = from;
      from += names.length;
      if (!names.some((name) => COSTLY.has(name))) return undefined;
      return Float64Array.from(rows, (row) => {
        const work = workOf(sweep, scenario, first.toSpliced(place, names.length, ...row));
        return work === undefined ? 1 : work / this.base;
      });
    });
  }

  at(point: number): number {
    if (this.factors.every((one) => one === undefined)) return this.base;
    const places = this.sweep.places(point % this.sweep.settings);
    return this.factors.reduce((work, values, axis) => work * (values?.[places[axis]!] ?? 1), this.base);
  }

  /** Whether all points are thought to cost the same. */
  get isEven(): boolean {
    return this.factors.every((one) => one === undefined);
  }
}

/** Estimated work of one setting; undefined where its parameters are refused. */
function workOf(sweep: Sweep, scenario: Scenario, values: readonly unknown[]): number | undefined {
  try {
    const parameters = resolveParameters(scenario, sweep.settingsAt(values));
    return pointWork(parameters as Record<string, unknown>, sweep.definition.engine);
  } catch {
    return undefined;
  }
}

/**
 * Work of one run by its parameters: every checkpoint, rate and λ takes products of matrices for every draw and every step that is
 * not spelled out in the plan.
 */
function pointWork(parameters: Record<string, unknown>, engine: string): number {
  const { rows, hidden, cols, dims, replicates, steps } = parameters as Record<string, number | undefined>;
  const sizes = Array.isArray(dims) ? (dims as number[]) : [Math.cbrt((rows ?? 1) * (hidden ?? 1) * (cols ?? 1))];
  const counts = ['times', 'learningRates', 'lambdas', 'angles', 'overshoots', 'schedules'].map((name) =>
    Array.isArray(parameters[name]) ? (parameters[name] as unknown[]).length : 1,
  );
  const networks = counts.reduce((product, count) => product * count, 1);
  const perNetwork = sizes.reduce((sum, size) => {
    const step = engine === 'matrix' ? 6 * size ** 3 : 20 * size;
    const draw = (engine === 'matrix' ? 3 : 1) * size ** 3;
    return sum + step * ((steps ?? 0) + 100) + (engine === 'exact' ? 0 : draw * (replicates ?? 0));
  }, 0);
  return LEAST_WORK + networks * perNetwork;
}
