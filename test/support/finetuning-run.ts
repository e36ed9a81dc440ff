import { openBackend } from '../../src/sim/backends/open-backend.js';
import type { FineTuningRun } from '../../src/sim/finetuning/checks/numbers.js';
import type { Tuned } from '../../src/sim/finetuning/engines.js';
import type { Prediction } from '../../src/sim/finetuning/prediction.js';
import { planFineTuning } from '../../src/sim/finetuning/prepare.js';
import {
  curveTables,
  learningRateColumn,
  type PlannedCurve,
  planTunings,
  tuneCurves,
} from '../../src/sim/finetuning/tables.js';
import type { TunedNetwork } from '../../src/sim/finetuning/tuned-networks.js';
import { resolveParameters } from '../../src/sim/scenario/resolve.js';
import type { RunRequest } from '../../src/sim/scenario/scenario.js';
import { finetune } from '../../src/sim/scenarios/finetune/finetune.js';

/** Fine-tunes as the scenario `finetune` does, with a curve for each pair of rate and pull, and returns what checks see. */
export async function fineTuningRun(
  settings: Readonly<Record<string, unknown>>,
  curves: readonly PlannedCurve[],
  request: Partial<RunRequest> = {},
): Promise<FineTuningRun> {
  const parameters = resolveParameters(finetune, settings);
  const full = { seed: 1, engine: 'auto', backend: 'auto', ...request } as const;
  const values = parameters.target as readonly number[];
  const tunings = planTunings(curves, parameters.times, { values, angle: parameters.angle });
  const plan = await planFineTuning(parameters, tunings, full);
  const opened = plan.backend && (await openBackend(full.backend, plan.backend));
  const context = { seed: full.seed, ...(opened === undefined ? {} : { backend: opened.backend }) };
  try {
    const prepared = plan.prepared(context);
    const events = tuneCurves(
      prepared,
      parameters,
      curves,
      tunings,
      curveTables('curve', learningRateColumn),
      undefined,
    );
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value;
    }
  } finally {
    await opened?.backend.dispose();
  }
}

/** The same run with the simulated results of one network changed. */
export function tampered(
  run: FineTuningRun,
  curve: number,
  at: number,
  change: (tuned: Tuned) => Partial<Tuned>,
): FineTuningRun {
  return withNetwork(run, curve, at, ({ tuned, ...rest }) => ({ ...rest, tuned: { ...tuned!, ...change(tuned!) } }));
}

/** The same run with the theory of one network changed. */
export function mispredicted(
  run: FineTuningRun,
  curve: number,
  at: number,
  change: (prediction: Prediction) => Partial<Prediction>,
): FineTuningRun {
  return withNetwork(run, curve, at, ({ prediction, ...rest }) => ({
    ...rest,
    prediction: { ...prediction, ...change(prediction) },
  }));
}

function withNetwork(
  run: FineTuningRun,
  curve: number,
  at: number,
  change: (network: TunedNetwork) => TunedNetwork,
): FineTuningRun {
  return {
    ...run,
    curves: run.curves.map((one, index) => ({
      ...one,
      networks: one.networks.map((network, position) =>
        index === curve && position === at ? change(network) : network,
      ),
    })),
  };
}
