import type { Layers, NetworkShape, Weights } from '../backend.js';
import type { KernelSettings } from './kernels.js';

const VIEWS = { f32: Float32Array, f64: Float64Array, i32: Int32Array } as const;
type View = Float32Array<SharedArrayBuffer> | Float64Array<SharedArrayBuffer> | Int32Array<SharedArrayBuffer>;

const PAGE = 65536;
/** The first bytes belong to the counter of jobs. */
const FIRST_ADDRESS = 64;

/** The next multiple of four. */
export function padded(size: number): number {
  return 4 * Math.ceil(size / 4);
}

/** Room in a shared memory, handed out from the bottom up and taken back all at once. */
export class Arena {
  private base = FIRST_ADDRESS;
  private top = FIRST_ADDRESS;
  readonly bytes: number;

  constructor(private readonly settings: Pick<KernelSettings, 'memory' | 'precision'>) {
    this.bytes = VIEWS[settings.precision].BYTES_PER_ELEMENT;
  }

  /** Takes back everything, except what {@link keep} was called for. */
  clear(): void {
    this.top = this.base;
  }

  /** What is there now survives {@link clear}, until {@link forget}. */
  keep(): void {
    this.base = this.top;
  }

  /** Takes back everything. */
  forget(): void {
    this.base = FIRST_ADDRESS;
    this.top = FIRST_ADDRESS;
  }

  /** Room for some bytes, aligned for vectors. @throws RangeError when the machine has no more memory */
  reserve(bytes: number): number {
    const address = this.top;
    this.top = 64 * Math.ceil((address + bytes) / 64);
    const missing = this.top - this.settings.memory.buffer.byteLength;
    if (missing > 0) this.settings.memory.grow(Math.ceil(missing / PAGE));
    return address;
  }

  /** Copies numbers in, one after the other; in the precision of the kernels unless another kind is named. */
  put(values: ArrayLike<number>, kind: keyof typeof VIEWS = this.settings.precision): number {
    const address = this.reserve(values.length * VIEWS[kind].BYTES_PER_ELEMENT);
    this.numbers(address, values.length, kind).set(values);
    return address;
  }

  /** Room for padded matrices, filled with zeros. */
  reserveMatrices(count: number, rows: number, cols: number): number {
    const length = count * padded(rows) * padded(cols);
    const address = this.reserve(length * this.bytes);
    if (padded(rows) !== rows || padded(cols) !== cols) this.numbers(address, length).fill(0);
    return address;
  }

  /** Copies row-major matrices in, each filled up with zeros to the padded shape. */
  putMatrices(values: Float64Array, count: number, rows: number, cols: number): number {
    const address = this.reserveMatrices(count, rows, cols);
    for (const { plain, inside } of this.stretches(values, address, count, rows, cols)) inside.set(plain);
    return address;
  }

  /** Copies matrices out again. */
  takeMatrices(address: number, count: number, rows: number, cols: number): Float64Array {
    const values = new Float64Array(count * rows * cols);
    for (const { plain, inside } of this.stretches(values, address, count, rows, cols)) plain.set(inside);
    return values;
  }

  /** Copies both layers of networks in. */
  putLayers({ first, second }: Weights, count: number, { rows, hidden, cols }: NetworkShape): Layers<number> {
    return {
      first: this.putMatrices(first, count, rows, hidden),
      second: this.putMatrices(second, count, hidden, cols),
    };
  }

  takeLayers({ first, second }: Layers<number>, count: number, { rows, hidden, cols }: NetworkShape): Weights {
    return {
      first: this.takeMatrices(first, count, rows, hidden),
      second: this.takeMatrices(second, count, hidden, cols),
    };
  }

  /** What lies side by side both in matrices and, padded, in the memory: all of them where they need no padding, else their rows. */
  private *stretches(values: Float64Array, address: number, count: number, rows: number, cols: number) {
    const [height, width] = [padded(rows), padded(cols)];
    const numbers = this.numbers(address, count * height * width);
    if (height === rows && width === cols) {
      yield { plain: values, inside: numbers };
      return;
    }
    for (let row = 0; row < count * rows; row++) {
      const at = (Math.floor(row / rows) * height + (row % rows)) * width;
      yield { plain: values.subarray(row * cols, (row + 1) * cols), inside: numbers.subarray(at, at + cols) };
    }
  }

  /** The numbers at an address, of the same kinds; valid until the next {@link reserve}. */
  numbers(address: number, length: number, kind: keyof typeof VIEWS = this.settings.precision): View {
    const NumbersOfKind: new (memory: SharedArrayBuffer, address: number, length: number) => View = VIEWS[kind];
    return new NumbersOfKind(this.settings.memory.buffer, address, length);
  }
}
