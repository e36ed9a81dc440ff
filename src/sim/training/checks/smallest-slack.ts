/**
 * The worst of many comparisons: the one whose margin leaves the least once its tolerance is added. A margin that is not
 * a number is the worst there can be and is kept, so that no later comparison hides it.
 */
export class SmallestSlack {
  /** How many comparisons were made. */
  comparisons = 0;
  margin = Infinity;
  tolerance = 0;

  /** Whether this comparison is the worst so far. */
  add(margin: number, tolerance: number): boolean {
    this.comparisons++;
    if (Number.isNaN(this.margin) || margin + tolerance >= this.margin + this.tolerance) return false;
    this.margin = margin;
    this.tolerance = tolerance;
    return true;
  }
}
