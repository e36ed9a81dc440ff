/**
 * One gradient-descent step of one mode, exactly (T0): for an aligned balanced start, the step of size `rate` on
 * `‖W1W2 - A‖²` maps both factors `D` of the mode to `D - 2·rate·D·(D² - σ)`.
 *
 * @param factor the factor `D = √s` of the mode
 * @param sigma singular value `σ` of the task
 * @param rate learning rate `η`
 * @returns the factor after the step; it grows without bound where the rate is far above `1/(2σ)`
 */
export function descendFactor(factor: number, sigma: number, rate: number): number {
  return factor - 2 * rate * factor * (factor * factor - sigma);
}

/**
 * Gradient descent of all modes at once: one `descendFactor` per mode and rate.
 *
 * @param factors factors `D_i` at the start
 * @param sigmas singular values `σ_i` of the task, one per factor
 * @param rates learning rate of each step
 * @returns the factors after the last step, a new array
 * @throws RangeError where the numbers of factors and singular values differ
 */
export function descendFactors(
  factors: readonly number[],
  sigmas: readonly number[],
  rates: Iterable<number>,
): number[] {
  if (factors.length !== sigmas.length) throw new RangeError('one singular value is needed per factor');
  let current = [...factors];
  for (const rate of rates) {
    current = current.map((factor, index) => descendFactor(factor, sigmas[index] as number, rate));
  }
  return current;
}
