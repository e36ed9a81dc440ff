/**
 * How long the roundings of one stored number go the same way.
 *
 * A stored number is on the grid of its precision, so that rounding `w − c` to the grid depends on nothing but where the change c
 * lies between two points of it: the same change makes the same error again. Two roundings are independent only once the change has
 * drifted by a spacing of the grid, after `spacing / |Δc|` steps; and where it drifts by about a whole number of spacings with every
 * step, which again makes the same error, only once that drift itself has moved by one, after `√(spacing / |Δ²c|)` steps (van der
 * Corput's two tests for sums over a phase). The longer of the two is the memory L of the roundings, 1 at least. A correlation
 * of `1 − 1/L` from each step to the next sums up to `2L − 1` equal roundings, at the scale of L and at any number of steps.
 */
export class RoundingMemory {
  private readonly latest: Float64Array;
  private readonly drift: Float64Array;
  /** Changes seen so far, in an array so that it is kept and restored with the others. */
  private readonly seen = new Float64Array(1);

  /** @param count numbers whose changes are followed */
  constructor(count: number) {
    this.latest = new Float64Array(count);
    this.drift = new Float64Array(count);
  }

  /** Everything that a step changes. */
  get state(): readonly Float64Array[] {
    return [this.latest, this.drift, this.seen];
  }

  /**
   * Takes in the changes of a step and returns the correlation of its roundings with those of the step before, from 0 to 1.
   *
   * @param changes of orthogonal directions of the stored numbers, so that their Euclidean norm is that of the numbers
   * @param spacing of the grid, as a norm over all stored numbers
   */
  correlation(changes: Float64Array, spacing: number): number {
    const { latest, drift, seen } = this;
    let squaredDrift = 0;
    let squaredBend = 0;
    for (let index = 0; index < changes.length; index++) {
      const moved = changes[index]! - latest[index]!;
      squaredDrift += moved * moved;
      squaredBend += (moved - drift[index]!) ** 2;
      drift[index] = moved;
      latest[index] = changes[index]!;
    }
    // The first change has none before it, the second no drift: what is not known is taken not to move.
    seen[0]!++;
    if (seen[0]! < 3) return 1;
    const [moved, bent] = [Math.sqrt(squaredDrift), Math.sqrt(squaredBend)];
    const steps = Math.max(spacing / moved, Math.sqrt(spacing / bent));
    return steps > 1 ? 1 - 1 / steps : 0;
  }
}
