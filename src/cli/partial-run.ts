import type { RunDocument } from '../sim/run-document.js';
import type { RunEvent, Scenario } from '../sim/scenario.js';
import { type Row, sortRows } from '../sim/table.js';

/** What a report needs of a run, whether it has ended or not. */
export type RunResults = Pick<RunDocument, 'tables' | 'checks' | 'warnings' | 'diverged'>;

/** What of a run has arrived so far, so that an interrupted one can still be shown. */
export class PartialRun {
  private readonly rows = new Map<string, Row[]>();
  private readonly checks: RunResults['checks'][number][] = [];
  private readonly warnings: string[] = [];
  private readonly diverged: RunResults['diverged'][number][] = [];

  constructor(private readonly scenario: Scenario) {}

  add(event: RunEvent): void {
    if (event.kind === 'check') this.checks.push(event.check);
    else if (event.kind === 'warning') this.warnings.push(event.text);
    else if (event.kind === 'diverged') this.diverged.push(event.divergence);
    else if (event.kind === 'rows') {
      const rows = this.rows.get(event.table) ?? [];
      for (const row of event.rows) rows.push(row);
      this.rows.set(event.table, rows);
    }
  }

  /** Whether there is anything to show. */
  get isEmpty(): boolean {
    return this.rows.size === 0;
  }

  results(): RunResults {
    const { scenario, checks, warnings, diverged } = this;
    const tables = Object.fromEntries(
      Object.entries(scenario.tables).map(([name, columns]) => {
        const rows = sortRows(this.rows.get(name) ?? [], columns, scenario.rowOrder?.[name]);
        return [name, { columns, rows }];
      }),
    );
    return { tables, checks, warnings, diverged };
  }
}
