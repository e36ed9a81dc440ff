import type { Check } from './check.js';
import type { Divergence, RunEvent, Scenario } from './scenario.js';
import { type Row, sortRows, type Table } from './table.js';
import type { Verdict } from './verdict.js';

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
