import type { Backend, Weights } from '../../backends/backend.js';
import { layersAt } from '../../training/layers-at.js';
import { gradientDescent } from '../../training/optimizers/gradient-descent.js';
import { sideBySide } from '../../training/side-by-side.js';
import type { SourceData } from './source-data.js';

/** Fine-tuning by gradient descent on a new task, on held-out inputs. */
export interface HeldOutTuning {
  readonly dim: number;
  /** The new task, dim × dim row by row. */
  readonly target: Float64Array;
  readonly rate: number;
  readonly steps: number;
}

/** Steps of one call at most: second moments of the inputs are handed over for every step. */
const STEPS_PER_CALL = 64;

/** Layers of all networks after fine-tuning, each on the held-out inputs of its training. */
export async function tuneOnHeldOut(
  backend: Backend,
  networks: readonly { readonly layers: Weights; readonly data: SourceData }[],
  { dim, target, rate, steps }: HeldOutTuning,
): Promise<Weights[]> {
  if (networks.length === 0) return [];
  const shape = { rows: dim, hidden: dim, cols: dim };
  let state = sideBySide(
    shape,
    networks.map(({ layers }) => ({ layers, target })),
    gradientDescent,
  );
  const size = dim * dim;
  for (let taken = 0; taken < steps; taken += STEPS_PER_CALL) {
    const now = Math.min(STEPS_PER_CALL, steps - taken);
    const inputs = new Float64Array(now * networks.length * size);
    for (let step = 0; step < now; step++) {
      networks.forEach(({ data }, at) => {
        inputs.set(data.tuningProjection, (step * networks.length + at) * size);
      });
    }
    const rates = new Array<number>(now).fill(rate);
    state = await backend.optimizeNetworks(state, { optimizer: gradientDescent, rates, inputs });
  }
  return networks.map((_, at) => layersAt(state, shape, at));
}
