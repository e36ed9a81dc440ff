import type { Check } from './check.js';
import { eventLoopTurns } from './event-loop.js';
import type { Compute, Divergence, RunContext, RunEvent, Scenario } from './scenario.js';
import { type Row, sortRows, type Table } from './table.js';
import { versions } from './versions.js';

/** Everything that a run leaves: what `run --json` prints and what the result store keeps. */
export interface RunDocument {
  readonly schema: 1;
  readonly scenario: string;
  /** All parameters, resolved; feeding them back gives the same run. */
  readonly params: object;
  readonly seed: number;
  readonly compute: Compute;
  readonly tables: Readonly<Record<string, Table>>;
  readonly checks: readonly Check[];
  readonly warnings: readonly string[];
  readonly diverged: readonly Divergence[];
  readonly versions: Readonly<Record<string, string>>;
  readonly elapsed_ms: number;
}

/**
 * Runs a scenario to its end and returns the whole document.
 *
 * @param observe called with every event as it comes, for progress and live tables
 * @throws DOMException `AbortError` once `context.signal` is aborted
 */
export async function runToDocument<Parameters extends object>(
  scenario: Scenario<Parameters>,
  parameters: Parameters,
  context: RunContext,
  observe: (event: RunEvent) => void = () => {},
): Promise<RunDocument> {
  const started = performance.now();
  const rows: Record<string, Row[]> = Object.fromEntries(
    Object.keys(scenario.tables).map((name) => [name, []]),
  );
  const checks: Check[] = [];
  const warnings: string[] = [];
  const diverged: Divergence[] = [];
  let compute: Compute | undefined;
  const turn = eventLoopTurns(context.signal);
  for await (const event of scenario.run(parameters, context)) {
    await turn();
    if (event.kind === 'compute') compute = event.compute;
    else if (event.kind === 'rows') for (const row of event.rows) rows[event.table]!.push(row);
    else if (event.kind === 'check') checks.push(event.check);
    else if (event.kind === 'warning') warnings.push(event.text);
    else if (event.kind === 'diverged') diverged.push(event.divergence);
    observe(event);
  }
  if (compute === undefined) throw new Error(`${scenario.id} never said what computed it`);
  const tables = Object.fromEntries(
    Object.entries(scenario.tables).map(([name, columns]) => [
      name,
      { columns, rows: sortRows(rows[name]!, columns, scenario.rowOrder?.[name]) },
    ]),
  );
  return {
    schema: 1,
    scenario: scenario.id,
    params: parameters,
    seed: context.seed,
    compute,
    tables,
    checks,
    warnings,
    diverged,
    versions: versions(),
    elapsed_ms: Math.round(performance.now() - started),
  };
}
