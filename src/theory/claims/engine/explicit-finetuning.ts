import type { Matrix } from 'ml-matrix';

/** Two layers. */
export interface Layers {
  readonly first: Matrix;
  readonly second: Matrix;
}

/** What is minimised: `‖W - task‖² + pull·‖W - anchor‖²`. */
export interface PulledLoss {
  readonly task: Matrix;
  readonly pull: number;
  readonly anchor: Matrix;
}

/**
 * Gradient descent on a regularised loss, written out: both layers move at once along
 * `-2[(W - A) + λ(W - B)]` times the transpose of the other.
 *
 * @param steps number of steps, an integer from 0
 */
export function descendRegularized(
  layers: Layers,
  { task, pull, anchor }: PulledLoss,
  rate: number,
  steps: number,
): Layers {
  let { first, second } = layers;
  for (let step = 0; step < steps; step++) {
    const product = first.mmul(second);
    const onTask = product.clone().sub(task);
    const onAnchor = product.sub(anchor).mul(pull);
    const force = onTask.add(onAnchor).mul(2);
    const firstMotion = force.mmul(second.transpose()).mul(rate);
    const secondMotion = first.transpose().mmul(force).mul(rate);
    first = first.clone().sub(firstMotion);
    second = second.clone().sub(secondMotion);
  }
  return { first, second };
}
