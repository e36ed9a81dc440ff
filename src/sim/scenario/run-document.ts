import { InvalidInputError } from '../../theory/invalid-input.js';
import { openBackend } from '../backends/open-backend.js';
import { versions } from '../backends/versions.js';
import { interruptible, journaled } from '../backends/watched-backend.js';
import { eventLoopTurns } from './event-loop.js';
import type { Check, Compute, Divergence, RunEvent, RunRequest, Scenario, Verdict } from './scenario.js';
import { type Row, sortRows, type Table } from './table.js';

/** What a run found, whether it has ended or not. */
export interface RunResults {
  readonly tables: Readonly<Record<string, Table>>;
  readonly checks: readonly Check[];
  readonly warnings: readonly string[];
  readonly diverged: readonly Divergence[];
  /** What the numbers of this run say about the paper that the scenario is about; absent where it is about none. */
  readonly verdict?: Verdict;
}

/** Gathers the events of a run as they come, so that an interrupted one can still be shown. */
export class RunCollector {
  private readonly rows: Readonly<Record<string, Row[]>>;
  private readonly checks: Check[] = [];
  private readonly warnings: string[] = [];
  private readonly diverged: Divergence[] = [];
  private verdict: Verdict | undefined;

  constructor(private readonly scenario: Pick<Scenario, 'tables' | 'rowOrder'>) {
    this.rows = Object.fromEntries(Object.keys(scenario.tables).map((name) => [name, []]));
  }

  add(event: RunEvent): void {
    if (event.kind === 'rows') for (const row of event.rows) this.rows[event.table]!.push(row);
    else if (event.kind === 'check') this.checks.push(event.check);
    else if (event.kind === 'warning') this.warnings.push(event.text);
    else if (event.kind === 'diverged') this.diverged.push(event.divergence);
    else if (event.kind === 'verdict') this.verdict = event.verdict;
  }

  /** Whether there is anything to show. */
  get isEmpty(): boolean {
    return Object.values(this.rows).every((rows) => rows.length === 0);
  }

  results(): RunResults {
    const { scenario, rows, checks, warnings, diverged, verdict } = this;
    const tables = Object.fromEntries(
      Object.entries(scenario.tables).map(([name, columns]) => [
        name,
        { columns, rows: sortRows(rows[name]!, columns, scenario.rowOrder?.[name]) },
      ]),
    );
    return { tables, checks, warnings, diverged, ...(verdict === undefined ? {} : { verdict }) };
  }
}

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
 * The events of a run as they come: plans it, opens the backend that the plan asks for, and hands it to the scenario, with calls
 * that are counted, kept in the journal and ended by the signal. Nothing else in the program opens a backend for a run.
 *
 * @throws InvalidInputError when the request cannot be met, before anything is computed
 * @throws DOMException `AbortError` once `request.signal` is aborted
 */
export async function* runEvents<Parameters extends object>(
  scenario: Scenario<Parameters>,
  parameters: Parameters,
  request: RunRequest,
): AsyncGenerator<RunEvent, void, undefined> {
  const { seed, signal, work, journal } = request;
  if (request.engine === 'exact') requireNoBackend(request);
  const plan = await scenario.plan(parameters, request);
  const context = { seed, ...(signal === undefined ? {} : { signal }) };
  if (plan.backend === undefined) {
    yield { kind: 'compute', compute: closedForm(request) };
    yield* scenario.run(plan, context);
    return;
  }
  const opened = await (request.openBackend ?? openBackend)(request.backend, plan.backend);
  try {
    const { name, device, precision } = opened.backend;
    const { reason } = opened;
    const record = { engine: plan.engine, backend: name, requested: request.backend };
    yield { kind: 'compute', compute: { ...record, device, precision, reason } };
    for (const text of plan.warnings?.(precision) ?? []) yield { kind: 'warning', text };
    const kept = journal === undefined ? opened.backend : journaled(opened.backend, journal);
    const backend = interruptible(kept, eventLoopTurns(signal), work);
    yield* scenario.run(plan, { ...context, backend });
  } finally {
    await opened.backend.dispose();
  }
}

/** @throws InvalidInputError where a backend was asked for by name to compute a closed form */
function requireNoBackend({ backend }: RunRequest): void {
  if (backend === 'auto') return;
  throw new InvalidInputError('--backend', backend, 'auto with the exact engine, a closed form that needs no backend');
}

/** The record of a run that simulates nothing. */
function closedForm(request: RunRequest): Compute {
  requireNoBackend(request);
  return {
    engine: 'exact',
    backend: 'host',
    requested: 'auto',
    device: 'closed form, 1 thread',
    precision: 'f64',
    reason: 'the exact engine needs no backend',
  };
}

/**
 * Runs a scenario to its end and returns the whole document.
 *
 * @param observe called with every event as it comes, for progress
 * @param collector gathers the events; a caller that hands in its own has what was finished of an interrupted run
 * @throws DOMException `AbortError` once `request.signal` is aborted
 */
export async function runToDocument<Parameters extends object>(
  scenario: Scenario<Parameters>,
  parameters: Parameters,
  request: RunRequest,
  observe: (event: RunEvent) => void = () => {},
  collector: RunCollector = new RunCollector(scenario),
): Promise<RunDocument> {
  const started = performance.now();
  let compute: Compute | undefined;
  const turn = eventLoopTurns(request.signal);
  const work = request.work ?? { networkSteps: 0 };
  for await (const event of runEvents(scenario, parameters, { ...request, work })) {
    await turn();
    if (event.kind === 'compute') compute = event.compute;
    collector.add(event);
    observe(event);
  }
  return {
    schema: 1,
    scenario: scenario.id,
    params: parameters,
    seed: request.seed,
    // The first event of every run.
    compute: compute!,
    ...collector.results(),
    versions: versions(),
    network_steps: work.networkSteps,
    elapsed_ms: Math.round(performance.now() - started),
  };
}
