import type { TunedNetwork } from '../networks.js';
import { scaleOf } from '../precision.js';
import type { FineTuningRun } from './finetuning-run.js';

/**
 * Where the bound on the rounding of a loss passes this share of the squared norm of the larger task, rounding rather than
 * the task decides what the network becomes: a comparison within that bound would hold for almost any network.
 */
const DECIDED_SHARE = 0.1;

/** Networks of a run that rounding decides. */
export interface DecidedNetworks {
  /** The run without the results of these. */
  readonly rest: FineTuningRun;
  readonly count: number;
  /** All networks that were simulated to their end. */
  readonly simulated: number;
  /** What to say of it. */
  readonly text: string;
}

/** Tells apart what a simulation says from what rounding made of it: near a saddle, say, which exact arithmetic never leaves. */
export function decidedByRounding(run: FineTuningRun): DecidedNetworks {
  const simulated = run.curves.flatMap(({ networks }) => networks).filter(({ tuned }) => tuned !== undefined);
  const decided = new Set(simulated.filter((network) => isDecided(run, network)));
  const curves = run.curves.map(({ key, networks }) => ({
    key,
    networks: networks.map((network) => {
      const { tuned: _, ...known } = network;
      return decided.has(network) ? known : network;
    }),
  }));
  const [first] = decided;
  const example = first === undefined ? '' : nameOf(run, first);
  const [count, all] = [decided.size, simulated.length];
  return {
    rest: { ...run, curves },
    count,
    simulated: all,
    text: `rounding decides the losses of simulated networks, with bounds above ${100 * DECIDED_SHARE} % of the squared norm of a task: ${count} of ${all} networks, first at ${example}`,
  };
}

function isDecided({ study }: FineTuningRun, { tuning, expected }: TunedNetwork): boolean {
  if (expected === undefined) return false;
  const limit = DECIDED_SHARE * scaleOf(study.problem.spectrum, tuning.task);
  return !(expected.lossPreRounding <= limit && expected.lossFtRounding <= limit);
}

function nameOf({ study }: FineTuningRun, { tuning: { at, rate, pull, task } }: TunedNetwork): string {
  const short = (value: number) => Number(value.toPrecision(4));
  const turned = task.angle === 0 ? '' : `, angle ${short(task.angle)}`;
  return `time ${short(study.times[at]!)}, learning rate ${short(rate)}, lambda ${short(pull)}${turned}`;
}
