import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { eventLoopTurns } from './compute.js';
import type { Check, Compute, Divergence, RunContext, RunEvent, Scenario, Verdict } from './scenario.js';
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

const require = createRequire(import.meta.url);

let known: Readonly<Record<string, string>> | undefined;

/** Versions of what the numbers of a run rest on. */
export function versions(): Readonly<Record<string, string>> {
  if (known !== undefined) return known;
  const { version, devDependencies } = readManifest(new URL('../../../package.json', import.meta.url));
  known = {
    overtrain: version,
    node: process.versions.node,
    // Part of the build, from the one version that the manifest allows.
    'gpu.js': devDependencies?.['gpu.js'] ?? 'not found',
    'ml-matrix': dependencyVersion('ml-matrix'),
  };
  return known;
}

/** Reads the manifest from disk, since packages need not export theirs. */
function dependencyVersion(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    const manifest = join(folder, name, 'package.json');
    if (existsSync(manifest)) return readManifest(manifest).version;
  }
  return 'not found';
}

interface Manifest {
  readonly version: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function readManifest(path: string | URL): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
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
