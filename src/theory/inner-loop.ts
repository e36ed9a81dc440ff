import type { Weights } from './balance.js';
import { type Source, sourceGradient, sourceHessianProduct } from './source-gradients.js';
import { plusTimes, sumOfWeights, timesWeights, weightNorm, weightProduct } from './weight-space.js';

/** What an inner loop over sources does to the weights, to second order in its step, and what that has to do with similarity. */
export interface InnerLoopTerms {
  /** Sum over all pairs of sources of the cosine between their gradients, `C = Σ_{j<k} ĝ_j·ĝ_k`. */
  readonly similarity: number;
  /** `Σ ĝ_k`: the loop moves by `−γ` times this. */
  readonly gradients: Weights;
  /** `Σ_{j≠k} J_kĝ_j`: averaged over an order of the sources and its reverse, the loop moves by `γ²/2` times this, too. */
  readonly secondOrder: Weights;
  /** `∇C`, of which `secondOrder` is not quite the same. */
  readonly ascent: Weights;
  /** `secondOrder − ∇C = Σ_k ((ĝ_k·u_k)H_kĝ_k − (ĝ_kᵀH_ku_k)ĝ_k)/|g_k|` with `u_k = Σ_{j≠k} ĝ_j`. */
  readonly missing: Weights;
}

/**
 * Terms of one inner loop along normalised gradients `ĝ_k = g_k/|g_k|` (T0-nexus), with `J_k = (I − ĝ_kĝ_kᵀ)H_k/|g_k|` the
 * derivative of ĝ_k.
 *
 * @param weights from which the loop starts
 * @param sources at least two; where the gradient of one vanishes everything is NaN
 */
export function innerLoopTerms(weights: Weights, sources: readonly Source[]): InnerLoopTerms {
  const gradients = sources.map((source) => sourceGradient(weights, source));
  const norms = gradients.map(weightNorm);
  const units = gradients.map((gradient, at) => timesWeights(1 / norms[at]!, gradient));
  const all = sumOfWeights(units);
  const parts = sources.map((source, at) => {
    const unit = units[at]!;
    const others = plusTimes(all, -1, unit);
    const overNorm = (direction: Weights) =>
      timesWeights(1 / norms[at]!, sourceHessianProduct(weights, source, direction));
    const along = overNorm(unit);
    const moved = overNorm(others);
    const shared = weightProduct(unit, others);
    const pull = weightProduct(unit, moved);
    return {
      similarity: shared / 2,
      secondOrder: plusTimes(moved, -pull, unit),
      ascent: plusTimes(moved, -shared, along),
      missing: () => plusTimes(timesWeights(shared, along), -pull, unit),
    };
  });
  const sum = (key: 'secondOrder' | 'ascent') => sumOfWeights(parts.map((part) => part[key]));
  return {
    similarity: parts.reduce((total, part) => total + part.similarity, 0),
    gradients: all,
    secondOrder: sum('secondOrder'),
    ascent: sum('ascent'),
    // Wanted by the claim alone, not of every network that is looked at.
    get missing() {
      return sumOfWeights(parts.map((part) => part.missing()));
    },
  };
}
