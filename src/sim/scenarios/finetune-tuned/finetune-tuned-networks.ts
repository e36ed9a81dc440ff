import { accuracyCells } from '../../finetuning/curves.js';
import { finiteOrNull, predict } from '../../finetuning/prediction.js';
import type { PreparedFineTuning } from '../../finetuning/prepare.js';
import type { Losses } from '../../finetuning/rate-search.js';
import { tuneRates } from '../../finetuning/tune-rates.js';
import { type TunedNetwork, tuneNetworks } from '../../finetuning/tuned-networks.js';
import type { Tuning } from '../../finetuning/tuning.js';
import type { RunEvent } from '../../scenario/scenario.js';
import type { Row } from '../../scenario/table.js';
import type { FinetuneTunedParameters } from './finetune-tuned.js';

/** A network at the best rate of its checkpoint. */
export interface BestNetwork {
  readonly network: TunedNetwork;
  /** Range of its pre-training loss over the rates that are as good. */
  readonly spread: number;
}

/**
 * Looks for the best rate of every checkpoint, fine-tunes with it, and yields the rows of `fixed` and `curve` on the way.
 *
 * @param common what the networks of the checkpoints have in common
 * @returns the network of each checkpoint that pre-training reached at its best rate
 */
export async function* tunedNetworks(
  prepared: PreparedFineTuning,
  { learningRates, finetuning, pretraining }: FinetuneTunedParameters,
  common: readonly Omit<Tuning, 'rate'>[],
  signal: AbortSignal | undefined,
): AsyncGenerator<RunEvent, BestNetwork[], undefined> {
  const { study, simulation } = prepared;
  const reached = common.filter(({ at }) => simulation === undefined || simulation.start(at) !== undefined);
  const search = tuneRates(prepared, reached, learningRates, finetuning, signal);
  let found = await search.next();
  for (; !found.done; found = await search.next()) {
    if (found.value.kind === 'progress') yield found.value;
    else {
      const { tuning, losses } = found.value;
      const isSimulated = simulation !== undefined;
      const theory = isSimulated ? predict(study, tuning, finetuning) : losses;
      const rows = [fixedRow(study.times[tuning.at]!, tuning.rate, theory, isSimulated ? losses : undefined)];
      yield { kind: 'rows', table: 'fixed', rows };
    }
  }
  const best = found.value;
  const tunings = reached.map((member, index): Tuning => ({ ...member, rate: best[index]!.rate }));
  const describe = ({ at, rate }: Tuning) =>
    `best learning rate ${rate.toPrecision(3)}, time ${Number(study.times[at]!.toPrecision(4))}`;
  const networks: BestNetwork[] = [];
  for await (const event of tuneNetworks(prepared, tunings, finetuning, describe, signal)) {
    if (event.kind === 'network') {
      networks[event.index] = { network: event.network, spread: best[event.index]!.spread };
      yield { kind: 'rows', table: 'curve', rows: [curveRow(study.times, event.network)] };
      const known = accuracyCells(study.times, event.network, pretraining === 'descent');
      if (known !== undefined) yield { kind: 'rows', table: 'accuracy', rows: [known] };
    } else yield event;
  }
  return networks;
}

function fixedRow(time: number, rate: number, theory: Losses, simulated: Losses | undefined): Row {
  return [
    rate,
    time,
    finiteOrNull(theory.lossFt),
    finiteOrNull(simulated?.lossFt ?? Number.NaN),
    finiteOrNull(theory.lossPre),
    finiteOrNull(simulated?.lossPre ?? Number.NaN),
  ];
}

function curveRow(times: readonly number[], { tuning, tuned, prediction }: TunedNetwork): Row {
  return [
    times[tuning.at]!,
    tuning.rate,
    tuned?.lossFt ?? null,
    tuned?.lossPre ?? null,
    tuned?.forgetting ?? null,
    finiteOrNull(prediction.lossFt),
    finiteOrNull(prediction.lossPre),
    finiteOrNull(prediction.forgetting),
  ];
}
