import { Matrix } from 'ml-matrix';
import { decay, NEGLIGIBLE_EXPONENT } from './mode.js';
import { squaredNorm } from './sensitivity.js';

/** Weights of a two-layer linear network `W = W1 W2`: `W1`, `p×h`, and `W2`, `h×q`. */
export interface Weights {
  readonly first: Matrix;
  readonly second: Matrix;
}

/**
 * The imbalance `ℓ` of weights that are λ-balanced, `W1ᵀW1 - W2W2ᵀ = ℓ I`, or null where they are not.
 *
 * `W1ᵀW1 - W2W2ᵀ` is conserved by gradient flow on any loss of the product `W1W2` (Du, Hu and Lee 2018). Weights with one
 * hidden unit are λ-balanced always; `ℓ > 0` needs `h ≤ p` and `ℓ < 0` needs `h ≤ q`.
 *
 * @param tolerance largest departure from `ℓ I`, in Frobenius norm, relative to `‖W1‖² + ‖W2‖²`
 * @returns `ℓ`; exactly 0 where it is within rounding of balanced weights
 */
export function imbalanceOf(first: Matrix, second: Matrix, tolerance = 1e-10): number | null {
  const size = Math.max(first.max(), -first.min(), second.max(), -second.min());
  if (size === 0) return 0;
  // Scaled to 1, so that the squares of tiny or huge weights count.
  const [scaledFirst, scaledSecond] = [Matrix.div(first, size), Matrix.div(second, size)];
  const scale = squaredNorm(scaledFirst) + squaredNorm(scaledSecond);
  const difference = imbalanceMatrix(scaledFirst, scaledSecond);
  const hidden = difference.rows;
  const mean = difference.trace() / hidden;
  const departure = Matrix.sub(difference, Matrix.eye(hidden, hidden, mean)).norm();
  if (!(departure <= tolerance * scale)) return null;
  return Math.abs(mean) <= 4 * Number.EPSILON * scale ? 0 : mean * size * size;
}

/** `W1ᵀW1 - W2W2ᵀ`, the `h×h` matrix that gradient flow conserves. */
export function imbalanceMatrix(first: Matrix, second: Matrix): Matrix {
  return Matrix.sub(first.transpose().mmul(first), second.mmul(second.transpose()));
}

/** The two scalar factors of one mode of a two-layer network, `s = first · second`; of any sign and size. */
export interface FactorPair {
  readonly first: number;
  readonly second: number;
}

/** Imbalance of a pair, `ℓ = first² - second²`, which gradient flow conserves (T0″). */
export function pairImbalance({ first, second }: FactorPair): number {
  return (first - second) * (first + second);
}

/** Speed of the product under gradient flow of `(ab - σ)²`: `ds/dt = 2(σ - s)√(ℓ² + 4s²) = 2(σ - s)(a² + b²)` (T0″). */
export function pairVelocity({ first, second }: FactorPair, sigma: number): number {
  return 2 * (sigma - first * second) * (first * first + second * second);
}

/**
 * Both factors at a time of gradient flow of `(ab - σ)²`, from any start (T0″; Saxe et al. 2014, Tarmoun et al. 2021).
 *
 * `M = (a + b)²` and `N = (a - b)²` satisfy `MN = ℓ²` and `dM/dt = ℓ² + 4σM - M²`, a Riccati equation with decay rate
 * `4κ`, `κ = √(σ² + ℓ²/4)`. With `E = e^{-4κt}`, `φ = (1 - E)/κ` and
 *
 *     A = E(1 + σ/κ) + (1 - σ/κ) + M0 φ/2,     B = E(1 - σ/κ) + (1 + σ/κ) + N0 φ/2,
 *
 * the solution is `M = M0 B/A`, `N = N0 A/B`: a hyperbolic rotation of `(a, b)` by the angle `½ ln(B/A)`. Only decaying
 * exponentials and sums of positive numbers appear, so that it is accurate for every `t ≥ 0` and factors of a size from
 * 1e-150 to 1e70. `ℓ = 0` with factors of one sign is the balanced mode; with opposite signs it is the saddle, which ends
 * at zero.
 */
