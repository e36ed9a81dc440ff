/**
 * A number for reading: at most `digits` significant digits, plain between 1e-4 and 1e6, with an exponent beyond.
 * Integers up to seven digits keep them all.
 */
export function readableNumber(value: number, digits = 4): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e6) return String(Number(value.toPrecision(digits)));
  return value
    .toExponential(digits - 1)
    .replace(/\.?0*e/, 'e')
    .replace('e+', 'e');
}
