import { MOMENTS } from '../backend.js';
import type { Pipeline } from './gpu-module.js';

/** What ran the kernels of a plan: `backend` tells it of the first one only, and any of them may fall back. */
export function ranOn({ backend, plan }: Pipeline): (string | null)[] {
  const kernels = [...(plan?.genericClones.values() ?? [])];
  return [backend, ...kernels.map(({ kernel }) => kernel.constructor.mode)];
}

/** The caller's arrays are never returned as a result, even by a run of no steps. */
export function ownCopy(result: Float64Array, input: Float64Array): Float64Array {
  return result === input ? Float64Array.from(Float32Array.from(input)) : result;
}

/** Adds the row sums of each moment in float64. */
export function sumRows(rowSums: Float64Array, rows: number): Float64Array {
  const moments = new Float64Array(rowSums.length / rows);
  for (let pair = 0; pair < moments.length / MOMENTS; pair++) {
    for (let row = 0; row < rows; row++) {
      for (let moment = 0; moment < MOMENTS; moment++) {
        moments[pair * MOMENTS + moment]! += rowSums[(pair * rows + row) * MOMENTS + moment]!;
      }
    }
  }
  return moments;
}
