import { gridInflection } from '../../../theory/search.js';
import { formulaParameters, type Interval, predictedLoss } from '../../scaling/fit-law.js';
import { type FitRange, type FittedSurfaces, PARTS, shareOn } from '../../scaling/fitted-surface.js';
import {
  type Column,
  perturbedLossColumn,
  type Row,
  timeColumn,
  timeSimColumn,
  timeTheoryColumn,
} from '../../scenario/table.js';
import type { SurfacePoint, TrainedWidth } from './noisy-surface.js';

const number = (name: string, description: string): Column => ({ name, unit: '1', description });
const loss = (name: string, description: string): Column => ({ name, unit: 'loss', description });

const snrColumn = number('snr', 'signal-to-noise ratio on the weights of each layer');
const widthColumn = number('width', 'hidden width of the network, the N of the laws');
const lawColumn = number('law', 'shannon, chinchilla or perturbed-power');

const surfaceLoss = [
  perturbedLossColumn('_theory')(
    'expected loss under noise, closed form of the flow, without noise of gradients (T8-valley)',
  ),
  perturbedLossColumn('_sim')(
    'loss of the checkpoint + mean rise of the loss over the replicates, on mini-batches mean over the trainings',
  ),
];

/** Tables of the scenario `shannon`. */
export const shannonTables: Readonly<Record<string, readonly Column[]>> = {
  surface: [
    snrColumn,
    widthColumn,
    timeColumn,
    ...surfaceLoss,
    perturbedLossColumn('_stderr')(
      'standard error of perturbed_loss_sim, over draws of noise and over trainings on mini-batches',
    ),
  ],
  fit: [
    lawColumn,
    { ...snrColumn, description: 'level of noise; null for all of them pooled, each with a fit of its own' },
    number('part', 'inside: what was fitted; width, time, both: beyond in these; held out: all beyond'),
    number('points', 'points of the surface in this part'),
    number('r_squared_theory', 'R² of ln loss on the theoretical surface, fitted to its inside'),
    number('r_squared_sim', 'R² of ln loss on the simulated surface, fitted to its inside'),
  ],
  parameters: [
    lawColumn,
    snrColumn,
    number('parameter', 'name in the formula of the law; the b of the Shannon law is 1'),
    number('value_theory', 'fitted to the inside of the theoretical surface'),
    number('value_sim', 'fitted to the inside of the simulated surface'),
    number(
      'value_low',
      'lower end of the 95 % bootstrap interval of value_sim, or of value_theory where nothing was simulated',
    ),
    number('value_high', 'upper end of that interval'),
  ],
  valley: [
    snrColumn,
    widthColumn,
    timeTheoryColumn,
    timeSimColumn,
    loss('rise_theory', 'loss under noise at the last time minus its least, closed form'),
    loss('rise_sim', 'the same of the simulated losses'),
    loss('rise_shannon', 'the same of the Shannon law as it was fitted'),
    loss('rise_chinchilla', 'the same of the Chinchilla law, which can have none'),
    loss('rise_perturbed', 'the same of the perturbed power law'),
  ],
  laws: [
    lawColumn,
    snrColumn,
    timeColumn,
    loss('perturbed_loss_law', 'the fitted law at the largest width'),
    ...surfaceLoss,
  ],
  accuracy: [
    snrColumn,
    widthColumn,
    timeColumn,
    perturbedLossColumn('_bias')('part of sim - theory that is discretisation: exact recurrence minus flow'),
    perturbedLossColumn('_rounding')('bound on what floating point adds to the expectation'),
  ],
};

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
export function parameterRows({ theory, simulation }: BothFits, at: number, intervals: readonly Interval[]): Row[] {
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
