import type { Surface } from '../../scaling/fitted-surface.js';
import { eventLoopTurns } from '../../scenario/compute.js';
import type { Compute, RunContext, RunEvent } from '../../scenario/scenario.js';
import type { EngineName } from '../../training/engine-name.js';
import { type BatchSettings, prepareBatches, trainWidthOnBatches } from './batch-surface.js';
import { accuracyRows, simulatedLoss, surfaceRows } from './columns.js';
import { prepareWidth, type SurfaceSettings, type TrainedWidth, trainWidth } from './noisy-surface.js';

/** Training of all widths, ready to start; the caller disposes of it. */
export interface SurfaceTraining {
  readonly compute: Compute;
  readonly warnings: readonly string[];
  /** Trains the widths, the narrowest first, yields what is seen of each and returns it. */
  train(): AsyncGenerator<RunEvent, TrainedWidth[], undefined>;
  dispose(): Promise<void>;
}

/**
 * Prepares training on the expected loss, near its gradient flow. All widths are computed on the backend of the widest: it has every
 * mode of the others, so that what is precise enough for it is for all.
 *
 * @throws InvalidInputError when a width cannot be computed, or it would not fit in memory
 */
export async function flowTraining(
  settings: SurfaceSettings,
  engines: readonly EngineName[],
  context: RunContext,
): Promise<SurfaceTraining> {
  const { widths } = settings;
  const widest = await prepareWidth(settings, widths.at(-1)!, engines, context);
  const { compute, simulated } = widest;
  const backend = simulated?.backend.name as RunContext['backend'] | undefined;
  const alike = { ...context, ...(backend !== undefined && { backend }) };
  return {
    compute,
    warnings: simulated?.warnings ?? [],
    train: () =>
      everyWidth(settings, context, async function* (index) {
        if (index === widths.length - 1) return yield* trainWidth(settings, index, widest, context.seed);
        const prepared = await prepareWidth(settings, widths[index]!, [compute.engine], alike);
        try {
          return yield* trainWidth(settings, index, prepared, context.seed);
        } finally {
          await prepared.simulated?.backend.dispose();
        }
      }),
    dispose: async () => simulated?.backend.dispose(),
  };
}

/**
 * Prepares training on mini-batches.
 *
 * @throws InvalidInputError as documented at `prepareBatches`
 */
export async function batchTraining(settings: BatchSettings, context: RunContext): Promise<SurfaceTraining> {
  const prepared = await prepareBatches(settings, context);
  return {
    ...prepared,
    train: () =>
      everyWidth(settings, context, (index) => trainWidthOnBatches(settings, index, prepared, context.seed)),
    dispose: () => prepared.backend.dispose(),
  };
}

async function* everyWidth(
  { widths }: SurfaceSettings,
  { signal }: RunContext,
  train: (index: number) => AsyncGenerator<RunEvent, TrainedWidth, undefined>,
): AsyncGenerator<RunEvent, TrainedWidth[], undefined> {
  const turn = eventLoopTurns(signal);
  const trained: TrainedWidth[] = [];
  for (const index of widths.keys()) {
    await turn();
    const one = yield* train(index);
    trained.push(one);
    yield { kind: 'rows', table: 'surface', rows: surfaceRows(one) };
    yield { kind: 'rows', table: 'accuracy', rows: accuracyRows(one) };
  }
  return trained;
}

/** The surfaces of every level of noise, of theory and, where all of it was simulated, of the simulation. */
export function surfacesOf(
  trained: readonly TrainedWidth[],
  snrs: readonly number[],
): { readonly theory: Surface[]; readonly simulation: Surface[] | undefined } {
  const points = trained.flatMap((one) => one.points);
  const surface = (lossOf: (point: (typeof points)[number]) => number): Surface[] =>
    snrs.map((snr) => ({
      snr,
      points: points
        .filter((point) => point.snr === snr)
        .map((point) => ({ size: point.width, data: point.time, loss: lossOf(point) })),
    }));
  // A simulated mean of a loss can be below zero where noise is large and draws are few; it has no logarithm.
  const isWhole = points.every((point) => (simulatedLoss(point) ?? 0) > 0);
  return {
    theory: surface(({ theory }) => theory),
    simulation: isWhole ? surface((point) => simulatedLoss(point)!) : undefined,
  };
}
