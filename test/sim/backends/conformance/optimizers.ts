import { describe, expect, test } from 'vitest';
import type { Backend, OptimizedNetworks, OptimizerRun, Weights } from '../../../../src/sim/backends/backend.js';
import { uniformSource } from '../../../../src/sim/backends/random.js';
import { optimizers } from '../../../../src/sim/training/optimizers.js';
import { networkBatch, oneNetwork } from '../../../support/network-cases.js';
import { fromNothing, optimizerOracle } from '../../../support/optimizer-oracle.js';
import { remembered, some } from '../../../support/sample-size.js';

const SHAPES = [
  { rows: 4, hidden: 3, cols: 5 },
  { rows: 3, hidden: 6, cols: 2 },
  { rows: 1, hidden: 1, cols: 1 },
  { rows: 7, hidden: 2, cols: 7 },
];

/** 16 steps in one launch, 4 in the next, and 3 launches of one. */
const STEPS = 23;

/** Rates that change in every step, so that a step that is left out, repeated or out of order shows. */
const RATES = Array.from({ length: STEPS }, (_, step) => 0.01 * (1 + 0.5 * Math.sin(step)));

/** Second moments of inputs that differ between networks and steps, symmetric and near the identity. */
function inputMoments(count: number, cols: number): Float64Array {
  const moments = new Float64Array(STEPS * count * cols * cols);
  moments.forEach((_, index) => {
    const row = Math.floor(index / cols) % cols;
    const column = index % cols;
    const matrix = Math.floor(index / (cols * cols));
    moments[index] = (row === column ? 1 : 0) + 0.3 * Math.sin(matrix + row + column);
  });
  return moments;
}

function largestDifference(one: Weights, other: Weights): number {
  let worst = 0;
  for (const layer of ['first', 'second'] as const) {
    one[layer].forEach((value, index) => {
      const difference = Math.abs(value - other[layer][index]!);
      if (!(difference <= worst)) worst = difference;
    });
  }
  return worst;
}

const UNIT_ROUNDOFF = { f32: 2 ** -24, f64: 2 ** -53 } as const;

/**
 * How far rounding may take the weights: every result of the oracle is moved by a random share of what an inner product of
 * this length can round by, in sixteen independent runs; the largest deviation stands for about two standard deviations
 * over all entries, so that four times as much is six of them and a third.
 */
function allowed(
  networks: OptimizedNetworks,
  run: OptimizerRun,
  exact: Weights,
  precision: Backend['precision'],
): number {
  const u = UNIT_ROUNDOFF[precision];
  const { rows, hidden, cols } = networks.shape;
  const longest = 2 * Math.max(rows, hidden, cols) + 4;
  let worst = 0;
  for (let replicate = 0; replicate < 16; replicate++) {
    const uniform = uniformSource(5, 'basis', replicate);
    const moved = optimizerOracle(networks, run, (value) => value * (1 + u * longest * (2 * uniform() - 1)));
    worst = Math.max(worst, largestDifference(moved, exact));
  }
  return 4 * worst;
}

/** Networks, a run of theirs, its exact end and how far from it a backend of a precision may end. */
interface Case {
  readonly networks: OptimizedNetworks;
  readonly run: OptimizerRun;
  readonly exact: Weights;
  readonly bound: number;
}

const once = remembered<Case>();

/** A case, made once for all backends of a precision: the seventeen runs of the oracle take longer than those of most backends. */
function caseOf(
  optimizer: (typeof optimizers)[number],
  shape: (typeof SHAPES)[number],
  hasInputs: boolean,
  precision: Backend['precision'],
): Case {
  return once(JSON.stringify([optimizer.name, shape, hasInputs, precision]), () => {
    const networks = fromNothing(networkBatch(shape, 3, 11), optimizer.moments);
    const run = { optimizer, rates: RATES, inputs: hasInputs ? inputMoments(3, shape.cols) : undefined };
    const exact = optimizerOracle(networks, run);
    return { networks, run, exact, bound: allowed(networks, run, exact, precision) };
  });
}

/** The part of the conformance suite about `optimizeNetworks`. */
export function optimizerConformance(open: () => Backend): void {
  describe.each(some(optimizers, 3).map((optimizer) => [optimizer.name, optimizer] as const))(
    'optimizeNetworks with %s',
    (_, optimizer) => {
      test.each(some(SHAPES, 2).map((shape) => [Object.values(shape).join('x'), shape] as const))(
        'follows the recurrence of its paper, shape %s',
        async (_name, shape) => {
          for (const hasInputs of [false, true]) {
            const { networks, run, exact, bound } = caseOf(optimizer, shape, hasInputs, open().precision);
            // A bound of any use: the steps themselves move the weights by a hundredth and more.
            expect(bound).toBeLessThan(open().precision === 'f32' ? 1e-4 : 1e-12);
            const actual = await open().optimizeNetworks(networks, run);
            expect(actual.taken).toBe(STEPS);
            expect(largestDifference(actual, exact)).toBeLessThanOrEqual(bound);
          }
        },
      );

      test('goes on where it stopped', async () => {
        const shape = SHAPES[0]!;
        const networks = fromNothing(networkBatch(shape, 2, 12), optimizer.moments);
        const inputs = inputMoments(2, shape.cols);
        const whole = await open().optimizeNetworks(networks, { optimizer, rates: RATES, inputs });
        const size = 2 * shape.cols ** 2;
        const half = await open().optimizeNetworks(networks, {
          optimizer,
          rates: RATES.slice(0, 5),
          inputs: inputs.slice(0, 5 * size),
        });
        const rest = await open().optimizeNetworks(half, {
          optimizer,
          rates: RATES.slice(5),
          inputs: inputs.slice(5 * size),
        });
        // Weights and memory cross the door in the precision of the backend, so nothing is lost between two calls.
        expect(rest.first).toEqual(whole.first);
        expect(rest.second).toEqual(whole.second);
        expect(rest.moments).toEqual(whole.moments);
        expect(rest.taken).toBe(whole.taken);
      });

      test('leaves its input as it is, and each network to itself', async () => {
        const shape = SHAPES[1]!;
        const both = networkBatch(shape, 2, 13);
        const networks = fromNothing(both, optimizer.moments);
        const before = structuredClone([networks.first, networks.second, networks.moments]);
        const run = { optimizer, rates: RATES };
        const together = await open().optimizeNetworks(networks, run);
        expect([networks.first, networks.second, networks.moments]).toEqual(before);
        const alone = await open().optimizeNetworks(fromNothing(oneNetwork(both, 1), optimizer.moments), run);
        expect(together.first.slice(both.first.length / 2)).toEqual(alone.first);
      });

      test('makes no step at rate 0 and none at all without rates', async () => {
        const networks = fromNothing(networkBatch(SHAPES[0]!, 2, 14), optimizer.moments);
        for (const rates of [[], [0, 0, 0]]) {
          const result = await open().optimizeNetworks(networks, { optimizer, rates });
          const stored = open().precision === 'f32' ? Float32Array : Float64Array;
          expect(Array.from(result.first)).toEqual(Array.from(stored.from(networks.first)));
          expect(result.taken).toBe(rates.length);
        }
      });
    },
  );
}
