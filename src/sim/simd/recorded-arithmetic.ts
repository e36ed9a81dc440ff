import type { MatrixArithmetic } from '../backends/matrix-arithmetic.js';
import type { Operation, Place } from './optimizer-program.js';

/** A matrix of a program, with its padded shape. */
export interface ProgramMatrix {
  readonly place: Place;
  readonly rows: number;
  readonly cols: number;
}

/** Arithmetic that computes nothing but writes down what is to be computed, for threads to run on each network. */
export class RecordedArithmetic implements MatrixArithmetic<ProgramMatrix> {
  readonly operations: Operation[] = [];
  /** Bytes of room that a thread needs. */
  roomBytes = 0;

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

  product(left: ProgramMatrix, right: ProgramMatrix): ProgramMatrix {
    const out = this.room(left.rows, right.cols);
    this.operations.push({
      kind: 'product',
      left: left.place,
      right: right.place,
      rows: left.rows,
      cols: right.cols,
      inner: left.cols,
      out: out.place,
    });
    return out;
  }

  productWithTransposed(left: ProgramMatrix, right: ProgramMatrix): ProgramMatrix {
    const { rows, cols } = right;
    const turned = this.room(cols, rows);
    this.operations.push({ kind: 'transpose', matrix: right.place, rows, cols, out: turned.place });
    return this.product(left, turned);
  }

  productOfTransposed(left: ProgramMatrix, right: ProgramMatrix): ProgramMatrix {
    const out = this.room(left.cols, right.cols);
    this.operations.push({
      kind: 'productOfTransposed',
      left: left.place,
      right: right.place,
      rows: left.cols,
      cols: right.cols,
      inner: left.rows,
      out: out.place,
    });
    return out;
  }

  combination(a: string, left: ProgramMatrix, b: string, right: ProgramMatrix): ProgramMatrix {
    const out = this.like(left);
    this.operations.push({
      kind: 'combination',
      a: this.names.indexOf(a),
      b: this.names.indexOf(b),
      left: left.place,
      right: right.place,
      bytes: this.sizeOf(left),
      out: out.place,
    });
    return out;
  }

  entryProducts(left: ProgramMatrix, right: ProgramMatrix): ProgramMatrix {
    const out = this.like(left);
    const bytes = this.sizeOf(left);
    this.operations.push({
      kind: 'entryProducts',
      left: left.place,
      right: right.place,
      bytes,
      out: out.place,
    });
    return out;
  }

  squares(matrix: ProgramMatrix): ProgramMatrix {
    return this.onEntries('squares', matrix);
  }

  signs(matrix: ProgramMatrix): ProgramMatrix {
    return this.onEntries('signs', matrix);
  }

  overRoot(numerator: ProgramMatrix, squares: ProgramMatrix, epsilon: number): ProgramMatrix {
    const out = this.like(numerator);
    this.operations.push({
      kind: 'overRoot',
      numerator: numerator.place,
      squares: squares.place,
      epsilon,
      bytes: this.sizeOf(numerator),
      out: out.place,
    });
    return out;
  }

  normalized(matrix: ProgramMatrix, epsilon: number): ProgramMatrix {
    const out = this.like(matrix);
    const bytes = this.sizeOf(matrix);
    this.operations.push({ kind: 'normalized', matrix: matrix.place, epsilon, bytes, out: out.place });
    return out;
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
    const bytes = this.sizeOf(left) + this.sizeOf(right);
    this.operations.push({ kind: 'normalized', matrix: first.place, epsilon, bytes, out: out.place });
    return [out, secondOut];
  }

  throughInputs(matrix: ProgramMatrix): ProgramMatrix {
    return this.inputs === undefined ? matrix : this.product(matrix, this.inputs);
  }

  descended(weights: ProgramMatrix, direction: ProgramMatrix, factor: number): ProgramMatrix {
    const out = this.like(weights);
    this.operations.push({
      kind: 'descended',
      weights: weights.place,
      direction: direction.place,
      factor,
      bytes: this.sizeOf(weights),
      out: out.place,
    });
    return out;
  }

  /** Writes a result back to where the next step looks for it. */
  store(matrix: ProgramMatrix, out: ProgramMatrix): void {
    const bytes = this.sizeOf(matrix);
    this.operations.push({ kind: 'copy', matrix: matrix.place, bytes, out: out.place });
  }

  private onEntries(kind: 'squares' | 'signs', matrix: ProgramMatrix): ProgramMatrix {
    const out = this.like(matrix);
    this.operations.push({ kind, matrix: matrix.place, bytes: this.sizeOf(matrix), out: out.place });
    return out;
  }

  private like({ rows, cols }: ProgramMatrix): ProgramMatrix {
    return this.room(rows, cols);
  }

  private room(rows: number, cols: number): ProgramMatrix {
    const place = { kind: 'room', offset: this.roomBytes } as const;
    this.roomBytes += rows * cols * this.bytes;
    return { place, rows, cols };
  }

  private sizeOf({ rows, cols }: ProgramMatrix): number {
    return rows * cols * this.bytes;
  }
}
