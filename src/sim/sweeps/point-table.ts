import type { Scenario } from '../scenario/scenario.js';
import type { Cell, Column, Row } from '../scenario/table.js';
import type { PointResult } from './run-points.js';
import type { Sweep } from './sweep.js';

const LEADING: readonly Column[] = [
  { name: 'point', unit: '1', description: 'number of the run in the sweep, from 0' },
  { name: 'replicate', unit: '1', description: 'which repetition of the setting, from 0' },
  { name: 'seed', unit: '1', description: 'seed of the run' },
];

const TRAILING: readonly Column[] = [
  { name: 'compute', unit: '1', description: 'engine/backend that ran' },
  {
    name: 'failed_checks',
    unit: '1',
    description: 'claims whose check failed, separated by blanks; null for none',
  },
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
