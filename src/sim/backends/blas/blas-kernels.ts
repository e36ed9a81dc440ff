import { BYTES, instantiateKernels, type Kernels, type Precision } from '../simd/kernels.js';
import type { BlasLibrary } from './blas-library.js';

const ROW_MAJOR = 101;
const AS_IT_IS = 111;
const TRANSPOSED = 112;

/** Multiplications of a product from which a call of the library costs less than it saves. */
const WORTH_A_CALL = 24 ** 3;

/**
 * The kernels with their large matrix products made by a BLAS library; small ones, and everything else, stay our own.
 *
 * @param memory on which the kernels work
 * @throws Error when the machine's WebAssembly lacks SIMD or shared memory
 */
export async function blasKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  precision: Precision,
  { product, addressOf }: BlasLibrary,
): Promise<Kernels> {
  const base = addressOf(memory);
  const size = BYTES[precision];
  const numbers = () => (precision === 'f32' ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer));

  /** `out ← α X Y + β out`. */
  const multiply = (
    left: number,
    leftTransposed: boolean,
    right: number,
    rightTransposed: boolean,
    [rows, cols, inner]: readonly [number, number, number],
    alpha: number,
    beta: number,
    out: number,
  ) =>
    product(
      ROW_MAJOR,
      leftTransposed ? TRANSPOSED : AS_IT_IS,
      rightTransposed ? TRANSPOSED : AS_IT_IS,
      rows,
      cols,
      inner,
      alpha,
      base + left,
      leftTransposed ? rows : inner,
      base + right,
      rightTransposed ? inner : cols,
      beta,
      base + out,
      cols,
    );

  const kernels = await instantiateKernels(
    module,
    memory,
    precision,
    (left, isTransposed, right, rows, cols, inner, out) => {
      if (rows * cols * inner < WORTH_A_CALL) return 0;
      multiply(left, isTransposed === 1, right, false, [rows, cols, inner], 1, 0, out);
      return 1;
    },
  );
  return {
    ...kernels,
    /** The residual first, then W2 from the old W1, then W1 from a copy of the old W2. */
    descendNetworks(...parameters) {
      const [first, second, target, scales, rates, steps, rows, hidden, cols, scratch, from, to] = parameters as Twelve;
      if (rows * hidden * cols < WORTH_A_CALL) {
        kernels.descendNetworks(...parameters);
        return;
      }
      const [bytes1, bytes2, bytes] = [rows * hidden * size, hidden * cols * size, rows * cols * size];
      const [residual, old] = [scratch, scratch + bytes];
      const values = numbers();
      for (let network = from; network < to; network++) {
        const [w1, w2, goal] = [first + network * bytes1, second + network * bytes2, target + network * bytes];
        const scale = values[scales / size + network]!;
        for (let step = 0; step < steps; step++) {
          const rate = values[rates / size + step]!;
          // A step of rate 0 changes nothing, whatever overflows.
          if (rate === 0) continue;
          const pace = -2 * rate * scale;
          kernels.copied(goal, residual, goal + bytes);
          kernels.copied(w2, old, w2 + bytes2);
          multiply(w1, false, w2, false, [rows, cols, hidden], 1, -1, residual);
          multiply(w1, true, residual, false, [hidden, cols, rows], pace, 1, w2);
          multiply(residual, false, old, true, [rows, hidden, cols], pace, 1, w1);
        }
      }
    },
    moments(...parameters) {
      const [first, second, residual, noise1, noise2, replicates, rows, hidden, cols, out, room, from, to] =
        parameters as Thirteen;
      if (rows * hidden * cols < WORTH_A_CALL) {
        kernels.moments(...parameters);
        return;
      }
      const [bytes1, bytes2, bytes] = [rows * hidden * size, hidden * cols * size, rows * cols * size];
      const shape = [rows, cols, hidden] as const;
      for (let pair = from; pair < to; pair++) {
        const network = Math.floor(pair / replicates);
        const replicate = pair - network * replicates;
        const [w1, w2] = [first + network * bytes1, second + network * bytes2];
        const [e1, e2] = [noise1 + replicate * bytes1, noise2 + replicate * bytes2];
        multiply(e1, false, w2, false, shape, 1, 0, room);
        multiply(w1, false, e2, false, shape, 1, 1, room);
        multiply(e1, false, e2, false, shape, 1, 0, room + bytes);
        kernels.tally(residual + network * bytes, room, room + bytes, bytes, out + pair * MOMENTS_BYTES);
      }
    },
  };
}

/** Five float64. */
const MOMENTS_BYTES = 40;

type Six = [number, number, number, number, number, number];
type Twelve = [...Six, ...Six];
type Thirteen = [...Twelve, number];
