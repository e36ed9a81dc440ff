import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { drawnMatrix } from '../../../src/theory/claims/engine/draws.js';
import {
  explicitExcess,
  explicitLoss,
  meanOverSigns,
  weightsOf,
} from '../../../src/theory/claims/engine/explicit-loss.js';
import { gaussianSensitivity } from '../../../src/theory/claims/t1-sensitivity.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

const independent = { draw: 'independent', mean: 0 } as const;
/** `W1 = 2`, `W2 = 3`, `A = 5`. */
const scalar = { first: Matrix.eye(1, 1, 2), second: Matrix.eye(1, 1, 3), task: Matrix.eye(1, 1, 5) };
const unit = { first: 1, second: 1 };

describe('T1', () => {
  testClaim(gaussianSensitivity, { runs: samples(30), seed: 2 });

  test('needs noise that is independent and centred', () => {
    expect(hypothesisVerdicts(gaussianSensitivity)).toEqual({ independent: 'needed', centred: 'needed' });
  });
});

describe('the mean that T1 is judged by', () => {
  test('by hand, for one number per layer', () => {
    // E(2 + x)²E(3 + y)² - 2·5·6 + 25 - 1 = 5·10 - 36.
    expect(explicitExcess(scalar, unit, independent)).toBe(14);
    expect(explicitExcess(scalar, { first: 0, second: 2 }, independent)).toBe(16);
    // In step: (3·4 - 5)² and (1·2 - 5)² with equal chance.
    expect(explicitExcess(scalar, unit, { draw: 'in step', mean: 0 })).toBe((49 + 9) / 2 - 1);
    // Mean 1: the loss of weights 3 and 4 is 49, and their noise adds 9 + 16 + 1.
    expect(explicitExcess(scalar, unit, { draw: 'independent', mean: 1 })).toBe(49 + 26 - 1);
  });

  test.each([
    { rows: 2, hidden: 1, cols: 3 },
    { rows: 1, hidden: 3, cols: 2 },
    { rows: 2, hidden: 2, cols: 2 },
  ])('is the mean over all patterns of signs: $rows×$hidden×$cols', ({ rows, hidden, cols }) => {
    const network = {
      first: drawnMatrix(rows, hidden, 1),
      second: drawnMatrix(hidden, cols, 2000),
      task: drawnMatrix(rows, cols, 4000),
    };
    const layers = [network.first, network.second];
    const scales = weightsOf([Matrix.ones(rows, hidden).mul(0.7), Matrix.ones(hidden, cols).mul(1.3)]);
    const loss = explicitLoss(layers, network.task);
    const mean = meanOverSigns(loss, weightsOf(layers), scales);
    const excess = explicitExcess(network, { first: 0.7, second: 1.3 }, independent);
    // A few dozen roundings of a loss of the same size.
    expect(Math.abs(excess - (mean - loss(weightsOf(layers))))).toBeLessThan(1e-13 * mean);
  });
});
