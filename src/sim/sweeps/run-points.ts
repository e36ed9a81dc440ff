import { InvalidInputError } from '../../theory/invalid-input.js';
import { eventLoopTurns } from '../scenario/event-loop.js';
import { resolveParameters } from '../scenario/resolve.js';
import { runToDocument } from '../scenario/run-document.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Row } from '../scenario/table.js';
import type { BackendPack } from './backend-pack.js';
import type { PointRange } from './shards.js';
import type { Sweep } from './sweep.js';

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
