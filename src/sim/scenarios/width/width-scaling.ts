import { globalInflection } from '../../../theory/inflection.js';
import { stagedOptimum } from '../../../theory/perturbed-loss.js';
import type { Problem } from '../../../theory/problem.js';
import { gridInflection } from '../../../theory/search.js';
import { jackknifeError } from '../../noise/means.js';
import type { SimulatedPoint } from '../../noise/noise-curves.js';
import { exponentUncertainty, fitPowerLaw, type UncertainPoint } from '../../scaling/power-law-fit.js';
import { column, gammaColumn, pure, table } from '../../scenario/table.js';

export const dimColumn = pure<{ readonly dim: number }>(
  'size of the network: rows, hidden width and columns',
  ({ dim }) => dim,
);

/** Where the perturbed loss of one network under one γ turns. */
export interface Turn {
  /** The noise as it was set, the same for all sizes. */
  readonly gammaSet: number;
  readonly dim: number;
  readonly gamma: number;
  /** Modes that help under this noise once they are learned, `#{σ_i > 2γ²d}` (T3 e). */
  readonly helpfulModes: number;
  /** Global minimum over all times; null where it is never reached. */
  readonly theory: number | null;
  readonly simulation: SimulatedTurn | null;
}

interface SimulatedTurn {
  /** Recorded time at which the simulated curve is least. */
  readonly time: number;
  /** Jackknife standard error of that time; null where without some draws the curve does not turn. */
  readonly error: number | null;
  /** The recorded times around it; the earlier one is absent at the first, before which nothing is known. */
  readonly before: number | undefined;
  readonly after: number;
}

/** Finds the turn of one network under one γ; `curve` is undefined where none was simulated to its end. */
export function turnOf(
  problem: Problem,
  gammaSet: number,
  gamma: number,
  times: readonly number[],
  curve: readonly SimulatedPoint[] | undefined,
): Turn {
  const { time } = globalInflection(problem, gamma);
  return {
    gammaSet,
    dim: problem.rows,
    gamma,
    helpfulModes: stagedOptimum(problem, gamma),
    theory: Number.isFinite(time) ? time : null,
    simulation: curve === undefined ? null : simulatedTurn(times, curve),
  };
}

function simulatedTurn(times: readonly number[], curve: readonly SimulatedPoint[]): SimulatedTurn | null {
  const turnBy = (rise: (excess: SimulatedPoint['excess']) => number) =>
    gridInflection(
      times,
      curve.map(({ loss, excess }) => loss + rise(excess)),
    );
  const turn = turnBy(({ mean }) => mean);
  if (turn === null) return null;
  const groups = curve[0]!.excess.withoutGroup;
  const without = groups.flatMap((_, group) => turnBy(({ withoutGroup }) => withoutGroup[group]!)?.time ?? []);
  const { index, time } = turn;
  return {
    time,
    error: without.length === groups.length ? jackknifeError(without) : null,
    before: times[index - 1],
    after: times[index + 1]!,
  };
}

/** How far from the simulated inflection the farther of the recorded times beside it lies. */
function spacingOf({ simulation }: Turn): number | undefined {
  if (simulation?.before === undefined) return undefined;
  const { time, before, after } = simulation;
  return Math.max(time - before, after - time);
}

const gammaSetColumn = column<{ readonly gammaSet: number }>(
  'weight',
  'the value of gammas, common to all sizes: absolute, or with noise=init a multiple of the deviation of the initial weights',
  ({ gammaSet }) => gammaSet,
);

const flowTime = <Point>(description: string, value: (point: Point) => number | null | undefined) =>
  column('flow time', description, value);

export const scaling = table<Turn>('scaling', {
  gamma_set: gammaSetColumn,
  dim: dimColumn,
  gamma: gammaColumn,
  helpful_modes: pure(
    'modes that help under the noise once they are learned: sigma > 2 gamma^2 dim (T3 e)',
    ({ helpfulModes }) => helpfulModes,
  ),
  inflection_theory: flowTime(
    'time of the global minimum of the perturbed loss over all times, on no grid; null where it is never reached',
    ({ theory }) => theory,
  ),
  inflection_sim: flowTime('time_sim of the table inflection', ({ simulation }) => simulation?.time),
  inflection_stderr: flowTime(
    'Monte Carlo standard error of inflection_sim, by the jackknife over ten groups of draws: 0 where no group moves it to another recorded time; null where without some draws nothing turns',
    ({ simulation }) => simulation?.error,
  ),
  inflection_spacing: flowTime(
    'distance from inflection_sim to the farther of the recorded times beside it: the most by which the grid alone can misplace a single minimum; null at the first time',
    spacingOf,
  ),
}).sortedBy('gamma_set', 'dim');

