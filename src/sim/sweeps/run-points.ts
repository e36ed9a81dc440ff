import { InvalidInputError } from '../../theory/invalid-input.js';
import { type OpenBackend, openBackend } from '../backends/open-backend.js';
import { eventLoopTurns } from '../scenario/event-loop.js';
import { resolveParameters } from '../scenario/resolve.js';
import { runToDocument } from '../scenario/run-document.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Cell, Column, Row } from '../scenario/table.js';
import type { BackendPack } from './backend-pack.js';
import type { PointRange, Sweep } from './sweep.js';

/**
 * Opens backends for one of several threads that each have points of their own: without further threads, and for `auto` what runs
 * on the processor, never a graphics card, which all threads would have to share.
 */
export const openOnThisThread: OpenBackend = (choice, need) => openBackend(choice, need, { threads: 0 });

const LEADING: readonly Column[] = [
  { name: 'point', unit: '1', description: 'number of the run in the sweep, from 0' },
  { name: 'replicate', unit: '1', description: 'which repetition of the setting, from 0' },
  { name: 'seed', unit: '1', description: 'seed of the run' },
];

const TRAILING: readonly Column[] = [
  { name: 'compute', unit: '1', description: 'engine/backend that ran' },
  { name: 'failed_checks', unit: '1', description: 'claims whose check failed, separated by blanks; null for none' },
  {
    name: 'diverged',
    unit: '1',
    description: 'first step at which a training of the run diverged; null where none did',
  },
  { name: 'error', unit: '1', description: 'why the run has no numbers; null where it has' },
];

/**
 * Columns of the long table of a sweep: the run, the parameters that vary, the columns of the scenario's table, and how the run
 * went. A parameter that is named as a column of that table is called `set_NAME`.
 */
export function pointColumns(sweep: Sweep, scenario: Scenario): Column[] {
  const own = scenario.tables[sweep.definition.table]!;
  const columns = sweptColumns(sweep, scenario);
  const varied = sweep.names.map(
    (name, index): Column => ({
      name: columns[index]!,
      unit: '1',
      description: `parameter ${name} as the sweep set it`,
    }),
  );
  return [...LEADING, ...varied, ...own, ...TRAILING];
}

/** Names of the columns with the parameters that vary, in the order of {@link Sweep.names}. */
export function sweptColumns(sweep: Sweep, scenario: Scenario): string[] {
  const own = scenario.tables[sweep.definition.table]!;
  const taken = new Set([...LEADING, ...own, ...TRAILING].map(({ name }) => name));
  return sweep.names.map((name) => (taken.has(name) ? `set_${name}` : name));
}

/** Rows of one run in the long table; a run without numbers has one row that says why. */
export function pointRows(sweep: Sweep, scenario: Scenario, result: PointResult): Row[] {
  const { point, replicate, seed, values } = sweep.at(result.point);
  const leading = [point, replicate, seed, ...values.map(cellOf)];
  const trailing = [result.compute, result.failed.join(' ') || null, result.diverged, result.error];
  const width = scenario.tables[sweep.definition.table]!.length;
  const rows = result.rows.length > 0 ? result.rows : [Array<Cell>(width).fill(null)];
  return rows.map((row) => [...leading, ...row, ...trailing]);
}

/** A value of the sweep file in a cell: lists as `--set` takes them. */
function cellOf(value: unknown): Cell {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  return Array.isArray(value) ? value.join(',') : null;
}

/** What one run of a sweep left. */
export interface PointResult {
  readonly point: number;
  /** Engine and backend that ran; null where the run failed. */
  readonly compute: string | null;
  /** Ids of the claims whose check failed. */
  readonly failed: readonly string[];
  /** First step at which a training diverged; null where none did. */
  readonly diverged: number | null;
  /** Why there are no numbers; null where there are. */
  readonly error: string | null;
  /** Rows of the sweep's table. */
  readonly rows: readonly Row[];
}

/**
 * Runs some points side by side on shared backends. A point whose parameters contradict each other does not end the others: its
 * result says why it has no numbers.
 *
 * @throws DOMException `AbortError` when interrupted
 */
export async function runPoints(
  sweep: Sweep,
  scenario: Scenario,
  { from, to }: PointRange,
  pack: BackendPack,
  signal?: AbortSignal,
): Promise<PointResult[]> {
  const turn = eventLoopTurns(signal);
  // All are in before the first begins, so that which calls are made together does not depend on chance.
  const lanes = Array.from({ length: to - from }, () => pack.enter());
  return Promise.all(
    lanes.map(async (lane, index) => {
      try {
        await turn();
        return await runPoint(sweep, scenario, from + index, lane.openBackend, signal);
      } finally {
        lane.leave();
      }
    }),
  );
}

async function runPoint(
  sweep: Sweep,
  scenario: Scenario,
  point: number,
  openBackend: ReturnType<BackendPack['enter']>['openBackend'],
  signal: AbortSignal | undefined,
): Promise<PointResult> {
  const { engine, backend, table } = sweep.definition;
  const { seed, values } = sweep.at(point);
  try {
    const parameters = resolveParameters(scenario, sweep.settingsAt(values));
    const document = await runToDocument(scenario, parameters, {
      ...{ seed, engine, backend, openBackend },
      ...(signal === undefined ? {} : { signal }),
    });
    const failed = document.checks.filter(({ verdict }) => verdict === 'fails').map(({ claim }) => claim);
    return {
      point,
      compute: `${document.compute.engine}/${document.compute.backend}`,
      failed,
      diverged: document.diverged.reduce<number | null>(
        (first, { step }) => (first === null ? step : Math.min(first, step)),
        null,
      ),
      error: null,
      rows: document.tables[table]!.rows,
    };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { point, compute: null, failed: [], diverged: null, error: error.message, rows: [] };
  }
}
