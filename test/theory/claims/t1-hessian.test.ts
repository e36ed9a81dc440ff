import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { explicitLoss, hessianOf, weightsOf } from '../../../src/theory/claims/engine/explicit-loss.js';
import { hessianOfSensitivity } from '../../../src/theory/claims/t1-sensitivity.js';
import { hessianTrace } from '../../../src/theory/sensitivity.js';
import { testClaim } from '../../../src/vitest.js';
import { samples } from '../../support/sample-size.js';

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
