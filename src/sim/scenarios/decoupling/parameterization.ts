import { scheduleRates } from '../../../theory/schedule.js';
import type { TrainingRule } from '../../training/optimizers/optimizer.js';
import { optimizerNamed } from '../../training/optimizers/optimizer-list.js';
import { type Decoupling, decoupledRule, type GainName } from './decoupled-rule.js';
import type { Sphere } from './sphere.js';
import { withWeightDecay } from './weight-decay-rule.js';

/** A way to hold and to train the weights of both layers. */
export type Parameterization =
  | { readonly kind: 'plain'; readonly hasDecay: boolean; readonly hasWarmup: boolean }
  | { readonly kind: 'decoupled'; readonly gains: GainName };

/** What all parameterisations of a run share. */
export interface TrainingSettings {
  readonly sphere: Sphere;
  /** Norm of each layer at the start, and while its gains are 1. */
  readonly radius: number;
  /** Peak of the learning rate of the gains. */
  readonly gainRate: number;
  readonly weightDecay: number;
  /** Share of the steps of the warm-up, where there is one. */
  readonly warmup: number;
  readonly steps: number;
}

/** How a parameterisation is trained: by which rule, and which share of the peak the learning rate has in each step. */
export interface Recipe {
  readonly rule: TrainingRule;
  readonly shares: readonly number[];
  /** Present where the layers are decoupled. */
  readonly decoupling: Decoupling | undefined;
}

/** The plain one with and without weight decay and warm-up, then the decoupled ones with these gains. */
export function parameterizationsWith(gains: readonly GainName[]): Parameterization[] {
  const plain = [false, true].flatMap((hasDecay) =>
    [false, true].map((hasWarmup): Parameterization => ({ kind: 'plain', hasDecay, hasWarmup })),
  );
  return [...plain, ...gains.map((gain): Parameterization => ({ kind: 'decoupled', gains: gain }))];
}

/** Name in the tables. */
export function nameOf(parameterization: Parameterization): string {
  if (parameterization.kind === 'decoupled') return `decoupled, gains ${parameterization.gains}`;
  const { hasDecay, hasWarmup } = parameterization;
  const extras = [...(hasDecay ? ['decay'] : []), ...(hasWarmup ? ['warm-up'] : [])];
  return ['plain', ...extras].join(', ');
}

/** The rule and the schedule, which falls linearly to zero, after a rise where there is a warm-up. */
export function recipeOf(
  parameterization: Parameterization,
  optimizer: string,
  { sphere, radius, gainRate, weightDecay, warmup, steps }: TrainingSettings,
): Recipe {
  const base = optimizerNamed(optimizer);
  if (parameterization.kind === 'decoupled') {
    const { gains } = parameterization;
    const gainRates = scheduleRates({ name: 'linear' }, steps, gainRate);
    const decoupling = { base, sphere, gains, radius, gainRates };
    const shares = scheduleRates({ name: 'linear' }, steps, 1);
    return { rule: decoupledRule(decoupling), shares, decoupling };
  }
  const { hasDecay, hasWarmup } = parameterization;
  const schedule = hasWarmup
    ? ({ name: 'warmup-stable-decay', warmup, decay: 1 - warmup } as const)
    : ({ name: 'linear' } as const);
  return {
    rule: hasDecay ? withWeightDecay(base, weightDecay) : base,
    shares: scheduleRates(schedule, steps, 1),
    decoupling: undefined,
  };
}
