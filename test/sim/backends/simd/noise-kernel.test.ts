import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { fillGaussian } from '../../../../src/sim/backends/random.js';
import { builtFile, instantiateKernels, type KernelSettings } from '../../../../src/sim/backends/simd/kernels.js';
import { samples } from '../../../support/sample-size.js';

const ROWS = 64;
const REPLICATES = Math.min(2048, samples(64));
const SIZE = ROWS * ROWS;
const FIRST = 65536;

/** The first layers of the replicates as the kernel draws them: 262,144 numbers in `npm test`, up to 8 million otherwise. */
async function drawnByKernel(
  precision: KernelSettings['precision'],
  seed: number,
): Promise<Float32Array | Float64Array> {
  const bytes = precision === 'f32' ? 4 : 8;
  const second = FIRST + REPLICATES * SIZE * bytes;
  const room = second + REPLICATES * SIZE * bytes;
  const module = await WebAssembly.compile(await readFile(builtFile(`kernels-${precision}.wasm`)));
  const memory = new WebAssembly.Memory({ initial: Math.ceil((room + 2 ** 20) / 65536), maximum: 65536, shared: true });
  const kernels = await instantiateKernels({ module, memory });
  kernels.drawNoise(FIRST, second, ROWS, ROWS, ROWS, seed, 0, 0, 0, 0, room, 0, REPLICATES);
  return precision === 'f32'
    ? new Float32Array(memory.buffer, FIRST, REPLICATES * SIZE)
    : new Float64Array(memory.buffer, FIRST, REPLICATES * SIZE);
}

describe('noise drawn by the kernel', () => {
  // The logarithm is good to two units, its root to half of that and a rounding; sine and cosine, their angle and the product add
  // a unit each at most. In float64 the host rounds too: its angle, of up to 2π, by up to four units.
  test.each([
    ['f32', 5 * 2 ** -24],
    ['f64', 9 * 2 ** -53],
  ] as const)('is the noise of the host to a few units of the radius, %s', async (precision, allowed) => {
    const drawn = await drawnByKernel(precision, 7);
    const host = new Float64Array(2 * SIZE);
    let worst = 0;
    let smallest = Infinity;
    for (let replicate = 0; replicate < REPLICATES; replicate++) {
      fillGaussian(host, 7, 'perturbation', replicate);
      for (let index = 0; index < SIZE; index += 2) {
        const [x, y] = [host[index]!, host[index + 1]!];
        const radius = Math.hypot(x, y);
        const at = replicate * SIZE + index;
        smallest = Math.min(smallest, radius);
        worst = Math.max(worst, Math.abs(drawn[at]! - x) / radius, Math.abs(drawn[at + 1]! - y) / radius);
      }
    }
    expect(worst).toBeLessThan(allowed);
    // Also where the uniform number is next to 1 and the radius next to 0: of n radii none is below r with probability
    // exp(−n r²/2), here e⁻²⁰.
    expect(smallest).toBeLessThan(Math.sqrt(40 / ((SIZE / 2) * REPLICATES)));
  });
});
