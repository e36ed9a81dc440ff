import { eventLoopTurns } from './event-loop.js';
import { RunCollector, type RunResults } from './run-results.js';
import type { Compute, RunContext, RunEvent, Scenario } from './scenario.js';
import { versions } from './versions.js';

/** Everything that a run leaves: what `run --json` prints and what the result store keeps. */
export interface RunDocument extends RunResults {
  readonly schema: 1;
  readonly scenario: string;
  /** All parameters, resolved; feeding them back gives the same run. */
  readonly params: object;
  readonly seed: number;
  readonly compute: Compute;
  readonly versions: Readonly<Record<string, string>>;
  /** Optimiser steps that were made, each network counted on its own; 0 for closed forms. Over `elapsed_ms` it is the throughput. */
  readonly network_steps: number;
  readonly elapsed_ms: number;
}

/**
 * Runs a scenario to its end and returns the whole document.
 *
 * @param observe called with every event as it comes, for progress
 * @param collector gathers the events; a caller that hands in its own has what was finished of an interrupted run
 * @throws DOMException `AbortError` once `context.signal` is aborted
 */
export async function runToDocument<Parameters extends object>(
  scenario: Scenario<Parameters>,
  parameters: Parameters,
  context: RunContext,
  observe: (event: RunEvent) => void = () => {},
  collector: RunCollector = new RunCollector(scenario),
): Promise<RunDocument> {
  const started = performance.now();
  let compute: Compute | undefined;
  const turn = eventLoopTurns(context.signal);
  const work = context.work ?? { networkSteps: 0 };
  for await (const event of scenario.run(parameters, { ...context, work })) {
    await turn();
    if (event.kind === 'compute') compute = event.compute;
    collector.add(event);
    observe(event);
  }
  if (compute === undefined) throw new Error(`${scenario.id} never said what computed it`);
  return {
    schema: 1,
    scenario: scenario.id,
    params: parameters,
    seed: context.seed,
    compute,
    ...collector.results(),
    versions: versions(),
    network_steps: work.networkSteps,
    elapsed_ms: Math.round(performance.now() - started),
  };
}
