/** Columns of a matrix that one-sided Jacobi rotations have made orthogonal, and the rotations. */
export interface OrthogonalColumns {
  /** The columns of `A V`: mutually orthogonal, in no particular order. */
  readonly columns: readonly (readonly number[])[];
  /** The columns of the orthogonal `V`. */
  readonly rotation: readonly (readonly number[])[];
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
  const columns = start.map((column) => [...column]);
  const rotation = start.map((_, index) => start.map((_column, row) => (row === index ? 1 : 0)));
  const tolerance = Number.EPSILON * Math.sqrt(start[0]?.length ?? 1);
  for (let sweep = 0, moved = true; moved && sweep < MOST_SWEEPS; sweep += 1) {
    moved = false;
    for (let left = 0; left < columns.length; left += 1) {
      for (let right = left + 1; right < columns.length; right += 1) {
        const alpha = dot(columns[left]!, columns[left]!);
        const beta = dot(columns[right]!, columns[right]!);
        const gamma = dot(columns[left]!, columns[right]!);
        if (Math.abs(gamma) <= tolerance * Math.sqrt(alpha) * Math.sqrt(beta)) continue;
        const zeta = (beta - alpha) / (2 * gamma);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        rotate(columns[left]!, columns[right]!, tangent);
        rotate(rotation[left]!, rotation[right]!, tangent);
        moved = true;
      }
    }
  }
  return { columns, rotation };
}

function rotate(left: number[], right: number[], tangent: number): void {
  const cos = 1 / Math.hypot(1, tangent);
  const sin = cos * tangent;
  for (let row = 0; row < left.length; row += 1) {
    const [onLeft, onRight] = [left[row]!, right[row]!];
    left[row] = cos * onLeft - sin * onRight;
    right[row] = sin * onLeft + cos * onRight;
  }
}

function dot(left: readonly number[], right: readonly number[]): number {
  let sum = 0;
  for (let row = 0; row < left.length; row += 1) sum += left[row]! * right[row]!;
  return sum;
}
