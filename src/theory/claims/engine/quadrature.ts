const POINTS = 16;

interface Node {
  /** Position on [-1, 1]. */
  readonly at: number;
  readonly weight: number;
}

/** The 16-point Gauss–Legendre rule on [-1, 1]: roots of `P_16` by Newton's method. */
const nodes: readonly Node[] = Array.from({ length: POINTS }, (_, index) => {
  let at = Math.cos((Math.PI * (index + 0.75)) / (POINTS + 0.5));
  let { value, slope } = legendre(at);
  for (let iteration = 0; iteration < 10; iteration++) {
    at -= value / slope;
    ({ value, slope } = legendre(at));
  }
  return { at, weight: 2 / ((1 - at * at) * slope * slope) };
});

/** `P_16` and its derivative by the three-term recurrence. */
function legendre(at: number): { value: number; slope: number } {
  let [previous, value] = [1, at];
  for (let degree = 2; degree <= POINTS; degree++) {
    [previous, value] = [value, ((2 * degree - 1) * at * value - (degree - 1) * previous) / degree];
  }
  return { value, slope: (POINTS * (at * value - previous)) / (at * at - 1) };
}

/**
 * `∫ f` over one panel by 16-point Gauss–Legendre quadrature: exact to rounding for functions that are analytic within three
 * times the panel about its middle.
 *
 * @param integrand the function `f`
 * @param from lower end
 * @param to upper end
 */
export function panelIntegral(integrand: (at: number) => number, from: number, to: number): number {
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  return half * nodes.reduce((sum, { at, weight }) => sum + weight * integrand(middle + half * at), 0);
}
