/**
 * A request that cannot be met, in the one line that a user needs: which option, what value, what is allowed.
 *
 * Every layer throws this same error for bad input, so that the command line can print `message` as it stands
 * and exit with code 2. Anything else that is thrown is a defect of ours.
 */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';

  /**
   * @param option name of the option or parameter as the user writes it, such as `tau` or `--backend`
   * @param value what was given; undefined where nothing was
   * @param allowed what is allowed, as the end of the sentence "expected …"
   */
  constructor(
    readonly option: string,
    readonly value: unknown,
    readonly allowed: string,
  ) {
    super(
      `${option}: ${value === undefined ? 'missing' : `${displayValue(value)} is not allowed`}; expected ${allowed}`,
    );
  }
}

/** Throws an `InvalidInputError` about an option unless its value is valid. */
export function requireInput(valid: boolean, option: string, value: unknown, allowed: string): asserts valid {
  if (!valid) throw new InvalidInputError(option, value, allowed);
}

const LONGEST_DISPLAY = 60;

/** One line of at most 60 characters for any value, with control characters made visible. */
function displayValue(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : plainText(value);
  return text.length <= LONGEST_DISPLAY ? text : `${text.slice(0, LONGEST_DISPLAY - 1)}…`;
}

/** A value as JSON, but with the numbers that JSON does not have: `[NaN,Infinity]`. */
export function plainText(value: unknown): string {
  try {
    return written(value);
  } catch {
    return typeof value;
  }
}

function written(value: unknown): string {
  if (typeof value === 'number' || value === undefined || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  return JSON.stringify(value) ?? String(value);
}

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
