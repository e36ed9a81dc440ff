import { InvalidInputError } from './invalid-input.js';

/**
 * Relative change `‖Ŵ′ − Ŵ‖/‖Ŵ‖` of weights on a sphere in a step of rate η along a tangent as long as they are, scaled back onto the sphere:
 * they turn by `arctan η`, whose chord is `2 sin(½ arctan η)` (T6-update). It is below η, by less than `3η³/8`.
 *
 * @param rate η, finite and from 0
 * @throws InvalidInputError (`learningRate`) where it is not
 */
export function relativeSphereStep(rate: number): number {
  if (!(rate >= 0 && rate < Infinity)) {
    throw new InvalidInputError('learningRate', rate, 'a finite number from 0');
  }
  return 2 * Math.sin(Math.atan(rate) / 2);
}

/** Shape of a network and the norms of its layers. */
export interface SphereNorms {
  /** Rows p of the product. */
  readonly rows: number;
  /** Columns q of the product. */
  readonly cols: number;
  /** `ρ1 = ‖W1‖`. */
  readonly first: number;
  /** `ρ2 = ‖W2‖`. */
  readonly second: number;
}

/**
 * Coefficient of γ² in the sensitivity of every network with these norms, whatever it has learned: `qρ1² + pρ2²` (T6-constant).
 */
export function sphereSensitivity({ rows, cols, first, second }: SphereNorms): number {
  return cols * first ** 2 + rows * second ** 2;
}

/**
 * How far that is above the floor of T6 (T6-constant): `(√q ρ1 − √p ρ2)² + 2√(pq)(ρ1ρ2 − ‖W‖_*)`.
 *
 * @param nuclear `‖W1W2‖_*`, at most ρ1ρ2
 */
export function aboveSensitivityFloor({ rows, cols, first, second }: SphereNorms, nuclear: number): number {
  const imbalance = Math.sqrt(cols) * first - Math.sqrt(rows) * second;
  return imbalance ** 2 + 2 * Math.sqrt(rows * cols) * (first * second - nuclear);
}
