import { InvalidInputError } from '../../../theory/invalid-input.js';
import type { Problem } from '../../../theory/problem.js';
import type { Backend } from '../../backends/backend.js';
import type { Work } from '../../backends/gpu-js/gpu-threshold.js';
import { initialDeviation } from '../../noise/means.js';
import { type NoiseStudy, noiseAccuracy, noiseOperations } from '../../noise/noise-curves.js';
import { eventLoopTurns } from '../../scenario/event-loop.js';
import { requireMemory } from '../../scenario/memory.js';
import type { EngineName, Plan, RunRequest } from '../../scenario/scenario.js';
import { type PretrainingPlan, planPretraining, resolvePretraining } from '../../training/pretraining.js';
import type { WidthParameters } from './width.js';

/** A network of one size that is to be trained and perturbed. */
export interface PlannedSize {
  readonly dim: number;
  readonly study: NoiseStudy;
  readonly pretraining: PretrainingPlan;
}

/** All networks of a run, in the order of `dims`. */
export interface SizesPlan extends Plan {
  readonly parameters: WidthParameters;
  readonly sizes: readonly PlannedSize[];
}

/** Bytes that a mode takes at each recorded time: value and rounding expected of it, twice while planned, and what it was. */
const BYTES_PER_RECORDED_MODE = 40;

/**
 * Plans the training of every size before any is trained, so that what cannot be done is refused at once, and all on one
 * backend: where one size needs float64, all sizes are computed in it.
 *
 * @throws InvalidInputError when it would not fit in memory
 */
export async function planSizes(
  parameters: WidthParameters,
  engines: readonly EngineName[],
  request: RunRequest,
): Promise<SizesPlan> {
  const { dims, times } = parameters;
  if (request.engine !== 'exact') {
    const modes = dims.reduce((sum, dim) => sum + dim, 0);
    requireMemory('dims', dims, modes * times.length * BYTES_PER_RECORDED_MODE);
  }
  const turn = eventLoopTurns(request.signal);
  const sizes: PlannedSize[] = [];
  // The largest is the one that may not fit.
  for (const dim of [...dims].reverse()) {
    await turn();
    sizes.unshift(planSize(dim, parameters, engines, request));
  }
  const { engine, backend } = sizes[0]!.pretraining;
  if (backend === undefined) return { engine, parameters, sizes };
  const needs = sizes.map(({ dim, pretraining }) => ({ dim, need: pretraining.backend! }));
  const precise = needs.filter(({ need }) => need.float64Reason !== undefined);
  const first = precise[0];
  const isEverySize = precise.length === sizes.length;
  const works = needs.flatMap(({ need }) => need.work ?? []);
  return {
    ...{ engine, parameters, sizes },
    backend: {
      float64Reason: first && `${isEverySize ? '' : `dim ${first.dim}: `}${first.need.float64Reason}`,
      operations: Math.max(...needs.map(({ need }) => need.operations!)),
      work: works.length === 0 ? undefined : works.reduce(bothWorks),
    },
    warnings: (precision) => warningsOf(sizes, precision),
  };
}

function bothWorks(one: Work, other: Work): Work {
  return { flops: one.flops + other.flops, passes: one.passes + other.passes };
}

function planSize(
  dim: number,
  parameters: WidthParameters,
  engines: readonly EngineName[],
  request: RunRequest,
): PlannedSize {
  const { dims, gammas, noise, times, replicates, spectrum, tau, learningRate } = parameters;
  const pretraining = resolvePretraining({ dim, spectrum, tau, times, learningRate });
  const scale = noise === 'init' ? initialDeviation(pretraining) : 1;
  const study: NoiseStudy = { times, gammas: gammas.map((gamma) => gamma * scale), replicates, seed: request.seed };
  try {
    // All sizes share a backend, so that each counts what all of them do.
    const draws = times.length * replicates;
    const operations = dims.reduce(
      (sum, size) => sum + noiseOperations({ rows: size, hidden: size, cols: size }, draws),
      0,
    );
    const accuracy = (problem: Problem) => ({ ...noiseAccuracy(problem, study), operations });
    return { dim, study, pretraining: planPretraining(pretraining, engines, request, accuracy) };
  } catch (error) {
    if (!(error instanceof InvalidInputError && error.option === 'dim')) throw error;
    throw new InvalidInputError('dims', dim, error.allowed);
  }
}

/** Each warning once, with the sizes that it concerns unless it concerns all. */
function warningsOf(sizes: readonly PlannedSize[], precision: Backend['precision']): string[] {
  const concerned = new Map<string, number[]>();
  for (const { dim, pretraining } of sizes) {
    for (const text of pretraining.warnings?.(precision) ?? []) {
      concerned.set(text, [...(concerned.get(text) ?? []), dim]);
    }
  }
  return [...concerned].map(([text, dims]) =>
    dims.length === sizes.length ? text : `dim ${dims.join(', ')}: ${text}`,
  );
}
