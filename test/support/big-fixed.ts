/**
 * Fixed-point arithmetic on BigInt, 2^-4096 apart: an oracle for closed forms far beyond double precision. Every double is
 * represented exactly; exponentials down to e^-2000 keep more than 1000 correct bits.
 */
const BITS = 4096n;
const ONE = 1n << BITS;

/** Exact value of a double. */
export function fixed(value: number): bigint {
  let mantissa = value;
  let bits = BITS;
  // Doubling is exact, and a double is an integer after at most 1074 doublings.
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    bits -= 1n;
  }
  return BigInt(mantissa) << bits;
}

export function multiply(left: bigint, right: bigint): bigint {
  return (left * right) >> BITS;
}

export function divide(numerator: bigint, denominator: bigint): bigint {
  return (numerator << BITS) / denominator;
}

/** `e^-x` for `x ≥ 0`: Taylor series after halving the argument 64 times, then squaring as often. */
export function expMinus(x: bigint): bigint {
  const halvings = 64n;
  const small = x >> halvings;
  let term = ONE;
  let sum = ONE;
  for (let n = 1n; term !== 0n; n += 1n) {
    term = -multiply(term, small) / n;
    sum += term;
  }
  for (let halving = 0n; halving < halvings; halving += 1n) sum = multiply(sum, sum);
  return sum;
}

/** Nearest double, up to one unit in the last place. */
export function toNumber(value: bigint): number {
  const magnitude = value < 0n ? -value : value;
  const surplus = BigInt(Math.max(0, magnitude.toString(2).length - 60));
  let result = Number(magnitude >> surplus);
  // Two exact scalings, because 2^(surplus - BITS) alone can be below the smallest double.
  const exponent = Number(surplus - BITS);
  const half = Math.trunc(exponent / 2);
  result = result * 2 ** half * 2 ** (exponent - half);
  return value < 0n ? -result : result;
}