export function pairAt(start: FactorPair, sigma: number, time: number): FactorPair {
  const { first, second } = start;
  const initial = sigma - first * second;
  if (time === 0 || (first === 0 && second === 0) || initial === 0) return start;
  if (sigma === 0 && pairImbalance(start) === 0) {
    const shrink = 1 / Math.sqrt(1 + 4 * first * first * time);
    return { first: first * shrink, second: second * shrink };
  }
  const { sumShare, differenceShare, elapsed } = shares(start, sigma, time);
  if (initial > 0 && Math.sign(first) * Math.sign(second) >= 0) {
    // The sine of the rotation has the exact factor σ - s, and all terms have one sign.
    const scale = Math.sqrt(sumShare) * Math.sqrt(differenceShare);
    const cosh = (sumShare + differenceShare) / 2 / scale;
    const sinh = (elapsed * initial) / scale;
    return { first: first * cosh + second * sinh, second: second * cosh + first * sinh };
  }
  // On the way into the saddle (opposite factors) the share vanishes, and its quotient overflows before that.
  const intoSaddle = first + second === 0 || sumShare === 0;
  const sum = intoSaddle ? 0 : (first + second) * Math.sqrt(differenceShare / sumShare);
  const difference = (first - second) * Math.sqrt(sumShare / differenceShare);
  const pair = { first: (sum + difference) / 2, second: (sum - difference) / 2 };
  if (initial > 0) return pair;
  // Above σ the smaller factor would suffer cancellation, but the product is known.
  const product = sigma - pairGap(start, sigma, time);
  return Math.abs(pair.first) >= Math.abs(pair.second)
    ? { first: pair.first, second: product / pair.first }
    : { first: product / pair.second, second: pair.second };
}

/**
 * What the product still lacks, `σ - ab`, with full relative accuracy at late times (T0″).
 *
 * With `M₊ = 2(σ + κ)`, the gap is `(1 + N/M₊)` times the gap `(M₊ - M)/4` of a balanced mode with `σ` replaced by `κ`.
 */
export function pairGap(start: FactorPair, sigma: number, time: number): number {
  const { first, second } = start;
  const initial = sigma - first * second;
  if (initial === 0 || (first === 0 && second === 0)) return initial;
  const rate = decayRate(start, sigma);
  if (rate === 0) return initial / (1 + 4 * first * first * time);
  const top = 2 * (sigma + rate);
  const raised = (first + second) ** 2 / 4 + pairImbalance(start) ** 2 / (4 * top);
  const share = decay({ sigma: rate, start: raised }, time);
  const { sumShare, differenceShare } = shares(start, sigma, time);
  const before = (first - second) ** 2 / top;
  const after = before * (sumShare / differenceShare);
  return initial * share * ((1 + after) / (1 + before));
}

/** `A`, `B` and `φ` of `pairAt`, for `κ > 0`. */
function shares(start: FactorPair, sigma: number, time: number) {
  const { first, second } = start;
  const rate = decayRate(start, sigma);
  const exponent = 4 * rate * time;
  const remaining = Math.exp(-exponent);
  const elapsed = exponent < NEGLIGIBLE_EXPONENT ? 4 * time : -Math.expm1(-exponent) / rate;
  const more = 1 + sigma / rate;
  const less = (pairImbalance(start) / (2 * rate)) ** 2 / more;
  return {
    sumShare: remaining * more + less + ((first + second) ** 2 * elapsed) / 2,
    differenceShare: remaining * less + more + ((first - second) ** 2 * elapsed) / 2,
    elapsed,
  };
}

/** `κ = √(σ² + ℓ²/4)`, a quarter of the rate at which the pair converges. */
function decayRate(start: FactorPair, sigma: number): number {
  return Math.hypot(sigma, pairImbalance(start) / 2);
}
