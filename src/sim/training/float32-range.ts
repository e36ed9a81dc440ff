/** Magnitudes that survive being cubed in float32. */
const LARGEST = 1e12;
const SMALLEST = 1e-36;

/**
 * Why numbers cannot be computed with in float32, or undefined where they can.
 *
 * @param largest largest singular value
 * @param smallest smallest factor above zero
 * @param what what the factors are, for the sentence
 */
export function outOfFloat32(largest: number, smallest: number, what: string): string | undefined {
  if (largest > LARGEST) return `singular values up to ${largest} overflow float32 when cubed`;
  if (smallest < SMALLEST) return `${what} of ${smallest.toExponential(1)} underflow float32`;
  return undefined;
}
