/** How much a curve rises from its least value to its last; null where one of its values is missing. */
export function riseOf(values: readonly number[]): number | null {
  const rise = (values.at(-1) ?? Number.NaN) - values.reduce((a, b) => Math.min(a, b), Infinity);
  return Number.isFinite(rise) ? rise : null;
}
