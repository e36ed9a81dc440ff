/**
 * Standard error of a quantity by the jackknife over groups of draws, `√((G − 1)/G Σ (x_g − x̄)²)`: it serves quantities
 * that are no means, such as the time at which a mean curve is least.
 *
 * @param withoutGroup the quantity as it comes out without each of G ≥ 2 groups of equal size
 */
export function jackknifeError(withoutGroup: readonly number[]): number {
  const count = withoutGroup.length;
  // Against one of them, so that equal values have no error at all.
  const offsets = withoutGroup.map((value) => value - withoutGroup[0]!);
  const mean = offsets.reduce((sum, value) => sum + value, 0) / count;
  const squares = offsets.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(((count - 1) / count) * squares);
}
