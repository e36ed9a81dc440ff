import type { MatrixArithmetic } from '../backend.js';

/**
 * A matrix that a program works with: an offset in the room that each thread has of its own, or below zero, −1 − n, the n-th of those that
 * last, which every network has.
 */
type Place = number;

/** A matrix of a program, with its padded shape. */
export interface ProgramMatrix {
  readonly place: Place;
  readonly rows: number;
  readonly cols: number;
}

/** What an operation on entries takes for each in the time of so many multiplications of a product, the call of it included. */
const ENTRY_WORK = 2;

/** Kinds of operations, in the order in which the kernel numbers them. */
const KINDS = [
  'product',
  'productOfTransposed',
  'transpose',
  'combination',
  'scaled',
  'entryProducts',
  'signs',
  'copy',
  'overRoot',
  'normalized',
  'descended',
] as const;

/** One operation of a step. */
interface Operation {
  readonly kind: (typeof KINDS)[number];
  /** What it reads: one or two matrices. */
  readonly reads: readonly Place[];
  /** What it writes, the first where the kernel begins; more only where they lie behind each other. */
  readonly writes: readonly Place[];
  /** Padded rows, columns and inner size of products, or columns of the table of numbers. */
  readonly integers: readonly number[];
  /** Bytes of the first matrix, or of all that are read, where the operation is one on entries. */
  readonly bytes: number;
  /** Multiplications, roughly. */
  readonly work: number;
}

/** Operations of a step as the kernel reads them. */
export interface OperationList {
  readonly words: Int32Array;
  /** Multiplications, roughly. */
  readonly work: number;
}

/** Columns whose zeros are told from other numbers: as many as an integer has digits. */
const LOOKED_AT = 53;

/**
 * The operations of any step of an optimiser, for threads to run on each network: as arithmetic it computes nothing but writes down what is
 * to be computed. Which of them a step needs depends on which of its coefficients vanish.
 */
export class OptimizerProgram implements MatrixArithmetic<ProgramMatrix> {
  /** In their order; what one of them writes in the room no other writes. */
  private readonly operations: Operation[] = [];
  private readonly lists = new Map<number, OperationList>();
  /** Numbers that every step has behind its coefficients. */
  readonly constants: number[] = [];
  /** What a thread needs for all matrices that do not last. */
  roomBytes = 0;

  /**
   * @param names of the coefficients, in the order of their columns
   * @param bytes of one number
   * @param inputs second moments of the inputs; absent for their expectation
   */
  constructor(
    readonly names: readonly string[],
    private readonly bytes: number,
    private readonly inputs: ProgramMatrix | undefined,
  ) {}

  /**
   * What a step needs. A matrix times zero is nothing, so that neither it nor what it alone was made for is computed: most inner steps of
   * a loop need no step of the optimiser that comes at its end.
   *
   * @param coefficients in the order of their names; more numbers may follow
   */
  listFor(coefficients: ArrayLike<number>): OperationList {
    let pattern = 0;
    for (let column = 0; column < Math.min(LOOKED_AT, this.names.length); column++) {
      pattern = 2 * pattern + (coefficients[column] === 0 ? 1 : 0);
    }
    const known = this.lists.get(pattern);
    if (known !== undefined) return known;
    const list = listOf(needed(this.operations, Array.from(coefficients).slice(0, LOOKED_AT)));
    this.lists.set(pattern, list);
    return list;
  }

  product(left: ProgramMatrix, right: ProgramMatrix): ProgramMatrix {
    return this.multiplied('product', left, right, [left.rows, right.cols, left.cols]);
  }

  productWithTransposed(left: ProgramMatrix, right: ProgramMatrix): ProgramMatrix {
    const { rows, cols } = right;
    const turned = this.room(cols, rows);
    this.write('transpose', [right], [turned], [rows, cols], 0, ENTRY_WORK * rows * cols);
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
    [rows, cols, inner]: readonly [rows: number, cols: number, inner: number],
  ): ProgramMatrix {
    const out = this.room(rows, cols);
    this.write(kind, [left, right], [out], [rows, cols, inner], 0, rows * cols * inner);
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

  /** An operation, on all entries of what it writes unless more is said. */
  private write(
    kind: Operation['kind'],
    reads: readonly ProgramMatrix[],
    writes: readonly ProgramMatrix[],
    integers: readonly number[],
    bytes = this.bytes * entriesOf(writes),
    work = ENTRY_WORK * entriesOf(writes),
  ): void {
    const places = (matrices: readonly ProgramMatrix[]) => matrices.map(({ place }) => place);
    this.operations.push({ kind, reads: places(reads), writes: places(writes), integers, bytes, work });
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

function entriesOf(matrices: readonly ProgramMatrix[]): number {
  return matrices.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
}

/** Operations on which something that lasts depends, sums of which one part vanishes as multiples of the other. */
function needed(operations: readonly Operation[], coefficients: readonly number[]): Operation[] {
  const wanted = new Set<Place>();
  const kept: Operation[] = [];
  for (const operation of operations.toReversed()) {
    if (!operation.writes.some((place) => place < 0 || wanted.has(place))) continue;
    const reduced = withoutVanishing(operation, coefficients);
    for (const place of reduced.reads) wanted.add(place);
    kept.push(reduced);
  }
  return kept.reverse();
}

function withoutVanishing(operation: Operation, coefficients: readonly number[]): Operation {
  if (operation.kind !== 'combination') return operation;
  const [[left, right], [a, b]] = [operation.reads, operation.integers];
  if (coefficients[b!] === 0) return { ...operation, kind: 'scaled', reads: [left!], integers: [a!] };
  if (coefficients[a!] === 0) return { ...operation, kind: 'scaled', reads: [right!], integers: [b!] };
  return operation;
}

/** Eight words for each: kind, where to, what of, up to three integers, bytes. */
function listOf(operations: readonly Operation[]): OperationList {
  const words = operations.flatMap(({ kind, reads, writes, integers, bytes }) => [
    KINDS.indexOf(kind),
    writes[0]!,
    reads[0]!,
    reads[1] ?? reads[0]!,
    ...[0, 1, 2].map((index) => integers[index] ?? 0),
    bytes,
  ]);
  return { words: Int32Array.from(words), work: operations.reduce((sum, { work }) => sum + work, 0) };
}
