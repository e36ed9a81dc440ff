/** Columns of a matrix that one-sided Jacobi rotations have made orthogonal, and the rotations. */
export interface OrthogonalColumns {
  /** The columns of `A V`: mutually orthogonal, in no particular order. */
  readonly columns: readonly Float64Array[];
  /** The columns of the orthogonal `V`. */
  readonly rotation: readonly Float64Array[];
}

const MOST_SWEEPS = 60;

/**
 * Rotates pairs of columns until all are orthogonal: one-sided Jacobi (Hestenes 1958), from which the singular value
 * decomposition can be read off. Unlike the methods that go through a bidiagonal form it keeps zero blocks exactly, and small
 * columns and small rotations (down to ε) to full *relative* accuracy (Demmel and Veselić 1992). Gradient flow needs that: it multiplies a
 * direction that is nearly absent from the start by any power.
 *
 * @param start the columns, of one length; entries at most about 1 in size, so that squares stay finite; not changed
 */
export function orthogonalizeColumns(start: readonly (readonly number[])[]): OrthogonalColumns {
  const columns = listOf(start);
  const rotation = listOf(start.map((_, index) => start.map((_column, row) => (row === index ? 1 : 0))));
  rotateUntilOrthogonal(columns, rotation);
  return { columns: vectorsOf(columns), rotation: vectorsOf(rotation) };
}

/**
 * The columns alone, the same to the last bit, for those who need no more than their lengths.
 *
 * @param start as for `orthogonalizeColumns`
 */
export function orthogonalColumns(start: readonly (readonly number[])[]): readonly Float64Array[] {
  const columns = listOf(start);
  rotateUntilOrthogonal(columns, undefined);
  return vectorsOf(columns);
}

/** Vectors of one length, one after the other: as arrays of their own they would cost more than the arithmetic. */
interface VectorList {
  readonly count: number;
  readonly length: number;
  readonly entries: Float64Array;
}

function listOf(vectors: readonly (readonly number[])[]): VectorList {
  const count = vectors.length;
  const length = vectors[0]?.length ?? 0;
  const entries = new Float64Array(count * length);
  for (let index = 0; index < count; index += 1) {
    const vector = vectors[index]!;
    for (let row = 0; row < length; row += 1) entries[index * length + row] = vector[row]!;
  }
  return { count, length, entries };
}

function vectorsOf({ count, length, entries }: VectorList): Float64Array[] {
  return Array.from({ length: count }, (_, index) => entries.subarray(index * length, (index + 1) * length));
}

/** Rotates the columns in place, and the vectors of `rotation` with them. */
function rotateUntilOrthogonal(columns: VectorList, rotation: VectorList | undefined): void {
  const { count, length, entries } = columns;
  const tolerance = Number.EPSILON * Math.sqrt(length);
  for (let sweep = 0, moved = true; moved && sweep < MOST_SWEEPS; sweep += 1) {
    moved = false;
    for (let left = 0; left < count; left += 1) {
      for (let right = left + 1; right < count; right += 1) {
        let alpha = 0;
        let beta = 0;
        let gamma = 0;
        for (let row = 0; row < length; row += 1) {
          const onLeft = entries[left * length + row]!;
          const onRight = entries[right * length + row]!;
          alpha += onLeft * onLeft;
          beta += onRight * onRight;
          gamma += onLeft * onRight;
        }
        if (Math.abs(gamma) <= tolerance * Math.sqrt(alpha) * Math.sqrt(beta)) continue;
        const zeta = (beta - alpha) / (2 * gamma);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        rotate(columns, left, right, tangent);
        if (rotation !== undefined) rotate(rotation, left, right, tangent);
        moved = true;
      }
    }
  }
}

function rotate({ length, entries }: VectorList, left: number, right: number, tangent: number): void {
  const cos = 1 / Math.hypot(1, tangent);
  const sin = cos * tangent;
  for (let row = 0; row < length; row += 1) {
    const onLeft = entries[left * length + row]!;
    const onRight = entries[right * length + row]!;
    entries[left * length + row] = cos * onLeft - sin * onRight;
    entries[right * length + row] = sin * onLeft + cos * onRight;
  }
}
