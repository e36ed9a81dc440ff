import type { FineTuningStudy, TunedNetwork } from '../networks.js';
import type { FineTuningMethod } from '../prediction.js';
import { turningPoint } from '../tables.js';

/** What the checks of fine-tuning look at. */
export interface FineTuningRun {
  readonly study: FineTuningStudy;
  readonly method: FineTuningMethod;
  /** One curve for each value of the parameter that the scenario varies. */
  readonly curves: readonly FineTuningCurve[];
}

/** The networks of one value of the varied parameter, one for each checkpoint in turn. */
export interface FineTuningCurve {
  /** Value of the learning rate or of λ. */
  readonly key: number;
  readonly networks: readonly TunedNetwork[];
}

/** A loss of one network with how far computing it may be off. */
export interface Measured {
  readonly value: number;
  readonly rounding: number;
}

/** Whether anything was simulated. */
export function isSimulated({ curves }: FineTuningRun): boolean {
  return curves.some(({ networks }) => networks.some(({ expected }) => expected !== undefined));
}

/** Why a claim about simulated networks says nothing where there are none. */
export function nothingSimulated({ method }: FineTuningRun): string {
  return `nothing was simulated: the exact engine is the ${method === 'flow' ? 'closed form of gradient flow' : 'recurrence'} itself`;
}

/** Why networks are not aligned with their modes to start with, or undefined where they are. */
export function notAligned({ curves }: FineTuningRun): string | undefined {
  const beside = curves
    .flatMap(({ networks }) => networks)
    .reduce((most, { start }) => Math.max(most, start?.beside ?? 0), 0);
  return beside === 0
    ? undefined
    : `pre-training on full matrices left up to ${beside.toExponential(1)} of the checkpoints beside their modes, by rounding`;
}

/** Whether a curve has a simulated value at every checkpoint. */
export function isComplete({ networks }: FineTuningCurve): boolean {
  return networks.every(({ tuned }) => tuned !== undefined);
}

/** Whether no network of a curve diverges: by the exact recurrence where there is a simulation, by its losses otherwise. */
export function isStable({ networks }: FineTuningCurve): boolean {
  return networks.every(
    ({ expected, prediction }) => expected?.divergedAt === undefined && Number.isFinite(prediction.lossPre),
  );
}

/** Pre-training loss after fine-tuning as the run has it: simulated, or of the theory where nothing was. */
export function lossPreOf(study: FineTuningStudy, network: TunedNetwork): Measured {
  const { tuned, expected, prediction } = network;
  if (expected === undefined) return { value: prediction.lossPre, rounding: closedFormRounding(study) };
  return {
    value: tuned?.lossPre ?? Number.NaN,
    rounding: expected.lossPreRounding + closedFormRounding(study),
  };
}

/** Fine-tuning loss, likewise. */
export function lossFtOf(study: FineTuningStudy, network: TunedNetwork): Measured {
  const { tuned, expected, prediction } = network;
  if (expected === undefined) return { value: prediction.lossFt, rounding: closedFormRounding(study) };
  return {
    value: tuned?.lossFt ?? Number.NaN,
    rounding: expected.lossFtRounding + closedFormRounding(study),
  };
}

/** Forgetting, likewise. */
export function forgettingOf(study: FineTuningStudy, network: TunedNetwork): Measured {
  const { tuned, expected, prediction } = network;
  if (expected === undefined) return { value: prediction.forgetting, rounding: closedFormRounding(study) };
  return {
    value: tuned?.forgetting ?? Number.NaN,
    rounding: expected.lossPreRounding + closedFormRounding(study),
  };
}

/**
 * How far a loss in closed form may be off: 10⁻¹² for the checkpoint and a unit of rounding for every step, as a share of the
 * squared norm of the pre-training task.
 */
export function closedFormRounding({ problem, steps }: FineTuningStudy): number {
  const squaredNorm = problem.spectrum.reduce((sum, sigma) => sum + sigma * sigma, 0);
  return (1e-12 + steps * Number.EPSILON) * squaredNorm;
}

/** Positions of the inflections of one curve, by theory and by simulation; null where the curve has none. */
export function inflectionsOf(
  study: FineTuningStudy,
  curve: FineTuningCurve,
): { readonly theory: number | null; readonly simulation: number | null } {
  const { times } = study;
  const level = times.map(() => closedFormRounding(study));
  const predicted = curve.networks.map(({ prediction }) => prediction.lossPre);
  const measured = curve.networks.map((network) => lossPreOf(study, network));
  return {
    theory: turningPoint(times, predicted, level)?.index ?? null,
    simulation: isComplete(curve)
      ? (turningPoint(
          times,
          measured.map(({ value }) => value),
          measured.map(({ rounding }) => rounding),
        )?.index ?? null)
      : null,
  };
}
