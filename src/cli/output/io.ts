import type { Scenario } from '../../sim/scenario/scenario.js';
import type { Table } from '../../sim/scenario/table.js';
import type { SweepSummary } from '../sweep-figures/sweep-rows.js';

/** What the command line needs of a stream; `process.stdout` is one, and so is a plain object in a test. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal in cells; absent in a pipe. */
  readonly columns?: number;
}

export type DrawSweep = (summary: SweepSummary, table: Table) => Promise<ReadonlyMap<string, string | Uint8Array>>;

/** The world around one call of the command line, handed in so that tests can stand in for it. */
export interface CommandLineIo {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user interrupts. */
  readonly signal?: AbortSignal;
  /** The scenarios on offer, loaded only when a command needs them. Default: all of them. */
  readonly loadScenarios?: () => Promise<readonly Scenario[]>;
  /** Draws the figures of a sweep as files, by name. Default: all that there are. */
  readonly drawSweep?: DrawSweep;
}

/**
 * The scenarios on offer, or the one of an id alone, if there is one. Loading them takes most of the start-up time, so that a command
 * asks as late as it can, and for no more than it needs.
 */
export async function loadScenarios(io: CommandLineIo, id?: string): Promise<readonly Scenario[]> {
  if (io.loadScenarios !== undefined) return io.loadScenarios();
  return (await import('../../sim/scenarios/scenario-files.js')).loadScenariosFor(id);
}
