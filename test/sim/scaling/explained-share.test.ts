import { describe, expect, test } from 'vitest';
import { explainedShare, type FittedLaw } from '../../../src/sim/scaling/fit-law.js';
import type { FittedSurfaces } from '../../../src/sim/scaling/fitted-surface.js';
import { chinchillaLaw } from '../../../src/sim/scaling/laws.js';
import { scalingVerdict } from '../../../src/sim/scenarios/shannon/checks.js';

/** A law that gives the same loss everywhere. */
const constant = (loss: number): FittedLaw => ({
  law: chinchillaLaw,
  parameters: [Math.log(loss), -60, 0, -60, 0],
  units: [0, 0],
  remainder: 0,
});
const at = (size: number, data: number, loss: number) => ({ size, data, loss });

describe('R² of ln loss', () => {
  test('by hand', () => {
    const points = [at(1, 1, 1), at(1, 2, Math.E ** 2)];
    // Mean 1, total 2; a law of ln L = 1 leaves 2, one of ln L = 0 leaves 4.
    expect(explainedShare([{ fit: constant(Math.E), points }])).toBeCloseTo(0, 12);
    expect(explainedShare([{ fit: constant(1), points }])).toBeCloseTo(-1, 12);
    const each = points.map((point) => ({ fit: constant(point.loss), points: [point] }));
    expect(explainedShare(each)).toBeCloseTo(1, 12);
  });

  test('is not defined without a spread', () => {
    expect(explainedShare([])).toBeNull();
    expect(explainedShare([{ fit: constant(1), points: [at(1, 1, 2)] }])).toBeNull();
  });
});

describe('the verdict on the Shannon law', () => {
  const range = { fitWidth: 1, fitTime: 1 };
  /** Losses e^0 inside, and beyond in width or in time; the law is off by so much of ln L in each place. */
  const fitted = (width: number, time: number): FittedSurfaces => ({
    law: chinchillaLaw,
    fits: [
      { snr: 1, fit: constant(1), points: [at(1, 1, 1)] },
      { snr: 2, fit: constant(Math.exp(width)), points: [at(2, 1, 1), at(2, 1, Math.E)] },
      { snr: 3, fit: constant(Math.exp(time)), points: [at(1, 2, 1), at(1, 2, Math.E)] },
    ],
  });

  test.each([
    ['agrees', fitted(0.5, 0.5), fitted(3, 3)],
    ['disagrees', fitted(3, 3), fitted(0.5, 0.5)],
    ['open in the linear model', fitted(0.5, 1), fitted(3, 0.5)],
    ['open in the linear model', fitted(1, 1), fitted(1, 1)],
  ] as const)('%s', (verdict, shannon, chinchilla) => {
    expect(scalingVerdict(shannon, chinchilla, range).verdict).toBe(verdict);
  });

  test('is open where nothing was held out', () => {
    const all = fitted(1, 1);
    const { verdict, reason } = scalingVerdict(all, all, { fitWidth: 9, fitTime: 9 });
    expect(verdict).toBe('open in the linear model');
    expect(reason).toContain('nothing');
  });
});
