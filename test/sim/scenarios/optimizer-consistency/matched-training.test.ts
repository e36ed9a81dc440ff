import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { ReferenceBackend } from '../../../../src/sim/backends/reference-backend.js';
import {
  type MatchedTraining,
  trainMatched,
} from '../../../../src/sim/scenarios/optimizer-consistency/matched-training.js';
import { optimizerNamed } from '../../../../src/sim/training/optimizers.js';
import { fromNothing, optimizerOracle } from '../../../support/optimizer-oracle.js';
import { orthonormalColumns, seededRandom } from '../../../support/random-matrices.js';

const shape = { rows: 4, hidden: 3, cols: 5 };
const random = seededRandom(11);
const draw = (size: number, scale: number) => Float64Array.from({ length: size }, () => scale * (2 * random() - 1));
const target = draw(20, 1);
const seen = orthonormalColumns(5, 3, random);
const data = seen.mmul(seen.transpose());
const starts = [0, 1, 2].map(() => ({ first: draw(12, 0.5), second: draw(15, 0.5) }));

function lossOf({ first, second }: { first: Float64Array; second: Float64Array }): number {
  const product = Matrix.from1DArray(4, 3, first).mmul(Matrix.from1DArray(3, 5, second));
  return (
    product
      .sub(Matrix.from1DArray(4, 5, target))
      .mmul(data)
      .norm() ** 2
  );
}

function training(name: string, goal: number, patience = 5000): MatchedTraining {
  return {
    shape,
    optimizer: optimizerNamed(name),
    rate: 0.01,
    target,
    inputs: Float64Array.from(data.to1DArray()),
    patience,
    isThere: (layers) => lossOf(layers) <= goal,
  };
}

describe('training to a matched loss', () => {
  test.each(['gradient-descent', 'adam', 'sign-descent', 'muon'])(
    '%s is stopped within the step that reaches it, along the path of its own recurrence',
    async (name) => {
      const goal = 0.5 * Math.min(...starts.map(lossOf));
      const found = await trainMatched(new ReferenceBackend(), starts, training(name, goal));
      found.forEach(({ layers, steps }, at) => {
        const whole = Math.ceil(steps!) - 1;
        const part = steps! - whole;
        const batch = { shape, count: 1, ...starts[at]!, target, rateScale: Float64Array.of(1) };
        const path = (last: number) => {
          const rates = [...new Array<number>(whole).fill(0.01), 0.01 * last];
          const inputs = Float64Array.from(rates.flatMap(() => data.to1DArray()));
          const optimizer = optimizerNamed(name);
          return optimizerOracle(fromNothing(batch, optimizer.moments), { optimizer, rates, inputs });
        };
        const exact = path(part);
        // Float64 through some hundred steps; orthogonalisation and roots keep nine digits.
        exact.first.forEach((value, index) => {
          expect(Math.abs(value - layers.first[index]!)).toBeLessThan(1e-8);
        });
        expect(lossOf(exact)).toBeLessThanOrEqual(goal + 1e-7);
        expect(lossOf(path(part - 2 ** -10))).toBeGreaterThan(goal - 1e-7);
      });
    },
  );

  test('a network that is there is left alone, one that does not get there is given up', async () => {
    const [there] = await trainMatched(new ReferenceBackend(), starts, training('adam', Infinity));
    expect(there).toEqual({ layers: starts[0], steps: 0 });
    const given = await trainMatched(new ReferenceBackend(), starts, training('adam', 0, 64));
    for (const { steps } of given) expect(steps).toBeUndefined();
  });
});
