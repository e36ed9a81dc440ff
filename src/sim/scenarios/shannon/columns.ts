import { gridInflection } from '../../../theory/search.js';
import { formulaParameters, type Interval, predictedLoss } from '../../scaling/fit-law.js';
import { type FitRange, type FittedSurfaces, PARTS, shareOn } from '../../scaling/fitted-surface.js';
import { inLoss, pure, table, timeColumn, turnColumns } from '../../scenario/table.js';
import type { SurfacePoint, TrainedWidth } from './noisy-surface.js';

const snrColumn = pure<{ readonly snr: number | null }>(
  'signal-to-noise ratio on the weights of each layer',
  ({ snr }) => snr,
);
const widthColumn = pure<{ readonly width: number }>(
  'hidden width of the network, the N of the laws',
  ({ width }) => width,
);
const lawColumn = pure<{ readonly law: string }>('shannon, chinchilla or perturbed-power', ({ law }) => law);

/** The simulated loss under noise; undefined where nothing was simulated. */
export function simulatedLoss({ simulated }: SurfacePoint): number | undefined {
  return simulated && simulated.loss + simulated.excess.mean;
}

const surfaceLoss = {
  perturbed_loss_theory: inLoss<SurfacePoint>(
    'expected loss under noise, closed form of the flow, without noise of gradients (T8-valley)',
    ({ theory }) => theory,
  ),
  perturbed_loss_sim: inLoss(
    'loss of the checkpoint + mean rise of the loss over the replicates, on mini-batches mean over the trainings',
    simulatedLoss,
  ),
};

const lead = { snr: snrColumn, width: widthColumn, time: timeColumn };

export const surface = table<SurfacePoint>('surface', {
  ...lead,
  ...surfaceLoss,
  perturbed_loss_stderr: inLoss(
    'standard error of perturbed_loss_sim, over draws of noise and over trainings on mini-batches',
    ({ simulated }) => simulated?.standardError,
  ),
}).sortedBy('snr', 'width', 'time');

type Discretised = SurfacePoint & { readonly simulated: { readonly discretisation: object } };

export const accuracy = table<Discretised>('accuracy', {
  ...lead,
  perturbed_loss_bias: inLoss(
    'discretisation error within sim - theory: exact recurrence minus flow',
    ({ simulated }) => simulated.discretisation.bias,
  ),
  perturbed_loss_rounding: inLoss(
    'bound on what floating point adds to the expectation',
    ({ simulated }) => simulated.discretisation.rounding,
  ),
}).sortedBy('snr', 'width', 'time');

/** Whether it is known what steps of finite length change of a point. */
export function isDiscretised(point: SurfacePoint): point is Discretised {
  return point.simulated?.discretisation !== undefined;
}

/** A law fitted to the theoretical surfaces and to the simulated ones; those are absent where they are not whole. */
export interface BothFits {
  readonly theory: FittedSurfaces;
  readonly simulation: FittedSurfaces | undefined;
}

export const fit = table<ReturnType<typeof fittedParts>[number]>('fit', {
  law: lawColumn,
  snr: { ...snrColumn, description: 'level of noise; null for all of them pooled, each with a fit of its own' },
  part: pure('inside: what was fitted; width, time, both: beyond in these; held out: all beyond', ({ part }) => part),
  points: pure('points of the surface in this part', ({ exact }) => exact.count),
  r_squared_theory: pure('R² of ln loss on the theoretical surface, fitted to its inside', ({ exact }) => exact.share),
  r_squared_sim: pure('R² of ln loss on the simulated surface, fitted to its inside', ({ seen }) => seen?.share),
});

/** How well a law fits every part of the surface, at every level of noise and at all of them. */
export function fittedParts({ theory, simulation }: BothFits, range: FitRange) {
  const levels = [...theory.fits.map(({ snr }): number | null => snr), null];
  return levels.flatMap((snr) =>
    PARTS.map((part) => {
      const [exact, seen] = [shareOn(theory, snr, part, range), simulation && shareOn(simulation, snr, part, range)];
      return { law: theory.law.name, snr, part, exact, seen };
    }),
  );
}