/** What ends the helpful part of training: by theory, so that no size is put where it fits best. */
const LIMITS = [
  { name: 'either', includes: () => true },
  { name: 'width', includes: ({ helpfulModes, dim }: Turn) => helpfulModes === dim },
  { name: 'noise', includes: ({ helpfulModes, dim }: Turn) => helpfulModes < dim },
] as const;

/** The power law of some sizes under one γ as it was set. */
interface ScalingFit {
  readonly gammaSet: number;
  readonly gamma: number | null;
  readonly limit: string;
  /** Inflections by theory and simulated ones, and the laws through them, which few points do not have. */
  readonly known: readonly unknown[];
  readonly points: readonly UncertainPoint[];
  readonly theory: ReturnType<typeof fitPowerLaw>;
  readonly simulation: ReturnType<typeof fitPowerLaw>;
}

export const fit = table<ScalingFit>('fit', {
  gamma_set: gammaSetColumn,
  gamma: column(
    'weight',
    'the same, absolute; null with noise=init, where it differs from size to size',
    ({ gamma }) => gamma,
  ),
  limited_by: pure(
    'the sizes that are fitted. width: every mode helps, so the last mode to be learned ends the helpful part of training; noise: some modes no longer help; either: all sizes',
    ({ limit }) => limit,
  ),
  exponent_theory: pure(
    'slope of ln inflection_theory against ln dim by least squares; null with fewer than 3 sizes that turn, after time 0',
    ({ theory }) => theory?.exponent,
  ),
  exponent_theory_stderr: pure(
    'standard error of that slope from the scatter about the line: here, how far theory is from a power law',
    ({ theory }) => theory?.exponentError,
  ),
  exponent_sim: pure(
    'the same slope of inflection_sim, over the sizes whose minimum lies between two recorded times after time 0; null with fewer than 3',
    ({ simulation }) => simulation?.exponent,
  ),
  exponent_sim_stderr: pure(
    'standard error of that slope from the scatter about the line: departure from a power law, Monte Carlo error and grid together',
    ({ simulation }) => simulation?.exponentError,
  ),
  exponent_sim_spacing: pure(
    'bound on what the grid alone does to exponent_sim: every minimum off by a whole spacing, in the worst directions at once',
    ({ points }) => exponentUncertainty(points),
  ),
  dims_theory: pure('sizes with a point for the fit of theory', ({ known }) => known.length),
  dims_sim: pure('sizes with a point for the fit of the simulation', ({ points }) => points.length),
  prefactor_theory: flowTime('inflection at dim 1 by the fitted law of theory', ({ theory }) => theory?.prefactor),
  prefactor_sim: flowTime(
    'inflection at dim 1 by the fitted law of the simulation',
    ({ simulation }) => simulation?.prefactor,
  ),
});

/**
 * For each γ as it was set, the power law of all sizes and of those under either limit.
 *
 * @param turns for each γ, one of every size
 */
export function scalingFits(turns: readonly (readonly Turn[])[]): ScalingFit[] {
  return turns.flatMap((same) => {
    const { gammaSet, gamma } = same[0]!;
    const common = same.every((turn) => turn.gamma === gamma) ? gamma : null;
    return LIMITS.map(({ name, includes }): ScalingFit => {
      const members = same.filter(includes);
      const known = members.flatMap(({ dim, theory }) =>
        theory === null || theory === 0 ? [] : [{ x: dim, y: theory }],
      );
      const points = members.flatMap(enclosed);
      const laws = { theory: fitPowerLaw(known), simulation: fitPowerLaw(points) };
      return { gammaSet, gamma: common, limit: name, known, points, ...laws };
    });
  });
}

/** A minimum at the first recorded time may belong to an earlier one, so that only those between two times are fitted. */
function enclosed({ dim, simulation }: Turn): UncertainPoint[] {
  if (simulation === null || simulation.before === undefined || simulation.before === 0) return [];
  const { time, before, after } = simulation;
  return [{ x: dim, y: time, factor: Math.max(time / before, after / time) }];
}
