import type { Scenario } from '../../sim/scenario/scenario.js';
import type { Column, Table } from '../../sim/scenario/table.js';
import type { SearchedAxis } from '../../sim/sweeps/boundary.js';
import { pointColumns } from '../../sim/sweeps/run-points.js';
import type { Sweep } from '../../sim/sweeps/sweep.js';
import { rowGroups } from './merged-files.js';
import { finishedShards, resultsOf } from './shard-files.js';
import { summaryOf } from './sweep-axes.js';
import type { LongTable } from './sweep-document.js';
import type { SweepIdentity } from './sweep-folder.js';

/** One of the sweeps by which a boundary was searched. */
export interface SearchedLevel {
  /** Its folder. */
  readonly place: string;
  readonly identity: SweepIdentity;
  readonly sweep: Sweep;
}

const LEVEL: Column = { name: 'level', unit: '1', description: 'which of the sweeps, from 0' };

/**
 * The long table of all levels of a search, with their number in front: numbers of points count anew in each.
 *
 * @param levels from the first, whose columns the table has
 * @param rows of all levels together
 * @param boundary the brackets that are left
 */
export function levelsTable(
  levels: readonly SearchedLevel[],
  scenario: Scenario,
  searched: SearchedAxis,
  rows: number,
  boundary: Table,
  command: string,
): LongTable {
  const first = levels[0]!.sweep;
  const columns = pointColumns(first, scenario);
  const summary = summaryOf(first, scenario, rows);
  return {
    summary: {
      ...summary,
      points: levels.reduce((sum, { sweep }) => sum + sweep.points, 0),
      axes: summary.axes.map((axis) =>
        axis.form === 'grid' ? { ...axis, form: 'list', scale: searched.isLog ? 'log' : 'linear' } : axis,
      ),
    },
    columns: [LEVEL, ...columns],
    async *groups() {
      for (const [level, { place, identity, sweep }] of levels.entries()) {
        const own = pointColumns(sweep, scenario).map(({ name }) => name);
        const order = columns.map(({ name }) => own.indexOf(name));
        async function* results() {
          for (const shard of await finishedShards(place, identity.hash)) yield* resultsOf(shard);
        }
        for await (const { rows: part, group } of rowGroups(sweep, scenario, results()))
          yield { rows: part.map((row) => [level, ...order.map((index) => row[index] ?? null)]), group };
      }
    },
    files: ['boundary.csv'],
    command,
    others: { boundary },
  };
}
