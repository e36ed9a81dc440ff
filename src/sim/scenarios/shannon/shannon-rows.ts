import { gridInflection } from '../../../theory/grid-inflection.js';
import type { Interval } from '../../scaling/bootstrap-law.js';
import { formulaParameters, predictedLoss } from '../../scaling/fit-law.js';
import { type FitRange, type FittedSurfaces, PARTS, shareOn } from '../../scaling/fitted-surface.js';
import type { Row } from '../../scenario/table.js';
import type { SurfacePoint, TrainedWidth } from './noisy-point.js';

/** The simulated loss under noise; null where nothing was simulated. */
export function simulatedLoss({ simulated }: SurfacePoint): number | null {
  return simulated === undefined ? null : simulated.loss + simulated.excess.mean;
}

/** Rows of the table `surface`. */
export function surfaceRows({ points }: TrainedWidth): Row[] {
  return points.map((point) => [
    point.snr,
    point.width,
    point.time,
    point.theory,
    simulatedLoss(point),
    point.simulated?.standardError ?? null,
  ]);
}

/** Rows of the table `accuracy`. */
export function accuracyRows({ points }: TrainedWidth): Row[] {
  return points.flatMap(({ snr, width, time, simulated }): Row[] =>
    simulated?.discretisation === undefined
      ? []
      : [[snr, width, time, simulated.discretisation.bias, simulated.discretisation.rounding]],
  );
}

/** A law fitted to the theoretical surfaces and to the simulated ones; those are absent where they are not whole. */
export interface BothFits {
  readonly theory: FittedSurfaces;
  readonly simulation: FittedSurfaces | undefined;
}

/** Rows of the table `fit`. */
export function fitRows({ theory, simulation }: BothFits, range: FitRange): Row[] {
  const levels = [...theory.fits.map(({ snr }): number | null => snr), null];
  return levels.flatMap((snr) =>
    PARTS.map((part): Row => {
      const { count, share } = shareOn(theory, snr, part, range);
      const simulated = simulation === undefined ? null : shareOn(simulation, snr, part, range).share;
      return [theory.law.name, snr, part, count, share, simulated];
    }),
  );
}

/** Rows of the table `parameters` of one law at one level of noise, by its position. */
export function parameterRows(
  { theory, simulation }: BothFits,
  at: number,
  intervals: readonly Interval[],
): Row[] {
  const { snr, fit } = theory.fits[at]!;
  const exact = formulaParameters(fit);
  const seen = simulation && formulaParameters(simulation.fits[at]!.fit);
  return fit.law.parameters.map(({ name }, index) => [
    fit.law.name,
    snr,
    name,
    exact[index]!,
    seen?.[index] ?? null,
    intervals[index]!.low,
    intervals[index]!.high,
  ]);
}

/** Rows of the table `laws`: what was fitted, beside the losses of the largest width. */
export function lawRows({ theory, simulation }: BothFits, points: readonly SurfacePoint[]): Row[] {
  return (simulation ?? theory).fits.flatMap(({ snr, fit }) =>
    points
      .filter((point) => point.snr === snr)
      .map((point) => [
        fit.law.name,
        snr,
        point.time,
        predictedLoss(fit, point.width, point.time),
        point.theory,
        simulatedLoss(point),
      ]),
  );
}

/** Rows of the table `valley` of one width. */
export function valleyRows(
  { width, points }: TrainedWidth,
  laws: readonly BothFits[],
  times: readonly number[],
): Row[] {
  return laws[0]!.theory.fits.map(({ snr }, at) => {
    const curve = points.filter((point) => point.snr === snr);
    const theory = curve.map((point) => point.theory);
    const simulated = curve.map(simulatedLoss);
    const whole = simulated.every((loss) => loss !== null) ? (simulated as number[]) : undefined;
    return [
      snr,
      width,
      gridInflection(times, theory)?.time ?? null,
      whole === undefined ? null : (gridInflection(times, whole)?.time ?? null),
      rise(theory),
      whole === undefined ? null : rise(whole),
      ...laws.map(({ theory: exact, simulation }) => {
        const { fit } = (simulation ?? exact).fits[at]!;
        return rise(times.map((time) => predictedLoss(fit, width, time)));
      }),
    ];
  });
}

function rise(losses: readonly number[]): number {
  return losses.at(-1)! - Math.min(...losses);
}
