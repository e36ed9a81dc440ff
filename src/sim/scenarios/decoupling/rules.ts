import { scheduleRates } from '../../../theory/descent.js';
import type { MatrixArithmetic } from '../../backends/backend.js';
import {
  type LayerShape,
  type Optimizer,
  type TrainingRule,
  type UpdateRule,
  updated,
} from '../../backends/optimizer.js';
import { adam, optimizerNamed } from '../../training/optimizers.js';

/** What has a fixed norm: every row, every column, or the whole matrix. */
export const spheres = ['frobenius', 'row', 'column'] as const;

export type Sphere = (typeof spheres)[number];

/**
 * Keeps a norm from being divided by where it is zero: padding of a device, or a direction that points nowhere. Weights have norms
 * around one, so that nothing else notices.
 */
const EPSILON = 1e-20;

/** Geometry of one layer whose whole matrix has the norm 1, and whose rows (columns) have equal norms. */
export class SphereGeometry<Batch> {
  /** @param ones matrix of ones of the shape of the layer */
  constructor(
    private readonly arithmetic: MatrixArithmetic<Batch>,
    private readonly sphere: Sphere,
    private readonly ones: Batch,
    private readonly layer: LayerShape,
  ) {}

  /** The part of X that is tangent at W, for every row, every column or the whole. */
  tangent(batch: Batch, weights: Batch): Batch {
    const { arithmetic } = this;
    // Rows have the squared norm 1/rows, which is why the sums come with that factor.
    const along = this.sums(arithmetic.entryProducts(batch, weights));
    return arithmetic.combination('one', batch, 'minusOne', arithmetic.entryProducts(along, weights));
  }

  /** X scaled back on the sphere. */
  normalized(batch: Batch): Batch {
    if (this.sphere === 'frobenius') return this.arithmetic.normalized(batch, EPSILON);
    return this.arithmetic.overRoot(batch, this.sums(this.arithmetic.entryProducts(batch, batch)), EPSILON);
  }

  /** Every entry the sum over its row times the number of rows. */
  rowSums(batch: Batch): Batch {
    const { arithmetic, ones, layer } = this;
    return layer.rows > layer.cols
      ? arithmetic.product(batch, arithmetic.productOfTransposed(ones, ones))
      : arithmetic.product(arithmetic.productWithTransposed(batch, ones), ones);
  }

  /** Every entry the sum over its column times the number of columns. */
  columnSums(batch: Batch): Batch {
    const { arithmetic, ones, layer } = this;
    return layer.rows > layer.cols
      ? arithmetic.product(ones, arithmetic.productOfTransposed(ones, batch))
      : arithmetic.product(arithmetic.productWithTransposed(ones, ones), batch);
  }

  private sums(batch: Batch): Batch {
    if (this.sphere === 'row') return this.rowSums(batch);
    if (this.sphere === 'column') return this.columnSums(batch);
    const { arithmetic, ones, layer } = this;
    return layer.rows > layer.cols
      ? arithmetic.product(ones, arithmetic.productOfTransposed(batch, ones))
      : arithmetic.product(arithmetic.productWithTransposed(ones, batch), ones);
  }
}

/**
 * An optimiser with decoupled weight decay (Loshchilov and Hutter 2019): `W ← W − ηλW − η · factor · direction`, the direction being that
 * of the gradient alone.
 *
 * @param decay λ, from 0
 */
export function withWeightDecay(base: Optimizer, decay: number): UpdateRule {
  return {
    name: `${base.name} with weight decay ${decay}`,
    moments: base.moments,
    coefficients: (step) => base.coefficients(step),
    update(arithmetic, weights, gradient, moments, layer) {
      const shrunk = arithmetic.descended(weights, weights, decay);
      return updated(arithmetic, base, shrunk, gradient, moments, layer);
    },
  };
}

/** Which gains a layer has beside its direction. */
export const gainNames = ['none', 'row', 'column', 'both'] as const;

export type GainName = (typeof gainNames)[number];

/** How the direction and the gains of each layer are trained. */
export interface Decoupling {
  /** Gives the direction of a step; its length is the sphere's business. */
  readonly base: Optimizer;
  readonly sphere: Sphere;
  readonly gains: GainName;
  /** Frobenius norm ρ of each layer while all gains are 1. */
  readonly radius: number;
  /** Learning rate of the gains in each step. */
  readonly gainRates: readonly number[];
}

/** Matrices that every decoupled layer remembers before what the base optimiser does: its direction, and ones. */
export const DIRECTION = 0;
const OWN_MOMENTS = 2;

/** Gains, and the two running means of Adam. */
const MOMENTS_OF_GAINS = 3;

export function hasGains(gains: GainName, side: 'row' | 'column'): boolean {
  return gains === side || gains === 'both';
}

