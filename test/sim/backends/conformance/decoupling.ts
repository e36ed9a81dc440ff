import { describe, expect, test } from 'vitest';
import type { Backend, NetworkShape, OptimizedNetworks, Weights } from '../../../../src/sim/backends/backend.js';
import { uniformSource } from '../../../../src/sim/backends/random.js';
import {
  type Decoupling,
  decoupledRule,
  decoupledStart,
  withWeightDecay,
} from '../../../../src/sim/scenarios/decoupling/rules.js';
import { sphereStart } from '../../../../src/sim/scenarios/decoupling/train-cell.js';
import { adam, optimizerNamed } from '../../../../src/sim/training/optimizers.js';
import {
  decoupledOracle,
  flatWeights,
  layerShapes,
  type OracleSettings,
  rowsOf,
} from '../../../support/decoupled-oracle.js';
import { networkBatch } from '../../../support/network-cases.js';
import { fromNothing } from '../../../support/optimizer-oracle.js';
import { remembered, some } from '../../../support/sample-size.js';

/** Wide, tall and square layers: sums over rows and columns are made in another order in each. */
const SHAPES = [
  { rows: 3, hidden: 5, cols: 2 },
  { rows: 4, hidden: 2, cols: 6 },
];

const CASES = [
  ['adam', 'frobenius', 'both'],
  ['muon', 'frobenius', 'none'],
  ['muon', 'row', 'row'],
  ['adam', 'column', 'column'],
  ['gradient-descent', 'row', 'both'],
] as const;

const STEPS = 7;
const COUNT = 2;
const RADIUS = 1.3;
const RATES = Array.from({ length: STEPS }, (_, step) => 0.05 * (1 + 0.5 * Math.sin(step)));
const GAIN_RATES = Array.from({ length: STEPS }, (_, step) => 0.02 * (1 + 0.5 * Math.cos(step)));
const UNIT_ROUNDOFF = { f32: 2 ** -24, f64: 2 ** -53 } as const;

/** As in the suite of optimisers: the same for all backends of one precision. */
const once = remembered<{ readonly exact: Weights; readonly bound: number }>();

/** The part of the conformance suite about rules that set the weights themselves. */
export function decouplingConformance(open: () => Backend): void {
  describe.each(some(CASES, 1))('decoupled %s on %s spheres with gains %s', (base, sphere, gains) => {
    test.each(some(SHAPES, 1))('follows the update as it is written down, shape %o', async (shape) => {
      const settings = { base, sphere, gains, radius: RADIUS, rates: RATES, gainRates: GAIN_RATES };
      const decoupling = { ...settings, base: optimizerNamed(base) };
      const networks = startOf(shape, decoupling);
      const actual = await open().optimizeNetworks(networks, { optimizer: decoupledRule(decoupling), rates: RATES });
      const unit = UNIT_ROUNDOFF[open().precision];
      const longest = 2 * Math.max(shape.rows, shape.hidden, shape.cols) + 4;
      for (let at = 0; at < COUNT; at++) {
        const { exact, bound } = once(`${unit}, ${base}, ${sphere}, ${gains}, ${JSON.stringify(shape)}, ${at}`, () => {
          const exact = endOf(networks, settings, shape, at);
          // As in the suite of optimisers: sixteen runs whose results are moved by what an inner product may round by.
          const moved = Array.from({ length: 16 }, (_, replicate) => {
            const uniform = uniformSource(5, 'basis', replicate);
            const rounding = (value: number) => value * (1 + unit * longest * (2 * uniform() - 1));
            return largestDifference(endOf(networks, settings, shape, at, rounding), exact);
          });
          return { exact, bound: 4 * Math.max(...moved) };
        });
        // Of use: the steps themselves move the weights by a tenth and more.
        expect(bound).toBeLessThan(open().precision === 'f32' ? 1e-3 : 1e-11);
        expect(largestDifference(memberOf(actual, at), exact)).toBeLessThanOrEqual(bound);
      }
    });
  });

  test('weight decay takes its share of the weights before the step', async () => {
    const networks = fromNothing(networkBatch(SHAPES[0]!, 1, 4), adam.moments);
    const run = { optimizer: adam, rates: [0.05] };
    const plain = await open().optimizeNetworks(networks, run);
    const decayed = await open().optimizeNetworks(networks, { ...run, optimizer: withWeightDecay(adam, 0.5) });
    const scale = networks.rateScale[0]!;
    plain.first.forEach((value, index) => {
      const expected = value - scale * 0.05 * 0.5 * networks.first[index]!;
      expect(Math.abs(decayed.first[index]! - expected)).toBeLessThan(4 * UNIT_ROUNDOFF[open().precision]);
    });
  });
}

function startOf(shape: NetworkShape, decoupling: Decoupling): OptimizedNetworks {
  const starts = Array.from({ length: COUNT }, (_, at) => sphereStart(shape, decoupling.sphere, 9, at));
  const layer = (which: 'first' | 'second') =>
    Float64Array.from(starts.flatMap((start) => Array.from(start[which], (entry) => RADIUS * entry)));
  const moment = (which: 'first' | 'second', index: number) =>
    Float64Array.from(starts.flatMap((start) => Array.from(decoupledStart(decoupling, start[which])[index]!)));
  const { target } = networkBatch(shape, COUNT, 3);
  return {
    shape,
    count: COUNT,
    first: layer('first'),
    second: layer('second'),
    target,
    rateScale: new Float64Array(COUNT).fill(1),
    moments: Array.from({ length: decoupledRule(decoupling).moments }, (_, index) => ({
      first: moment('first', index),
      second: moment('second', index),
    })),
    taken: 0,
  };
}

function endOf(
  networks: OptimizedNetworks,
  settings: OracleSettings,
  shape: NetworkShape,
  at: number,
  rounding?: (value: number) => number,
): Weights {
  const start = sphereStart(shape, settings.sphere, 9, at);
  const [left, right] = layerShapes(shape);
  const size = shape.rows * shape.cols;
  const target = rowsOf(networks.target.subarray(at * size, (at + 1) * size), shape);
  const directions = [rowsOf(start.first, left), rowsOf(start.second, right)] as const;
  return flatWeights(decoupledOracle(directions, target, settings, rounding).at(-1)!, RADIUS);
}

function memberOf({ first, second }: Weights, at: number): Weights {
  const part = (values: Float64Array) => values.slice((at * values.length) / COUNT, ((at + 1) * values.length) / COUNT);
  return { first: part(first), second: part(second) };
}

function largestDifference(one: Weights, other: Weights): number {
  return Math.max(
    ...(['first', 'second'] as const).flatMap((layer) =>
      Array.from(one[layer], (value, index) => {
        const difference = Math.abs(value - other[layer][index]!);
        return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
      }),
    ),
  );
}
