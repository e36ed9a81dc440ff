import type { MatrixArithmetic } from '../backend.js';
import { type Operation, OptimizerProgram, type Place } from './optimizer-program.js';

export interface ProgramMatrix {
  readonly place: Place;
  readonly rows: number;
  readonly cols: number;
}

/** What an operation on entries takes for each in the time of so many multiplications of a product, the call of it included. */
const ENTRY_WORK = 2;

/** Arithmetic that computes nothing but writes down what is to be computed, for threads to run on each network. */
export class RecordedArithmetic implements MatrixArithmetic<ProgramMatrix> {
  private readonly operations: Operation[] = [];
  private readonly constants: number[] = [];
  private roomBytes = 0;

  /**
   * @param names of the coefficients, in the order of their columns
   * @param bytes of one number
   * @param inputs second moments of the inputs; absent for their expectation
   */
  constructor(
    private readonly names: readonly string[],
    private readonly bytes: number,
    private readonly inputs: ProgramMatrix | undefined,
  ) {}

  /** All that was written down. */
  program(): OptimizerProgram {
    return new OptimizerProgram(this.operations, this.names, this.constants, this.roomBytes);
  }

  product(left: ProgramMatrix, right: ProgramMatrix): ProgramMatrix {
    return this.multiplied('product', left, right, [left.rows, right.cols, left.cols]);
  }

  productWithTransposed(left: ProgramMatrix, right: ProgramMatrix): ProgramMatrix {
    const { rows, cols } = right;
    const turned = this.room(cols, rows);
    this.operations.push({
      kind: 'transpose',
      reads: [right.place],
      writes: [turned.place],
      integers: [rows, cols],
      bytes: 0,
      work: ENTRY_WORK * rows * cols,
    });
    return this.product(left, turned);
  }

  productOfTransposed(left: ProgramMatrix, right: ProgramMatrix): ProgramMatrix {
    return this.multiplied('productOfTransposed', left, right, [left.cols, right.cols, left.rows]);
  }

  combination(a: string, left: ProgramMatrix, b: string, right: ProgramMatrix): ProgramMatrix {
    return this.onEntries('combination', [left, right], [this.names.indexOf(a), this.names.indexOf(b)]);
  }

  entryProducts(left: ProgramMatrix, right: ProgramMatrix): ProgramMatrix {
    return this.onEntries('entryProducts', [left, right]);
  }

  signs(matrix: ProgramMatrix): ProgramMatrix {
    return this.onEntries('signs', [matrix]);
  }

  overRoot(numerator: ProgramMatrix, squares: ProgramMatrix, epsilon: number): ProgramMatrix {
    return this.onEntries('overRoot', [numerator, squares], [this.constant(epsilon)]);
  }

  normalized(matrix: ProgramMatrix, epsilon: number): ProgramMatrix {
    return this.onEntries('normalized', [matrix], [this.constant(epsilon)]);
  }

  normalizedTogether(
    left: ProgramMatrix,
    right: ProgramMatrix,
    epsilon: number,
  ): readonly [ProgramMatrix, ProgramMatrix] {
    // Beside each other in memory both are one long matrix.
    const [first, second] = [this.like(left), this.like(right)];
    this.store(left, first);
    this.store(right, second);
    const [out, secondOut] = [this.like(left), this.like(right)];
    this.write('normalized', [first, second], [out, secondOut], [this.constant(epsilon)]);
    return [out, secondOut];
  }

  throughInputs(matrix: ProgramMatrix): ProgramMatrix {
    return this.inputs === undefined ? matrix : this.product(matrix, this.inputs);
  }

  descended(weights: ProgramMatrix, direction: ProgramMatrix, factor: number): ProgramMatrix {
    return this.onEntries('descended', [weights, direction], [this.constant(factor)]);
  }

  /** Writes a result back to where the next step looks for it. */
  store(matrix: ProgramMatrix, out: ProgramMatrix): void {
    if (matrix.place !== out.place) this.write('copy', [matrix], [out], []);
  }

  private multiplied(
    kind: 'product' | 'productOfTransposed',
    left: ProgramMatrix,
    right: ProgramMatrix,
    integers: readonly [rows: number, cols: number, inner: number],
  ): ProgramMatrix {
    const [rows, cols, inner] = integers;
    const out = this.room(rows, cols);
    const [reads, writes] = [[left.place, right.place], [out.place]];
    this.operations.push({ kind, reads, writes, integers, bytes: 0, work: rows * cols * inner });
    return out;
  }

  private onEntries(
    kind: Operation['kind'],
    matrices: readonly [ProgramMatrix, ...ProgramMatrix[]],
    integers: readonly number[] = [],
  ): ProgramMatrix {
    const out = this.like(matrices[0]);
    this.write(kind, matrices, [out], integers);
    return out;
  }

  /** An operation on all entries of what it writes. */
  private write(
    kind: Operation['kind'],
    matrices: readonly ProgramMatrix[],
    out: readonly ProgramMatrix[],
    integers: readonly number[],
  ): void {
    const entries = out.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
    this.operations.push({
      kind,
      reads: matrices.map(({ place }) => place),
      writes: out.map(({ place }) => place),
      integers,
      bytes: entries * this.bytes,
      work: ENTRY_WORK * entries,
    });
  }

  /** The column of a number that is the same in every step. */
  private constant(value: number): number {
    return this.names.length + this.constants.push(value) - 1;
  }

  private like({ rows, cols }: ProgramMatrix): ProgramMatrix {
    return this.room(rows, cols);
  }

  private room(rows: number, cols: number): ProgramMatrix {
    const place = this.roomBytes;
    this.roomBytes += rows * cols * this.bytes;
    return { place, rows, cols };
  }
}
