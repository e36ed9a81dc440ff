import type { Column, Row, Table } from '../../../sim/scenario/table.js';
import { compareCells } from '../../output/text-table.js';
import {
  completed,
  defaultChoice,
  independentAxes,
  type SweepChoice,
  slicePlaces,
} from '../../sweep-figures/sweep-choice.js';
import { readSweepRows, type SweepRows, type SweepSummary } from '../../sweep-figures/sweep-rows.js';
import { layoutOf } from '../text/styled-line.js';
import { type AppState, moved, type Step, stepTo } from './app-state.js';
import { type Command, movementOf } from './bindings.js';

export interface SavedSweep {
  readonly folder: string;
  readonly scenario: string;
  readonly points: number;
  /** `failed`: it was cut off and nothing works on it; `partial`: parts of it were not begun. */
  readonly state: 'complete' | 'running' | 'partial' | 'failed';
  readonly kept: number;
  /** The command that continues it; null for one that is complete or still running. */
  readonly command: string | null;
}

export interface SweepContents {
  readonly summary: SweepSummary;
  readonly table: Table;
  readonly warnings: readonly string[];
}

export interface OpenSweep {
  readonly saved: SavedSweep;
  /** Null while they are read, and where there are none. */
  readonly contents: SweepContents | null;
  /** Why there are no results; null where there are, and while they are read. */
  readonly message: string | null;
  readonly view: 'map' | 'curves' | 'table';
  readonly choice: SweepChoice | null;
  /** Positions in the table: the first row that is seen, and the column that the arrows are on. */
  readonly row: number;
  readonly column: number;
  readonly order: { readonly column: number; readonly sign: 1 | -1 } | null;
}

function withContents(sweep: OpenSweep, contents: SweepContents): OpenSweep {
  const rows = rowsOfSweep(contents);
  const first = rows.axes.length === 0 ? null : defaultChoice(rows);
  const choice = first === null ? null : completed(rows, { ...first, series: null });
  const view = choice === null ? 'table' : choice.panel === null ? 'curves' : 'map';
  return { ...sweep, contents, choice, view };
}

const known = new WeakMap<SweepContents, SweepRows>();

export function rowsOfSweep(contents: SweepContents): SweepRows {
  const rows = known.get(contents) ?? readSweepRows(contents.summary, contents.table);
  known.set(contents, rows);
  return rows;
}

/** The views that a sweep has: no map of one axis. */
export function viewsOf({ choice }: OpenSweep): readonly OpenSweep['view'][] {
  if (choice === null) return ['table'];
  return choice.panel === null ? ['curves', 'table'] : ['map', 'curves', 'table'];
}

/** The choice with the next result, or the next axis across or up; an axis is drawn once. */
function nextChoice(contents: SweepContents, choice: SweepChoice, what: 'result' | 'x' | 'panel'): SweepChoice {
  const rows = rowsOfSweep(contents);
  const { result, x, panel } = choice;
  const after = (names: readonly string[], name: string | null) =>
    names[(names.indexOf(name ?? '') + 1) % names.length] ?? null;
  if (what === 'result') {
    const results = rows.results.map(({ name }) => name);
    const next = after(results, result) ?? result;
    return { ...completed(rows, { result: next, x, panel, series: null }), slices: choice.slices };
  }
  const names = independentAxes(rows).map(({ column }) => column);
  const next = after(names, choice[what]);
  const swapped =
    what === 'x' ? { x: next, panel: next === panel ? x : panel } : { panel: next, x: next === x ? panel : x };
  return completed(rows, { result, ...swapped, series: null });
}

/** The choice cut one place further on the first axis that is not drawn; the ends hold, and beyond the first all are averaged over. */
function slicedBy(contents: SweepContents, choice: SweepChoice, by: number): SweepChoice {
  const [column] = Object.keys(choice.slices);
  const axis = rowsOfSweep(contents).axes.find((one) => one.column === column);
  if (column === undefined || axis === undefined) return choice;
  const last = slicePlaces(axis).levels.length - 1;
  const next = Math.max(-1, Math.min(last, (choice.slices[column] ?? -1) + by));
  return { ...choice, slices: { ...choice.slices, [column]: next < 0 ? null : next } };
}

const sorted = new WeakMap<SweepContents, { readonly order: OpenSweep['order']; readonly rows: readonly Row[] }>();

export function orderedRows({ contents, order }: OpenSweep): readonly Row[] {
  if (contents === null) return [];
  const { rows } = contents.table;
  if (order === null) return rows;
  const before = sorted.get(contents);
  if (before?.order === order) return before.rows;
  const next = [...rows].sort((one, other) => compareCells(one[order.column], other[order.column], order.sign));
  sorted.set(contents, { order, rows: next });
  return next;
}

export function columnsOf({ contents }: OpenSweep): readonly Column[] {
  return contents?.table.columns ?? [];
}

/** Header, status and footer of the screen, heading of the table and its last line. */
const AROUND_ROWS = 5;

export function openSweep(state: AppState, saved: SavedSweep): Step {
  const unread = { contents: null, message: null, view: 'table', choice: null } as const;
  const opened: AppState = { ...state, screen: 'sweep', sweep: { saved, ...unread, row: 0, column: 0, order: null } };
  // Results of a sweep that is not complete are in its shards alone.
  return saved.state === 'complete' ? stepTo(opened, { kind: 'read-sweep', folder: saved.folder }) : stepTo(opened);
}

/** What was read of a sweep; it counts only as long as that sweep is open. */
export function reduceSweepRead(state: AppState, folder: string, read: SweepContents | string): AppState {
  const { sweep } = state;
  if (sweep?.saved.folder !== folder || sweep.contents !== null) return state;
  return { ...state, sweep: typeof read === 'string' ? { ...sweep, message: read } : withContents(sweep, read) };
}

export function reduceSweep(state: AppState, command: Command | undefined): Step {
  const { sweep } = state;
  if (sweep === null || command === undefined) return stepTo(state);
  if (command === 'back') return stepTo({ ...state, screen: 'home', sweep: null });
  return stepTo({ ...state, sweep: obeyed(sweep, command, state) });
}

function obeyed(sweep: OpenSweep, command: Command, state: AppState): OpenSweep {
  const { contents, choice, view, column, order } = sweep;
  if (contents === null) return sweep;
  const movement = movementOf(command);
  if (movement !== undefined) {
    if (view !== 'table') return choice === null ? sweep : { ...sweep, choice: slicedBy(contents, choice, -movement) };
    // The last row that can stand first, so that the table ends with the window.
    const room = Math.max(1, layoutOf(state.window).height - AROUND_ROWS);
    const last = Math.max(0, orderedRows(sweep).length - room);
    return { ...sweep, row: moved(sweep.row, movement, last + 1) };
  }
  switch (command) {
    case 'figure': {
      const views = viewsOf(sweep);
      return { ...sweep, view: views[(views.indexOf(view) + 1) % views.length]! };
    }
    case 'less':
    case 'more':
      return { ...sweep, column: moved(column, command === 'more' ? 1 : -1, columnsOf(sweep).length) };
    case 'sort': {
      const sign = order?.column === column && order.sign === 1 ? -1 : 1;
      return view === 'table' ? { ...sweep, row: 0, order: { column, sign } } : sweep;
    }
    case 'result':
    case 'across':
    case 'upwards': {
      const what = ({ result: 'result', across: 'x', upwards: 'panel' } as const)[command];
      const isThere = choice !== null && (what !== 'panel' || choice.panel !== null);
      return isThere ? { ...sweep, choice: nextChoice(contents, choice, what) } : sweep;
    }
    default:
      return sweep;
  }
}
