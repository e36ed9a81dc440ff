import type { MatrixArithmetic } from '../../backends/matrix-arithmetic.js';
import { adam } from '../../training/optimizers/adam.js';
import type { LayerShape, Optimizer, UpdateRule } from '../../training/optimizers/optimizer.js';
import { type Sphere, SphereGeometry } from './sphere.js';

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

/** Whether a layer has gains of a side. */
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
