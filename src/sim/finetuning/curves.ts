import { learnedModes } from '../../theory/trajectory.js';
import type { RunEvent } from '../scenario/scenario.js';
import type { Row } from '../scenario/table.js';
import { type FineTuningCurve, type FineTuningRun, inflectionsOf } from './checks/finetuning-run.js';
import { finiteOrNull } from './prediction.js';
import type { FineTuningParameters, PreparedFineTuning } from './prepare.js';
import { type TunedNetwork, tuneNetworks } from './tuned-networks.js';
import type { Task, Tuning } from './tuning.js';

/** One curve of a scenario: what its networks have in common, and the value that tells it apart. */
export interface PlannedCurve {
  readonly key: number;
  readonly rate: number;
  readonly pull: number;
}

/** The networks of some curves, one for each checkpoint, curve by curve. */
export function planTunings(curves: readonly PlannedCurve[], times: readonly number[], task: Task): Tuning[] {
  return curves.flatMap(({ rate, pull }) => times.map((_, at) => ({ at, task, rate, pull })));
}

/**
 * Fine-tunes every checkpoint on every curve and yields the rows of the tables `curve`, `inflection` and `accuracy`; returns
 * what the checks look at.
 *
 * @param curves what `planTunings` was given
 * @param tunings what it gave
 * @param keyName what tells the curves apart, in words: `learning rate`
 */
export async function* tuneCurves(
  prepared: PreparedFineTuning,
  parameters: FineTuningParameters,
  curves: readonly PlannedCurve[],
  tunings: readonly Tuning[],
  keyName: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<RunEvent, FineTuningRun, undefined> {
  const { study, simulation } = prepared;
  const { times } = study;
  if (simulation !== undefined) yield* simulation.pretrain();
  const networks: TunedNetwork[] = [];
  const curveOf = (index: number) => curves[Math.floor(index / times.length)]!;
  const describe = (tuning: Tuning) => {
    const { key } = curveOf(tunings.indexOf(tuning));
    return `${keyName} ${key}, time ${Number(times[tuning.at]!.toPrecision(4))}`;
  };
  for await (const event of tuneNetworks(prepared, tunings, parameters.finetuning, describe, signal)) {
    if (event.kind !== 'network') {
      yield event;
      continue;
    }
    const { index, network } = event;
    networks[index] = network;
    const { key } = curveOf(index);
    yield { kind: 'rows', table: 'curve', rows: [[key, ...checkpointCells(prepared, network)]] };
    const known = accuracyCells(times, network, parameters.pretraining === 'descent');
    if (known !== undefined) yield { kind: 'rows', table: 'accuracy', rows: [[key, ...known]] };
  }
  const measured: FineTuningCurve[] = curves.map(({ key }, curve) => ({
    key,
    networks: networks.slice(curve * times.length, (curve + 1) * times.length),
  }));
  yield { kind: 'rows', table: 'inflection', rows: measured.map((curve) => inflectionRow(prepared, curve)) };
  return { study, method: parameters.finetuning, curves: measured };
}

/** Cells of `checkpointColumns`. */
export function checkpointCells({ study }: PreparedFineTuning, network: TunedNetwork): Row {
  const { start, prediction, tuned, tuning } = network;
  const { problem, times } = study;
  const time = times[tuning.at]!;
  const learned =
    start?.trained === undefined
      ? learnedModes(problem, time)
      : problem.modes.filter(({ sigma }, mode) => sigma > 0 && start.factors[mode]! ** 2 > sigma / 2).length;
  return [
    time,
    learned,
    start?.loss ?? null,
    finiteOrNull(prediction.lossPre),
    tuned?.lossPre ?? null,
    finiteOrNull(prediction.lossFt),
    tuned?.lossFt ?? null,
    finiteOrNull(prediction.forgetting),
    tuned?.forgetting ?? null,
  ];
}

/** Cells of `accuracyColumns`; undefined where a network was not simulated to its end. */
export function accuracyCells(
  times: readonly number[],
  { tuning, prediction, expected, tuned }: TunedNetwork,
  isTrained: boolean,
): [number, number, number | null, number, number | null] | undefined {
  if (expected === undefined || tuned === undefined) return undefined;
  const { lossPre, lossFt, lossPreRounding, lossFtRounding } = expected;
  return [
    times[tuning.at]!,
    isTrained ? lossPre - prediction.lossPre : 0,
    finiteOrNull(lossPreRounding),
    isTrained ? lossFt - prediction.lossFt : 0,
    finiteOrNull(lossFtRounding),
  ];
}

function inflectionRow({ study }: PreparedFineTuning, curve: FineTuningCurve): Row {
  const { theory, simulation } = inflectionsOf(study, curve);
  const time = (index: number | null) => (index === null ? null : study.times[index]!);
  return [curve.key, time(theory), time(simulation)];
}
