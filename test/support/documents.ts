import { resolveParameters } from '../../src/sim/scenario/resolve.js';
import { type RunDocument, runToDocument } from '../../src/sim/scenario/run-document.js';
import type { RunEvent, RunRequest, Scenario } from '../../src/sim/scenario/scenario.js';
import type { Cell } from '../../src/sim/scenario/table.js';

/** Runs a scenario as the command line would; seed 1, engine and backend `auto` unless said otherwise. */
export function runScenario<Parameters extends object>(
  scenario: Scenario<Parameters>,
  settings: Readonly<Record<string, unknown>>,
  context: Partial<RunRequest> = {},
  observe?: (event: RunEvent) => void,
): Promise<RunDocument> {
  const full = { seed: 1, engine: 'auto', backend: 'auto', ...context } as const;
  return runToDocument(scenario, resolveParameters(scenario, settings), full, observe);
}

/** Rows of a table as records by column name. */
export function records({ tables }: RunDocument, table: string): Record<string, Cell>[] {
  const { columns, rows } = tables[table]!;
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]!])));
}

/** A column as numbers; a cell that is not a number becomes NaN. */
export function numbers(document: RunDocument, table: string, column: string): number[] {
  return records(document, table).map((record) => (typeof record[column] === 'number' ? record[column] : Number.NaN));
}

/** The verdict on a claim. */
export function verdictOf({ checks }: RunDocument, claim: string): string | undefined {
  return checks.find((check) => check.claim === claim)?.verdict;
}

/** A document without what may differ between two runs that are the same. */
export function timeless({ elapsed_ms: _, ...rest }: RunDocument): object {
  return rest;
}
