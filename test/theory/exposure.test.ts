import { describe, expect, test } from 'vitest';
import { coveredValue, exposureThreshold, mixedMode, retainedRise } from '../../src/theory/exposure.js';

describe('modes that data cover in part', () => {
  test('a mixture adds covariances and averages singular values by them', () => {
    const mixed = mixedMode({ sigma: 1, covariance: 3 }, { sigma: 5, covariance: 1 }, 0.25);
    expect(mixed.covariance).toBe(2.5);
    expect(mixed.sigma).toBeCloseTo((2.25 * 1 + 0.25 * 5) / 2.5, 15);
    expect(mixedMode({ sigma: 2, covariance: 0 }, { sigma: 3, covariance: 0 }, 0.5)).toEqual({
      sigma: 0,
      covariance: 0,
    });
    for (const share of [-0.1, 1.1, Number.NaN]) {
      expect(() => mixedMode({ sigma: 1, covariance: 1 }, { sigma: 1, covariance: 1 }, share)).toThrow('mixes');
    }
  });

  test('what no data show stays, and time runs as fast as the covariance', () => {
    expect(coveredValue({ sigma: 3, covariance: 0 }, 0.2, Infinity)).toBe(0.2);
    const textbook = 3 / (1 + (3 / 0.2 - 1) * Math.exp(-4 * 3 * 0.5 * 0.3));
    expect(coveredValue({ sigma: 3, covariance: 0.5 }, 0.2, 0.3)).toBeCloseTo(textbook, 14);
  });

  test('the threshold is ln(σ/s0 − 1)/(4cσT)', () => {
    const expected = Math.log(2 / 0.01 - 1) / (4 * 0.5 * 2 * 7);
    expect(exposureThreshold({ sigma: 2, start: 0.01 }, 0.5, 7)).toBeCloseTo(expected, 14);
  });

  test('the rise counts only what fine-tuning shows', () => {
    const seen = (sigma: number, covariance: number) => ({ sigma, covariance });
    const modes = [
      { start: 2, postTraining: seen(2, 0.5), fineTuning: seen(1, 3) },
      { start: 1, postTraining: seen(4, 2), fineTuning: seen(3, 1) },
      { start: 0.1, postTraining: seen(4, 2), fineTuning: seen(9, 0) },
    ];
    expect(retainedRise(modes)).toBeCloseTo(0.5 * 1 + 2 * (1 - 9), 14);
  });
});
