import { eventLoopTurns } from '../event-loop.js';
import type { PreparedPretraining } from '../pretraining.js';
import type { Surface } from '../scaling/fitted-surface.js';
import {
  prepareWidth,
  type SurfaceSettings,
  type TrainedWidth,
  trainWidth,
} from '../scaling/noisy-surface.js';
import type { RunContext, RunEvent } from '../scenario.js';
import { accuracyRows, simulatedLoss, surfaceRows } from './shannon-rows.js';

/**
 * Trains networks of all widths, the narrowest first, and yields what is seen of each. All are computed on the backend of the
 * widest: it has every mode of the others, so that what is precise enough for it is for all.
 *
 * @param widest prepared by the caller, who disposes of it
 * @throws InvalidInputError when a width cannot be computed, or it would not fit in memory
 */
export async function* trainSurface(
  settings: SurfaceSettings,
  widest: PreparedPretraining,
  context: RunContext,
): AsyncGenerator<RunEvent, TrainedWidth[], undefined> {
  const { engine } = widest.compute;
  const backend = widest.simulated?.backend.name as RunContext['backend'] | undefined;
  const alike = { ...context, ...(backend !== undefined && { backend }) };
  const turn = eventLoopTurns(context.signal);
  const trained: TrainedWidth[] = [];
  for (const [index, width] of settings.widths.entries()) {
    await turn();
    const isWidest = index === settings.widths.length - 1;
    const prepared = isWidest ? widest : await prepareWidth(settings, width, [engine], alike);
    try {
      const one = yield* trainWidth(settings, index, prepared, context.seed);
      trained.push(one);
      yield { kind: 'rows', table: 'surface', rows: surfaceRows(one) };
      yield { kind: 'rows', table: 'accuracy', rows: accuracyRows(one) };
    } finally {
      if (!isWidest) await prepared.simulated?.backend.dispose();
    }
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
