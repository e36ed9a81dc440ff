import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/sim/backends/backend.js';
import { innerLoop } from '../../../../src/sim/backends/optimizer.js';
import { uniformSource } from '../../../../src/sim/backends/random.js';
import { optimizerNamed } from '../../../../src/sim/training/optimizers.js';
import { networkBatch } from '../../../support/network-cases.js';
import { type OracleNetwork, oracleStep } from '../../../support/nexus-oracle.js';
import { fromNothing, nested, type Rounding } from '../../../support/optimizer-oracle.js';
import { remembered, some } from '../../../support/sample-size.js';

const CASES = [
  { base: 'gradient-descent', shape: { rows: 4, hidden: 3, cols: 5 }, sources: 3, innerStep: 0.2 },
  { base: 'gradient-descent', shape: { rows: 2, hidden: 2, cols: 2 }, sources: 1, innerStep: 0.2 },
  { base: 'momentum', shape: { rows: 3, hidden: 3, cols: 3 }, sources: 2, innerStep: 0 },
  { base: 'adam', shape: { rows: 5, hidden: 5, cols: 5 }, sources: 4, innerStep: 0.1 },
  { base: 'muon', shape: { rows: 4, hidden: 4, cols: 4 }, sources: 2, innerStep: 0.3 },
] as const;

/** Steps of the base optimiser; their inner steps take more than one launch. */
const OUTER = 7;
const NETWORKS = 2;
const RATE = 0.02;
const UNIT_ROUNDOFF = { f32: 2 ** -24, f64: 2 ** -53 } as const;

/** As in the suite of optimisers: the same for all backends of one precision. */
const once = remembered<{ readonly exact: readonly number[]; readonly bound: number }>();

/** The part of the conformance suite about optimisers that are made of an inner loop. */
export function innerLoopConformance(open: () => Backend): void {
  describe('optimizeNetworks with an inner loop', () => {
    test.each(some(CASES, 2))('of $base over $sources sources, step $innerStep', async (one) => {
      const { base, shape, sources, innerStep } = one;
      const optimizer = innerLoop({ base: optimizerNamed(base), sources, innerStep, rate: RATE });
      const batch = { ...networkBatch(shape, NETWORKS, 21), rateScale: new Float64Array(NETWORKS).fill(1) };
      const networks = fromNothing(batch, optimizer.moments);
      const size = shape.cols ** 2;
      const inputs = new Float64Array(OUTER * sources * NETWORKS * size);
      inputs.forEach((_, index) => {
        const [row, column] = [Math.floor(index / shape.cols) % shape.cols, index % shape.cols];
        inputs[index] = (row === column ? 1 : 0) + 0.3 * Math.sin(Math.floor(index / size) + row + column);
      });
      const trained = (network: number, rounding?: Rounding) => {
        const layer = (values: Float64Array, rows: number, cols: number) => nested(values, network, rows, cols);
        let state: OracleNetwork = {
          left: layer(networks.first, shape.rows, shape.hidden),
          right: layer(networks.second, shape.hidden, shape.cols),
          memory: [{}, {}],
          taken: 0,
        };
        const task = layer(networks.target, shape.rows, shape.cols);
        for (let outer = 0; outer < OUTER; outer++) {
          const seen = Array.from({ length: sources }, (_, source) =>
            nested(inputs, (outer * sources + source) * NETWORKS + network, shape.cols, shape.cols),
          );
          state = oracleStep(state, seen, { task, base, rate: RATE, innerStep }, rounding);
        }
        return [...state.left.flat(), ...state.right.flat()];
      };
      const actual = await open().optimizeNetworks(networks, {
        optimizer,
        rates: new Array<number>(OUTER * sources).fill(1),
        inputs,
      });
      for (let network = 0; network < NETWORKS; network++) {
        const { precision } = open();
        const { exact, bound } = once(`${precision}, ${JSON.stringify(one)}, ${network}`, () => {
          const exact = trained(network);
          return { exact, bound: allowed(exact, (rounding) => trained(network, rounding), precision, shape.cols) };
        });
        const part = (values: Float64Array) =>
          Array.from(values.subarray((network * values.length) / NETWORKS, ((network + 1) * values.length) / NETWORKS));
        const found = [...part(actual.first), ...part(actual.second)];
        // A bound of any use: a step of the base optimiser moves the weights by a hundredth.
        expect(bound).toBeLessThan(precision === 'f32' ? 1e-4 : 1e-12);
        found.forEach((value, index) => {
          expect(Math.abs(value - exact[index]!)).toBeLessThanOrEqual(bound);
        });
      }
      expect(actual.taken).toBe(OUTER * sources);
    });

    test('goes on in the middle of a loop', async () => {
      const shape = { rows: 3, hidden: 3, cols: 3 };
      const optimizer = innerLoop({ base: optimizerNamed('adam'), sources: 3, innerStep: 0.1, rate: RATE });
      const networks = fromNothing(networkBatch(shape, 2, 22), optimizer.moments);
      const rates = new Array<number>(9).fill(1);
      const whole = await open().optimizeNetworks(networks, { optimizer, rates });
      const some = await open().optimizeNetworks(networks, { optimizer, rates: rates.slice(0, 4) });
      const rest = await open().optimizeNetworks(some, { optimizer, rates: rates.slice(4) });
      expect(rest).toEqual(whole);
    });
  });

  test('an inner loop refuses layers that its base optimiser scales', async () => {
    const optimizer = innerLoop({ base: optimizerNamed('muon'), sources: 2, innerStep: 0.1, rate: RATE });
    expect(() => optimizer.factor({ rows: 4, cols: 2 })).toThrow('not square');
  });
}

/**
 * How far rounding may take the weights: every result of the oracle is moved by a random share of what an inner product of this length
 * can round by, in sixteen independent runs; four times the largest deviation is six standard deviations and more.
 */
function allowed(
  exact: readonly number[],
  moved: (rounding: Rounding) => readonly number[],
  precision: 'f32' | 'f64',
  cols: number,
): number {
  const longest = 2 * cols + 4;
  let worst = 0;
  for (let replicate = 0; replicate < 16; replicate++) {
    const uniform = uniformSource(6, 'basis', replicate);
    const values = moved((value) => value * (1 + UNIT_ROUNDOFF[precision] * longest * (2 * uniform() - 1)));
    values.forEach((value, index) => {
      worst = Math.max(worst, Math.abs(value - exact[index]!));
    });
  }
  return 4 * worst;
}
