import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { fillGaussian, type Purpose } from '../../../../src/sim/backends/random.js';

function stream(length: number, seed = 1, purpose: Purpose = 'perturbation', replicate = 0): Float64Array {
  const values = new Float64Array(length);
  fillGaussian(values, seed, purpose, replicate);
  return values;
}

/** Standard normal distribution function, by the series of Marsaglia (2004): exact to double precision up to |x| = 7. */
function normalDistribution(x: number): number {
  let [sum, term] = [x, x];
  for (let i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

function moment(values: Float64Array, power: number): number {
  return values.reduce((sum, value) => sum + value ** power, 0) / values.length;
}

function correlation(x: Float64Array, y: Float64Array): number {
  const product = x.reduce((sum, value, index) => sum + value * y[index]!, 0);
  return product / x.length / Math.sqrt(moment(x, 2) * moment(y, 2));
}

const SIZE = 40_000;

describe('Gaussian noise', () => {
  test('has the moments of the standard normal', () => {
    const values = stream(SIZE, 20);
    // Standard errors of the first four moments of n normals: √(1/n), √(2/n), √(15/n), √(96/n); four of each.
    const deviations = [0, 1, 0, 3].map((exact, at) => moment(values, at + 1) - exact);
    const errors = [1, 2, 15, 96].map((variance) => Math.sqrt(variance / SIZE));
    deviations.forEach((deviation, at) => {
      expect(Math.abs(deviation)).toBeLessThan(4 * errors[at]!);
    });
  });

  test('has the distribution of the standard normal (Kolmogorov-Smirnov)', () => {
    const values = stream(SIZE, 21).sort();
    const distance = values.reduce((most, value, index) => {
      const exact = normalDistribution(value);
      return Math.max(most, (index + 1) / SIZE - exact, exact - index / SIZE);
    }, 0);
    // 1.63/√n is the critical value at 1 %; at a fixed seed the verdict never changes.
    expect(distance).toBeLessThan(1.63 / Math.sqrt(SIZE));
  });

  test('has no correlation between neighbours, which come from one block', () => {
    const values = stream(SIZE, 22);
    for (const lag of [1, 2, 3, 4]) {
      const r = correlation(values.subarray(0, SIZE - 4), values.subarray(lag, SIZE - 4 + lag));
      expect(Math.abs(r)).toBeLessThan(4 / Math.sqrt(SIZE - 4));
      const squares = values.map((value) => value * value - 1);
      const ofSquares = correlation(squares.subarray(0, SIZE - 4), squares.subarray(lag, SIZE - 4 + lag));
      expect(Math.abs(ofSquares)).toBeLessThan(4 / Math.sqrt(SIZE - 4));
    }
  });

  const others: readonly [string, number, Purpose, number][] = [
    ['next seed', 2, 'perturbation', 0],
    ['seed with another upper word', 1 + 2 ** 32, 'perturbation', 0],
    ['largest seed', 2 ** 53 - 1, 'perturbation', 0],
    ['basis', 1, 'basis', 0],
    ['shuffle', 1, 'shuffle', 0],
    ['gradient noise', 1, 'gradient noise', 0],
    ['next replicate', 1, 'perturbation', 1],
    ['replicate with another upper word', 1, 'perturbation', 2 ** 32],
  ];
  test.each(others)('is independent of the stream of another %s', (_, seed, purpose, replicate) => {
    const [one, other] = [stream(SIZE), stream(SIZE, seed, purpose, replicate)];
    for (const shift of [0, 1, 4]) {
      const r = correlation(one.subarray(shift), other.subarray(0, SIZE - shift));
      expect(Math.abs(r)).toBeLessThan(4 / Math.sqrt(SIZE - shift));
    }
  });

  test.prop([fc.nat(40), fc.nat(40), fc.maxSafeNat(), fc.maxSafeNat()])(
    'a longer array begins with the shorter one',
    (length, more, seed, replicate) => {
      const long = stream(length + more, seed, 'perturbation', replicate);
      expect(long.slice(0, length)).toEqual(stream(length, seed, 'perturbation', replicate));
      expect(long.every(Number.isFinite)).toBe(true);
    },
  );

  test('overwrites what was there, in float32 too', () => {
    const filled = new Float64Array(7).fill(9);
    fillGaussian(filled, 1, 'perturbation', 0);
    expect(filled).toEqual(stream(7));
    const single = new Float32Array(7);
    fillGaussian(single, 1, 'perturbation', 0);
    expect(single).toEqual(Float32Array.from(stream(7)));
  });
});
