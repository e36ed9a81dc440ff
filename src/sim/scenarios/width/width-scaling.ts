import { globalInflection } from '../../../theory/inflection.js';
import { stagedOptimum } from '../../../theory/perturbed-loss.js';
import type { Problem } from '../../../theory/problem.js';
import { gridInflection } from '../../../theory/search.js';
import { jackknifeError } from '../../noise/means.js';
import type { SimulatedPoint } from '../../noise/noise-curves.js';
import { exponentUncertainty, fitPowerLaw, type UncertainPoint } from '../../scaling/power-law-fit.js';
import type { Row } from '../../scenario/table.js';

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
  const turn = gridInflection(
    times,
    curve.map(({ loss, excess }) => loss + excess.mean),
  );
  if (turn === null) return null;
  const groups = curve[0]!.excess.withoutGroup.length;
  const without = Array.from(
    { length: groups },
    (_, group) =>
      gridInflection(
        times,
        curve.map(({ loss, excess }) => loss + excess.withoutGroup[group]!),
      )?.time,
  ).filter((time) => time !== undefined);
  const { index, time } = turn;
  return {
    time,
    error: without.length === groups ? jackknifeError(without) : null,
    before: times[index - 1],
    after: times[index + 1]!,
  };
}

/** A row of the table `scaling`. */
export function scalingRow({ gammaSet, dim, gamma, helpfulModes, theory, simulation }: Turn): Row {
  const found = [gammaSet, dim, gamma, helpfulModes, theory];
  if (simulation === null) return [...found, null, null, null];
  const { time, error, before, after } = simulation;
  const spacing = before === undefined ? null : Math.max(time - before, after - time);
  return [...found, time, error, spacing];
}

/** What ends the helpful part of training: by theory, so that no size is put where it fits best. */
const LIMITS = [
  { name: 'either', includes: () => true },
  { name: 'width', includes: ({ helpfulModes, dim }: Turn) => helpfulModes === dim },
  { name: 'noise', includes: ({ helpfulModes, dim }: Turn) => helpfulModes < dim },
] as const;

/**
 * Rows of the table `fit`: for each γ as it was set, the power law of all sizes and of those under either limit.
 *
 * @param turns for each γ, one of every size
 */
export function fitRows(turns: readonly (readonly Turn[])[]): Row[] {
  return turns.flatMap((same) => {
    const { gammaSet, gamma } = same[0]!;
    const common = same.every((turn) => turn.gamma === gamma) ? gamma : null;
    return LIMITS.map(({ name, includes }) => [gammaSet, common, name, ...fits(same.filter(includes))]);
  });
}

function fits(turns: readonly Turn[]): Row {
  const known = turns.flatMap(({ dim, theory }) => (theory === null || theory === 0 ? [] : [{ x: dim, y: theory }]));
  const points = turns.flatMap(enclosed);
  const [theory, simulation] = [fitPowerLaw(known), fitPowerLaw(points)];
  return [
    theory?.exponent ?? null,
    theory?.exponentError ?? null,
    simulation?.exponent ?? null,
    simulation?.exponentError ?? null,
    exponentUncertainty(points),
    known.length,
    points.length,
    theory?.prefactor ?? null,
    simulation?.prefactor ?? null,
  ];
}

/** A minimum at the first recorded time may belong to an earlier one, so that only those between two times are fitted. */
function enclosed({ dim, simulation }: Turn): UncertainPoint[] {
  if (simulation === null || simulation.before === undefined || simulation.before === 0) return [];
  const { time, before, after } = simulation;
  return [{ x: dim, y: time, factor: Math.max(time / before, after / time) }];
}
