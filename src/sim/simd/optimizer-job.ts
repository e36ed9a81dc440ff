import type { OptimizedNetworks, OptimizerRun } from '../backends/backend.js';
import { optimizerStep, stepCoefficients } from '../optimizers/optimizer-step.js';
import { padded } from './arena.js';
import { putNetworks } from './network-job.js';
import type { Place } from './optimizer-program.js';
import { type ProgramMatrix, RecordedArithmetic } from './recorded-arithmetic.js';
import { type SimdSession, scratchOf } from './simd-session.js';

/** Steps of an optimiser on an ensemble, see `Backend.optimizeNetworks`. */
export async function optimizeNetworksOn(
  session: SimdSession,
  networks: OptimizedNetworks,
  run: OptimizerRun,
): Promise<OptimizedNetworks> {
  const { arena, threads } = session;
  const { shape, count, taken } = networks;
  const { rows, hidden, cols } = shape;
  const { optimizer, rates, inputs } = run;
  arena.clear();
  const [p, h, q] = [padded(rows), padded(hidden), padded(cols)];
  const { bytes } = arena;
  const state = (address: number, height: number, width: number): ProgramMatrix => ({
    place: { kind: 'state', address, stride: height * width * bytes } satisfies Place,
    rows: height,
    cols: width,
  });
  const addresses = putNetworks(session, networks);
  const firstMoments = networks.moments.map(({ first }) =>
    state(arena.putMatrices(first, count, rows, hidden), p, h),
  );
  const secondMoments = networks.moments.map(({ second }) =>
    state(arena.putMatrices(second, count, hidden, cols), h, q),
  );
  const batch = {
    first: state(addresses.first, p, h),
    second: state(addresses.second, h, q),
    firstMoments,
    secondMoments,
  };
  const seen: ProgramMatrix | undefined = inputs && {
    place: {
      kind: 'inputs',
      address: arena.putMatrices(inputs, count * rates.length, cols, cols),
      stride: q * q * bytes,
    },
    rows: q,
    cols: q,
  };
  const names = Object.keys(stepCoefficients(optimizer, 1));
  const recorded = new RecordedArithmetic(names, bytes, seen);
  const after = optimizerStep(recorded, optimizer, shape, batch, state(addresses.target, p, q));
  recorded.store(after.first, batch.first);
  recorded.store(after.second, batch.second);
  after.firstMoments.forEach((moment, index) => {
    recorded.store(moment, firstMoments[index]!);
  });
  after.secondMoments.forEach((moment, index) => {
    recorded.store(moment, secondMoments[index]!);
  });
  await threads.run({
    kind: 'program',
    program: {
      operations: recorded.operations,
      networks: count,
      rates,
      scales: Array.from(networks.rateScale),
      coefficients: rates.map((_, step) => Object.values(stepCoefficients(optimizer, taken + step + 1))),
    },
    items: count,
    workPerItem: recorded.operations.length * p * h * q * rates.length,
    ...scratchOf(session, recorded.roomBytes),
  });
  const take = ({ place }: ProgramMatrix, height: number, width: number) =>
    arena.takeMatrices((place as { address: number }).address, count, height, width);
  return {
    ...networks,
    first: take(batch.first, rows, hidden),
    second: take(batch.second, hidden, cols),
    moments: firstMoments.map((moment, index) => ({
      first: take(moment, rows, hidden),
      second: take(secondMoments[index]!, hidden, cols),
    })),
    taken: taken + rates.length,
  };
}