/**
 * A layer `W = ρ diag(r) Ŵ diag(c)` with `‖Ŵ‖ = 1`, and with rows (columns) of equal norm on the row (column) sphere. One step:
 *
 * 1. `Ĝ = P(diag(r) G diag(c))`, G being the gradient in W and P the projection on the tangent space of the sphere at Ŵ;
 * 2. `D` is the direction that the base optimiser makes of Ĝ and what it remembers of the earlier ones;
 * 3. `T = N(P(D))`, N scaling each row, each column or the whole to the norm that Ŵ has there;
 * 4. `Ŵ ← N(Ŵ − ηT)`, so that Ŵ turns by arctan η;
 * 5. `r` and `c` make a step of Adam with their own rate, all gradients being those before the step.
 *
 * Gains and their means are remembered as matrices of the shape of the layer, in which each row (column) has one value.
 */
export function decoupledRule({ base, sphere, gains, radius, gainRates }: Decoupling): UpdateRule {
  const sides = (['row', 'column'] as const).filter((side) => hasGains(gains, side));
  return {
    name: `decoupled ${base.name} on ${sphere} spheres with gains ${gains}`,
    moments: OWN_MOMENTS + base.moments + MOMENTS_OF_GAINS * sides.length,
    coefficients: (step) => ({
      ...adam.coefficients(step),
      ...base.coefficients(step),
      one: 1,
      minusOne: -1,
      zero: 0,
      radius,
      minusGainRate: -(gainRates[step - 1] ?? 0),
    }),
    update<Batch>(
      arithmetic: MatrixArithmetic<Batch>,
      _: Batch,
      gradient: Batch,
      moments: readonly Batch[],
      layer: LayerShape,
    ) {
      const [direction, ones] = moments as [Batch, Batch];
      const remembered = moments.slice(OWN_MOMENTS, OWN_MOMENTS + base.moments);
      const ofGains = sides.map((side, at) => {
        const from = OWN_MOMENTS + base.moments + MOMENTS_OF_GAINS * at;
        const [values, ...means] = moments.slice(from, from + MOMENTS_OF_GAINS);
        return { side, values: values!, means };
      });
      const geometry = new SphereGeometry(arithmetic, sphere, ones, layer);
      const scaled = (batch: Batch, by: readonly Batch[]) =>
        by.reduce((scaledBatch, values) => arithmetic.entryProducts(scaledBatch, values), batch);

      const all = ofGains.map(({ values }) => values);
      const ofDirection = geometry.tangent(scaled(gradient, all), direction);
      const step = base.direction(arithmetic, ofDirection, remembered, layer);
      const tangent = geometry.normalized(geometry.tangent(step.direction, direction));
      const newDirection = geometry.normalized(arithmetic.descended(direction, tangent, 1));

      const shares = arithmetic.entryProducts(gradient, direction);
      const newGains = ofGains.map(({ side, values, means }) => {
        const others = ofGains.filter((other) => other.side !== side).map((other) => other.values);
        const summands = scaled(shares, others);
        // Times the number of rows (columns), to which Adam is blind.
        const slope = side === 'row' ? geometry.rowSums(summands) : geometry.columnSums(summands);
        const move = adam.direction(arithmetic, slope, means, layer);
        const moved = arithmetic.combination('one', values, 'minusGainRate', move.direction);
        return [moved, ...move.moments] as const;
      });
      const composed = scaled(
        newDirection,
        newGains.map(([values]) => values),
      );
      return {
        weights: arithmetic.combination('radius', composed, 'zero', composed),
        moments: [newDirection, ones, ...step.moments, ...newGains.flat()],
      };
    },
  };
}

/**
 * What each layer remembers at the start, in the order of the rule: the direction, ones, zeros, and gains of 1.
 *
 * @param direction of unit norm, flattened
 */
export function decoupledStart(
  { base, gains }: Pick<Decoupling, 'base' | 'gains'>,
  direction: Float64Array,
): Float64Array[] {
  const filled = (value: number) => new Float64Array(direction.length).fill(value);
  const sides = (['row', 'column'] as const).filter((side) => hasGains(gains, side));
  return [
    Float64Array.from(direction),
    filled(1),
    ...Array.from({ length: base.moments }, () => filled(0)),
    ...sides.flatMap(() => [filled(1), filled(0), filled(0)]),
  ];
}

/** A way to hold and to train the weights of both layers. */
export type Parameterization =
  | { readonly kind: 'plain'; readonly hasDecay: boolean; readonly hasWarmup: boolean }
  | { readonly kind: 'decoupled'; readonly gains: GainName };

/** What all parameterisations of a run share. */
export interface TrainingSettings {
  readonly sphere: Sphere;
  /** Norm of each layer at the start, and while its gains are 1. */
  readonly radius: number;
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
