import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/theory/claims/engine/claim.js';
import { drawnMatrix } from '../../../src/theory/claims/engine/draws.js';
import {
  explicitExcess,
  explicitLoss,
  hessianOf,
  meanOverSigns,
  weightsOf,
} from '../../../src/theory/claims/engine/explicit-loss.js';
import {
  deepNetwork,
  gaussianSensitivity,
  hessianOfSensitivity,
  unequalNoise,
} from '../../../src/theory/claims/t1-sensitivity.js';
import { expectedExcess, expectedExcessDeep, hessianTrace } from '../../../src/theory/sensitivity.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { gaussianMatrix, seededRandom } from '../../support/random-matrices.js';
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

describe('T1-unequal', () => {
  testClaim(unequalNoise, { runs: samples(30), seed: 2 });

  test('needs noise that is independent and centred', () => {
    expect(hypothesisVerdicts(unequalNoise)).toEqual({ independent: 'needed', centred: 'needed' });
  });

  test('noise on one layer alone meets the other layer and nothing else', () => {
    const network = { rows: 2, hidden: 3, cols: 5, seed: 4, firstSize: 0, secondSize: 10, taskSize: 1 };
    const noise = { draw: 'independent', mean: 0 } as const;
    const onFirst = evaluate(unequalNoise, { network, firstGamma: 1, secondGamma: 0, noise });
    const onSecond = evaluate(unequalNoise, { network, firstGamma: 0, secondGamma: 1, noise });
    expect(onFirst.right.value).toBeGreaterThan(100);
    expect(onSecond.right.value).toBe(0);
    expect(onSecond.left.value).toBe(0);
  });
});

const noise = { draw: 'independent', mean: 0 } as const;

describe('T1-depth', () => {
  testClaim(deepNetwork, { runs: samples(30), seed: 2 });

  test('needs noise that is independent and centred', () => {
    expect(hypothesisVerdicts(deepNetwork)).toEqual({ independent: 'needed', centred: 'needed' });
  });

  test('a product of pure noise has the squared norm γ^{2L} times all widths, as is known of Gaussian matrices', () => {
    const layers = [2, 3, 4, 5].map((rows) => ({ rows, size: 0, gamma: 0.5 }));
    const { left, right } = evaluate(deepNetwork, { layers, cols: 6, taskSize: 1, seed: 0, sameNoise: true, noise });
    expect(left.value).toBe(0.5 ** 8 * (2 * 3 * 4 * 5 * 6));
    expect(right.value).toBe(left.value);
  });

  test('with one layer is γ² per entry, with two the identity for two layers', () => {
    const random = seededRandom(3);
    const [first, second] = [gaussianMatrix(3, 2, random), gaussianMatrix(2, 4, random)];
    expect(expectedExcessDeep([first], 2)).toBe(4 * 6);
    const two = expectedExcess(first, second, { first: 0.3, second: 2 });
    // Both are sums of a few dozen positive products.
    expect(Math.abs(expectedExcessDeep([first, second], [0.3, 2]) - two)).toBeLessThan(1e-14 * two);
  });
});

describe('T1-hessian', () => {
  testClaim(hessianOfSensitivity, { runs: samples(30), seed: 2 });

  test('by hand, for one number per layer: the trace 2(a² + b²) forgets the task, the mixed derivative does not', () => {
    const layers = [Matrix.eye(1, 1, 2), Matrix.eye(1, 1, 3)];
    for (const target of [0, 5, -7]) {
      const hessian = hessianOf(explicitLoss(layers, Matrix.eye(1, 1, target)), weightsOf(layers), 1);
      expect(hessian.to2DArray()).toEqual([
        [18, 4 * 6 - 2 * target],
        [4 * 6 - 2 * target, 8],
      ]);
    }
    expect(hessianTrace(layers[0]!, layers[1]!)).toBe(26);
  });
});