export const parameters = table<ReturnType<typeof fittedParameters>[number]>('parameters', {
  law: lawColumn,
  snr: snrColumn,
  parameter: pure('name in the formula of the law; the b of the Shannon law is 1', ({ name }) => name),
  value_theory: pure('fitted to the inside of the theoretical surface', ({ exact }) => exact),
  value_sim: pure('fitted to the inside of the simulated surface', ({ seen }) => seen),
  value_low: pure(
    'lower end of the 95 % bootstrap interval of value_sim, or of value_theory where nothing was simulated',
    ({ interval }) => interval.low,
  ),
  value_high: pure('upper end of that interval', ({ interval }) => interval.high),
});

/** The parameters of one law at one level of noise, by its position. */
export function fittedParameters({ theory, simulation }: BothFits, at: number, intervals: readonly Interval[]) {
  const { snr, fit: fitted } = theory.fits[at]!;
  const exact = formulaParameters(fitted);
  const seen = simulation && formulaParameters(simulation.fits[at]!.fit);
  return fitted.law.parameters.map(({ name }, index) => {
    const values = { exact: exact[index]!, seen: seen?.[index], interval: intervals[index]! };
    return { law: fitted.law.name, snr, name, ...values };
  });
}

export const valley = table<ReturnType<typeof valleysOf>[number]>('valley', {
  snr: snrColumn,
  width: widthColumn,
  ...turnColumns,
  rise_theory: inLoss('loss under noise at the last time minus its least, closed form', ({ theory }) => rise(theory)),
  rise_sim: inLoss('the same for the simulated losses', ({ simulated }) => simulated && rise(simulated)),
  rise_shannon: inLoss('the same for the fitted Shannon law', ({ fitted }) => rise(fitted[0]!)),
  rise_chinchilla: inLoss('the same for the fitted Chinchilla law, which never rises', ({ fitted }) =>
    rise(fitted[1]!),
  ),
  rise_perturbed: inLoss('the same for the fitted perturbed power law', ({ fitted }) => rise(fitted[2]!)),
}).sortedBy('snr', 'width');

/** Curves of one width over time at every level of noise: by theory, simulated where they are whole, and by every law. */
export function valleysOf({ width, points }: TrainedWidth, laws: readonly BothFits[], times: readonly number[]) {
  return laws[0]!.theory.fits.map(({ snr }, at) => {
    const curve = points.filter((point) => point.snr === snr);
    const theory = curve.map((point) => point.theory);
    const found = curve.flatMap((point) => simulatedLoss(point) ?? []);
    const simulated = found.length === curve.length ? found : undefined;
    const fitted = laws.map(({ theory: exact, simulation }) => {
      const { fit: law } = (simulation ?? exact).fits[at]!;
      return times.map((time) => predictedLoss(law, width, time));
    });
    const [timeTheory, timeSim] = [theory, simulated].map((one) => one && gridInflection(times, one)?.time);
    return { snr, width, theory, simulated, fitted, timeTheory, timeSim };
  });
}

function rise(losses: readonly number[]): number {
  return losses.at(-1)! - Math.min(...losses);
}

export const laws = table<ReturnType<typeof besideLaws>[number]>('laws', {
  law: lawColumn,
  snr: snrColumn,
  time: timeColumn,
  perturbed_loss_law: inLoss('the fitted law at the largest width', ({ fitted }) => fitted),
  ...surfaceLoss,
});

/** What was fitted, beside the losses of the largest width. */
export function besideLaws({ theory, simulation }: BothFits, points: readonly SurfacePoint[]) {
  return (simulation ?? theory).fits.flatMap(({ snr, fit: law }) =>
    points
      .filter((point) => point.snr === snr)
      .map((point) => ({ ...point, law: law.law.name, fitted: predictedLoss(law, point.width, point.time) })),
  );
}
