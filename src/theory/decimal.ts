const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A decimal number from text, blanks around it ignored. `Number` alone would read '' as 0 and '0x10' as 16.
 *
 * @returns the number, `Infinity` where it overflows, NaN where the text is no decimal number
 */
export function readDecimal(text: string): number {
  const trimmed = text.trim();
  return DECIMAL.test(trimmed) ? Number(trimmed) : Number.NaN;
}
