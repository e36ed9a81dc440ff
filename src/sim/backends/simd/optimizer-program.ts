/**
 * A matrix that a program works with: an offset in the room that each thread has of its own, or below zero, −1 − n, the n-th of those that
 * last, which every network has.
 */
export type Place = number;

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

export interface Operation {
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

/** The operations of any step of an optimiser; which of them a step needs depends on which of its coefficients vanish. */
export class OptimizerProgram {
  private readonly lists = new Map<number, OperationList>();

  /**
   * @param operations in their order; what one of them writes in the room no other writes
   * @param names of the coefficients, in the order of their columns
   * @param constants numbers that every step has behind its coefficients
   * @param roomBytes what a thread needs for all matrices that do not last
   */
  constructor(
    private readonly operations: readonly Operation[],
    readonly names: readonly string[],
    readonly constants: readonly number[],
    readonly roomBytes: number,
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
