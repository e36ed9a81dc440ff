/** Between which values a loss must lie. */
export interface LossBracket {
  readonly least: number;
  readonly most: number;
}

/**
 * Pre-training losses that a network with this fine-tuning loss can have on the inputs that fine-tuning shows (T4-bracket):
 * from `(D - √L)²` (0 where `√L > D`) to `(D + √L)²`.
 *
 * @param distance D, Frobenius distance of the two tasks on these inputs
 * @param lossFt fine-tuning loss L, from 0
 */
export function lossBracket(distance: number, lossFt: number): LossBracket {
  const root = Math.sqrt(lossFt);
  return { least: Math.max(0, distance - root) ** 2, most: (distance + root) ** 2 };
}
