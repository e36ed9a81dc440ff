/** Terms of the power series are below `(2π)^-n`. */
const SERIES_TERMS = 26;

const NEGLIGIBLE = 2 ** -60;

/**
 * `∫ e^{-bx}/(e^x - 1) dx` over an interval beyond 1, by the geometric series `Σ_m e^{-(m+b)x}`.
 *
 * @param end upper end of the interval
 * @param way length of the interval; `end - way ≥ 1`
 * @param exponent `b`, above -1 and below 1
 */
export function farIntegral(end: number, way: number, exponent: number): number {
  const begin = end - way;
  let sum = 0;
  for (let rate = 1 + exponent; ; rate += 1) {
    const term = (Math.exp(-rate * begin) * -Math.expm1(-rate * way)) / rate;
    sum += term;
    if (term <= NEGLIGIBLE * sum) return sum;
  }
}

/**
 * `∫ e^{-bx}/(e^x - 1) dx` over an interval within 1, by the series `x e^{-bx}/(e^x - 1) = Σ_n B_n(-b) x^n/n!` with the
 * Bernoulli polynomials, which converges within 2π.
 *
 * @param end upper end of the interval, above 0 and at most 1
 * @param shrinkage logarithm of the ratio of the ends, from 0: the lower end is `end · e^{-shrinkage}`
 * @param exponent `b`, above -1 and below 1
 */
export function nearIntegral(end: number, shrinkage: number, exponent: number): number {
  const coefficients = bernoulliCoefficients(-exponent);
  let sum = shrinkage;
  for (let n = 1; n < SERIES_TERMS; n += 1) {
    sum += ((coefficients[n] as number) * end ** n * -Math.expm1(-n * shrinkage)) / n;
  }
  return sum;
}

/** `B_n(x)/n!` for `n < SERIES_TERMS`, from `Σ_{k≤n} (B_k(x)/k!)/(n+1-k)! = x^n/n!`. */
function bernoulliCoefficients(x: number): number[] {
  const coefficients: number[] = [];
  let power = 1;
  for (let n = 0; n < SERIES_TERMS; n += 1) {
    let value = power;
    let inverseFactorial = 1;
    for (let k = n - 1; k >= 0; k -= 1) {
      inverseFactorial /= n + 1 - k;
      value -= (coefficients[k] as number) * inverseFactorial;
    }
    coefficients.push(value);
    power *= x / (n + 1);
  }
  return coefficients;
}
