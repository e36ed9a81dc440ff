// Arrays that our process and its peers have in common, as files of float32 numbers.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillGaussian } from '../dist/sim/backends/random.js';

export class FloatFiles {
  #folder;
  #stream = 0;

  constructor(name) {
    this.#folder = mkdtempSync(join(tmpdir(), `overtrain-bench-${name}-`));
  }

  path(name) {
    return join(this.#folder, `${name}.f32`);
  }

  /** Normal numbers of a size, rounded to float32, written for the peers. */
  random(name, length, size) {
    const values = new Float32Array(length);
    fillGaussian(values, 7, 'perturbation', this.#stream++);
    const scaled = Float64Array.from(values, (value) => Math.fround(size * value));
    this.write(name, scaled);
    return scaled;
  }

  write(name, values) {
    writeFileSync(this.path(name), new Uint8Array(Float32Array.from(values).buffer));
  }

  read(name) {
    const bytes = readFileSync(this.path(name));
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  }

  largestDifference(name, values) {
    return largest(this.read(name), (value, index) => Math.abs(value - values[index]));
  }

  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The largest of what a function makes of numbers; NaN where any of it is. */
export function largest(values, of) {
  return values.reduce((most, value, index) => Math.max(most, of(value, index)), 0);
}
