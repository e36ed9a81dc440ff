import type { Surface } from '../../scaling/fitted-surface.js';
import { eventLoopTurns } from '../../scenario/event-loop.js';
import type { EngineName, Plan, RunContext, RunEvent, RunRequest } from '../../scenario/scenario.js';
import { type BatchSettings, planBatches, trainWidthOnBatches } from './batch-surface.js';
import { accuracy, isDiscretised, simulatedLoss, surface } from './columns.js';
import { planWidth, type TrainedWidth, trainWidth } from './noisy-surface.js';
import type { ShannonParameters } from './shannon.js';

/** How the surfaces are computed. */
export interface SurfacesPlan extends Plan {
  /** Trains the widths, the narrowest first, yields what is seen of each and returns it. */
  train(context: RunContext): AsyncGenerator<RunEvent, TrainedWidth[], undefined>;
}

/**
 * Plans training on the expected loss, near its gradient flow. What is precise enough for the widest is for all: it has every mode of
 * the others.
 *
 * @throws InvalidInputError when the widest cannot be computed, or it would not fit in memory
 */
export function planFlow(
  settings: ShannonParameters,
  engines: readonly EngineName[],
  request: RunRequest,
): SurfacesPlan {
  const { widths } = settings;
  const widest = planWidth(settings, widths.at(-1)!, engines, request);
  const { engine } = widest;
  return {
    ...widest,
    train: (context) =>
      everyWidth(settings, context, (index) => {
        const isWidest = index === widths.length - 1;
        const plan = isWidest ? widest : planWidth(settings, widths[index]!, [engine], { engine });
        return trainWidth(settings, index, plan, context);
      }),
  };
}

/** Plans training on mini-batches. @throws InvalidInputError as documented at `planBatches` */
export function planMiniBatches(settings: BatchSettings, request: RunRequest): SurfacesPlan {
  const plan = planBatches(settings, request);
  return {
    ...plan,
    train: (context) =>
      everyWidth(settings, context, (index) => trainWidthOnBatches(settings, index, plan.steps, context)),
  };
}

async function* everyWidth(
  { widths }: ShannonParameters,
  { signal }: RunContext,
  train: (index: number) => AsyncGenerator<RunEvent, TrainedWidth, undefined>,
): AsyncGenerator<RunEvent, TrainedWidth[], undefined> {
  const turn = eventLoopTurns(signal);
  const trained: TrainedWidth[] = [];
  for (const index of widths.keys()) {
    await turn();
    const one = yield* train(index);
    trained.push(one);
    yield surface.rows(one.points);
    yield accuracy.rows(one.points.filter(isDiscretised));
  }
  return trained;
}

/** The surfaces of every level of noise, of theory and, where all of it was simulated, of the simulation. */
export function surfacesOf(
  trained: readonly TrainedWidth[],
  snrs: readonly number[],
): { readonly theory: Surface[]; readonly simulation: Surface[] | undefined } {
  const points = trained.flatMap((one) => one.points);
  const surfaceBy = (lossOf: (point: (typeof points)[number]) => number): Surface[] =>
    snrs.map((snr) => ({
      snr,
      points: points
        .filter((point) => point.snr === snr)
        .map((point) => ({ size: point.width, data: point.time, loss: lossOf(point) })),
    }));
  // A simulated mean of a loss can be below zero where noise is large and draws are few; it has no logarithm.
  const isWhole = points.every((point) => (simulatedLoss(point) ?? 0) > 0);
  return {
    theory: surfaceBy(({ theory }) => theory),
    simulation: isWhole ? surfaceBy((point) => simulatedLoss(point)!) : undefined,
  };
}
